"""Whether a follow-up names a thing of the guide ("back to the ice: how often?") or only refers to the one at hand."""

from __future__ import annotations

import re
from typing import Optional

from backtalk.conversation import Message
from backtalk.store import Entry, Kind, Store

#: Guesses looked at, likeliest first.
LOOKED_AT = 3
#: Kinds of facts whose words say where or when it hurts, and name no remedy.
_DETAILS = frozenset({"area", "situation", "duration", "condition", "person", "intensity"})
_WORD = re.compile(r"[a-z]{3,}")
#: Words of titles that follow-ups use of whatever is at hand: "how long do I hold that stretch".
_COMMON = frozenset(
    "the and for with not one two three both time daily day week hour minute second long hold often your you safe out "
    "off back pain sore lower upper mid exercise stretch position pose step side sit sitting stand standing lie lying "
    "general easy small gentle calm start starting self doe what how after before than more many every keep use move "
    "work home friend stretche cause break".split()
)


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in _WORD.findall(text.lower())}


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
            self._names[entry.id] = (_words(entry.title) | _words(entry.id) | topic | kind) - _COMMON

    def named(self, message: Message, topic: Optional[str] = None) -> Optional[Entry]:
        """The likeliest entry that the message calls by one of its names; None if it names none.

        Args:
            topic: of the talk: "and ginger?" after food means the one to eat.
        """
        text = list(message.mended)
        for fact in message.facts:
            if fact.kind in _DETAILS:
                text[fact.start : fact.end] = " " * (fact.end - fact.start)
        said = _words("".join(text))
        guesses = [guess.entry for guess in message.asks[0].guesses if guess.entry in self._store]
        called = [self._store[name] for name in guesses if said & self._names[name]]
        here = [entry for entry in called if entry.topic == topic]
        likely = [entry for entry in called if entry.id in guesses[:LOOKED_AT]]
        return next(iter([*here, *likely]), None)
