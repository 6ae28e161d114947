"""What a follow-up refers to: a thing of the guide by its name ("back to the ice: how often?"), one of those that were
named earlier in the talk ("the getting up thing"), or a detail of the one at hand ("straight on the skin?").
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Collection, Optional, Sequence

from backtalk.conversation import Message
from backtalk.obstacles import blocked
from backtalk.store import Entry, Kind, Store

#: Guesses looked at, likeliest first.
LOOKED_AT = 3
#: A word of an entry's questions is a name for it if as many of them hold it, and no more entries than that do so.
NAME_ASKS, NAME_ENTRIES = 2, 4
#: A word of the steps is telling if no more entries than that have it in theirs.
TELLING = 30
#: Words that a question about a detail may have; a longer one is a question of its own.
DETAIL_WORDS = 9
#: Kinds of facts whose words say where or when it hurts, and name no remedy.
_DETAILS = frozenset({"area", "situation", "duration", "condition", "person", "intensity"})
_WORD = re.compile(r"[a-z]{3,}")
#: Words of titles that follow-ups use of whatever is at hand: "how long do I hold that stretch".
_COMMON = frozenset(
    "the and for with not one two three both time daily day week hour minute second long hold often your you safe out "
    "off back pain sore lower upper mid exercise stretch position pose step side sit sitting stand standing lie lying "
    "general easy small gentle calm start starting self doe what how why when which where who after before than more "
    "many every keep use move work home friend stretche cause break every tight tightness stiff stiffness hurt ache "
    "turn".split()
)
#: Words that say nothing of a detail, whatever it is. (spaCy has a longer list; the action server does without spaCy,
#: which takes as much memory as all the rest of it.)
_STOP = frozenset(
    "about above across again all almost also always any anyone anything are around ask been being below between "
    "both but came cannot could did does doing done down each either else enough even ever few find first from "
    "get gets give gives goes going gone got had has have having her here hers him his into its itself just keep "
    "last least less let like made make many may maybe might mine must myself need never next none nor nothing "
    "now once only other others our ours over own perhaps please put quite really right said same saw say see "
    "seem shall she should show since some something sometimes soon still such sure take than that their them "
    "themselves there these they thing things think this those though through thus til till together told too "
    "took toward under until upon use used using very want was way well went were where whether which while who "
    "whole whom whose why will within without would yes yet you your yours yourself leave".split()
)
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s|e|y)$")


def _words(text: str) -> set[str]:
    """The words of a text without their endings: "getting" and "gets" are "get"."""
    return {_stem(word) for word in _WORD.findall(text.lower())}


def _stem(word: str) -> str:
    stem = _ENDING.sub("", word)
    if stem != word and len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    return stem


_THE_ONE = re.compile(
    r"\bthe (?:one|thing|bit) (?:with|where|for|on|in|about) (?:the |your |my |you )?([a-z]{4,})|"
    r"\bthe ([a-z]{4,}) (?:one|thing|bit)\b"
)
_COMMON_STEMS = frozenset(map(_stem, _COMMON)) | _COMMON
_STOP_STEMS = frozenset(map(_stem, _STOP)) | _STOP


class Namer:
    """Knows the words by which people name each entry.

    Args:
        store: the curated store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: dict[str, set[str]] = {}
        for entry in store:
            kind = _words(entry.kind.value) if entry.kind is Kind.FOOT_BATH else set()
            topic = _words(entry.topic.replace("_", " "))
            self._names[entry.id] = (_words(entry.title) | _words(entry.id) | topic | kind) - _COMMON_STEMS
        self._asked = self._names_in_asks(store)
        self._details = {entry.id: [(one, _words(one)) for one in self._sentences(entry)] for entry in store}
        self._telling = Counter(
            word for lines in self._details.values() for word in set().union(*(words for _, words in lines))
        )

    @staticmethod
    def _names_in_asks(store: Store) -> dict[str, set[str]]:
        """By entry: words that several of its questions hold and those of hardly another entry."""
        counts = {entry.id: Counter(word for ask in entry.asks for word in _words(ask)) for entry in store}
        often = {name: {word for word, n in words.items() if n >= NAME_ASKS} for name, words in counts.items()}
        entries = Counter(word for words in often.values() for word in words)
        return {name: {word for word in words if entries[word] <= NAME_ENTRIES} for name, words in often.items()}

    def _sentences(self, entry: Entry) -> list[str]:
        cautions = [one for caution in self._store.cautions(entry.id) for one in caution.say if not caution.only_if]
        return [*entry.steps, *entry.say, *cautions, *([entry.dose_note] if entry.dose_note else [])]

    def earlier(self, message: Message, shown: Sequence[str]) -> Optional[Entry]:
        """The entry among those shown before that the message calls by a name, the latest first; None if by none."""
        said = self._said(message) - _COMMON_STEMS
        called = [
            (len(said & (self._names[name] | self._asked[name])), place)
            for place, name in enumerate(shown)
            if name in self._store
        ]
        most, place = max(called, default=(0, 0))
        return self._store[shown[place]] if most else None

    def detail(self, message: Message, entries: Collection[str]) -> Optional[tuple[Entry, list[str]]]:
        """What the steps of the things at hand say on the very words of a short question.

        Returns:
            The entry, and the one or two sentences of it that hold the most telling word; None if none does.
        """
        said = _words(message.mended) - _COMMON_STEMS - _STOP_STEMS
        if len(message.mended.split()) > DETAIL_WORDS:
            return None
        telling = sorted(
            (word for word in said if 0 < self._telling[word] <= TELLING), key=lambda word: self._telling[word]
        )
        for word in telling:
            for name in entries:
                found = [line for line, words in self._details.get(name, ()) if word in words]
                if found:
                    found.sort(key=lambda line: -len(said & _words(line)))
                    return self._store[name], found[:2]
        return None

    def concerns(self, message: Message, entry: Entry) -> bool:
        """The words of the message that name anything stand in the entry's steps too."""
        said = self._said(message) - _COMMON_STEMS - _STOP_STEMS
        return any(said & words for _, words in self._details[entry.id])

    def telling(self, message: Message) -> bool:
        """The message holds a word that could name something: not "how long do I hold it"."""
        return bool(self._said(message) - _COMMON_STEMS - _STOP_STEMS)

    def called(self, message: Message, obstacles: Collection[str] = ()) -> Optional[Entry]:
        """What "the one with the heels" or "the twisting one" calls by a name; None if nothing or several alike.

        Args:
            obstacles: known of; what they block is not meant if there is another.
        """
        match = _THE_ONE.search(message.mended)
        if not match:
            return None
        word = _stem(match.group(1) or match.group(2))
        found = [entry for entry in self._store if word in self._names[entry.id] and entry.advice]
        found = [entry for entry in found if not blocked(entry, obstacles)] or found
        guessed = [guess.entry for guess in message.asks[0].guesses]
        found.sort(key=lambda entry: guessed.index(entry.id) if entry.id in guessed else len(guessed))
        return found[0] if found and (len(found) == 1 or found[0].id in guessed) else None

    @staticmethod
    def _said(message: Message) -> set[str]:
        """The words of a message without those that say where or when it hurts, and of whom it speaks."""
        text = list(message.mended)
        for fact in message.facts:
            if fact.kind in _DETAILS:
                text[fact.start : fact.end] = " " * (fact.end - fact.start)
        return _words("".join(text))

    def named(
        self,
        message: Message,
        topic: Optional[str] = None,
        obstacles: Collection[str] = (),
        ruled_out: Collection[str] = (),
    ) -> Optional[Entry]:
        """The likeliest entry that the message calls by one of its names; None if it names none.

        Args:
            topic: of the talk: "and ginger?" after food means the one to eat. obstacles: as for ``called``.
            ruled_out: entries that are not meant if there is another: of two that are done standing, the allowed one.
        """
        said = self._said(message)
        guesses = [guess.entry for guess in message.asks[0].guesses if guess.entry in self._store]
        called = [self._store[name] for name in guesses if said & self._names[name]]
        called = [entry for entry in called if not blocked(entry, obstacles)] or called
        called = [entry for entry in called if entry.id not in ruled_out] or called
        here = [entry for entry in called if entry.topic == topic]
        likely = [entry for entry in called if entry.id in guesses[:LOOKED_AT]]
        return next(iter([*here, *likely]), None)
