"""Which thing of the guide a follow-up means: one that it names, one of the latest list, one of the talk, or "it"."""

from __future__ import annotations

import re
from typing import Mapping, Optional, Sequence

from backtalk.choosing import KINDS
from backtalk.conversation import Focus, Message, ordinal
from backtalk.naming import Namer
from backtalk.store import Entry, Store

#: How much likelier than by its words alone a thing is meant that was named in the latest answer, one that was named
#: before, and one of the same topic; by the talks that were looked at while building.
LATEST, BEFORE, SAME_TOPIC = 6.0, 3.0, 3.0
#: In a few words ("how do I check") the talk says more than they do.
FEW, FEW_TOPIC = 5, 10.0
#: Share of the guesses that a thing needs to be meant by a word of its title.
BY_NAME = 0.5
#: A guess this likely is what is asked about, whatever the talk was about: "so, sleeping. How many hours?"
CLEARLY = 0.15
#: With nothing at hand a guess needs no more than this.
MEANT = 0.03
#: Things named before the latest answer that are looked at.
LOOK_BACK = 8


def _number(entry: Entry) -> Optional[int]:
    """The number in a title: "McKenzie 3: the press-up on your tummy"."""
    match = re.match(r"\D*\b(\d):", entry.title)
    return int(match.group(1)) if match and entry.advice else None


def numbered(store: Store, place: Optional[int], topic: Optional[str]) -> Optional[Entry]:
    """The exercise of that number, where those of a topic have numbers of their own; None where they have not."""
    if not place or place < 1:
        return None
    return next((entry for entry in store if entry.topic == topic and _number(entry) == place), None)


def by_topic(message: Message, focus: Focus, store: Store) -> Mapping[str, float]:
    """How much likelier the guesses for a question are made by what the talk is about just now.

    Nothing is, if the likeliest is of a topic that the message calls by its name: "and acupressure?".
    """
    likeliest = store.get(message.asks[0].guesses[0].entry) if message.asks[0].guesses else None
    if likeliest and likeliest.topic.replace("_", " ") in message.mended:
        return {guess.entry: 1.0 for guess in message.asks[0].guesses if guess.entry in store}
    before = focus.history.shown[-LOOK_BACK:]
    return {
        guess.entry: SAME_TOPIC if store[guess.entry].topic == focus.topic or guess.entry in before else 1.0
        for guess in message.asks[0].guesses
        if guess.entry in store
    }


class Reference:
    """Finds out what "it" is.

    Args:
        store: the curated store. namer: of its entries.
    """

    def __init__(self, store: Store, namer: Namer) -> None:
        self._store = store
        self._namer = namer

    def next(self, focus: Focus) -> Optional[Entry]:
        """The step after the thing at hand: the next number where its topic counts them, else its harder form."""
        current = self._store.get(focus.entry)
        place = _number(current) if current else None
        following = self.numbered(place + 1, focus.topic) if place else None
        return following or self._store.get(current.harder if current else None)

    def numbered(self, place: Optional[int], topic: Optional[str]) -> Optional[Entry]:
        """The exercise of that number, where those of a topic have numbers of their own; None where they have not."""
        return numbered(self._store, place, topic)

    def entry(self, message: Message, focus: Focus) -> Optional[Entry]:
        """What "it" means: the one the message names, one of the last list, or the latest."""
        guesses = message.asks[0].guesses
        of_last = [g for g in guesses if g.entry in focus.last and g.confidence > 0.05]
        options = focus.last if len(focus.last) > 1 else focus.listed
        place = ordinal(message.mended)
        if place and (numbered := self.numbered(place, focus.topic)):
            return numbered
        if place and 0 < place <= len(options):
            return self._store.get(options[place - 1])
        named = self._namer.named(message, focus.topic, focus.history.obstacles)
        earlier = self._namer.earlier(message, focus.history.shown)
        at_hand = self.at_hand(message, focus)
        if at_hand and (
            (named and not self.loosely(message, named))
            or (earlier and earlier != at_hand and self.loosely(message, at_hand))
        ):
            # What the words name for sure counts more than what the talk makes likely.
            at_hand = None
        if at_hand:
            return at_hand
        likely = bool(guesses) and guesses[0].confidence >= CLEARLY and guesses[0].entry in self._store
        if likely and self._namer.telling(message):
            # A bare "why?" names nothing, whatever it sounds like.
            clear = self._store[guesses[0].entry]
            if not self.loosely(message, clear):
                return clear
        if named and named.id not in focus.last and (earlier is None or named == earlier):
            # "Back to the ice: how often?" names what was left a while ago.
            return named
        current = self._store.get(focus.entry)
        if earlier and not (current and len(focus.last) < 2 and self._namer.concerns(message, current)):
            # "And the getting up thing, how often was that?"
            return earlier
        called = None if earlier else self._namer.called(message, focus.history.obstacles)
        if called:
            return called
        if of_last:
            return self._store[of_last[0].entry]
        return self._of_kind(message, focus) or self._store.get(focus.entry) or self._meant(message)

    def _meant(self, message: Message) -> Optional[Entry]:
        """With nothing at hand: what the words most likely mean, if that is more than chance."""
        guesses = message.asks[0].guesses
        if not guesses or guesses[0].entry not in self._store or guesses[0].confidence < MEANT:
            return None
        entry = self._store[guesses[0].entry]
        return None if self.loosely(message, entry) else entry

    def among(self, message: Message, names: Sequence[str]) -> Optional[Entry]:
        """The one of these that the words of a message call by a name; None if they call none."""
        return self._namer.earlier(message, names)

    def named(self, message: Message, focus: Focus) -> Optional[Entry]:
        """What the words of a message name, the talk considered; None if they name nothing."""
        obstacles = focus.history.obstacles
        called = self._namer.called(message, obstacles) or self._namer.earlier(message, focus.history.shown)
        return self.at_hand(message, focus) or called or self._namer.named(message, focus.topic, obstacles)

    def loosely(self, message: Message, entry: Entry) -> bool:
        """The words of a message point to the topic of an entry no more than to others."""
        guesses = [guess for guess in message.asks[0].guesses if guess.entry in self._store]
        whole = sum(guess.confidence for guess in guesses)
        here = sum(guess.confidence for guess in guesses if self._store[guess.entry].topic == entry.topic)
        return here < BY_NAME * whole or not guesses

    def at_hand(self, message: Message, focus: Focus) -> Optional[Entry]:
        """The likeliest guess, the talk considered, if it is a thing of the talk; None if the words name none."""
        if not self._namer.telling(message):
            return None
        few = len(message.mended.split()) <= FEW
        topic = (FEW_TOPIC if few else SAME_TOPIC) if focus.topic else 1.0
        before = focus.history.shown[-LOOK_BACK:]
        weighed = []
        for guess in message.asks[0].guesses:
            if guess.entry in self._store:
                entry = self._store[guess.entry]
                factors = [1.0]
                factors += [LATEST] * (entry.id in focus.last) + [BEFORE] * (entry.id in before)
                factors += [topic] * (entry.topic == focus.topic)
                weighed.append((guess.confidence * max(factors), max(factors) > 1.0, entry))
        best = max(weighed, key=lambda one: one[0], default=None)
        return best[2] if best and best[1] and best[0] > 0 else None

    def _of_kind(self, message: Message, focus: Focus) -> Optional[Entry]:
        """The latest of the kind that a message names: "the stretch that you said before"."""
        kinds = [kind for name in message.values("kind") for kind in KINDS.get(name, ())]
        shown = [self._store[name] for name in reversed(focus.history.shown) if name in self._store]
        return next((entry for entry in shown if entry.kind in kinds and entry.advice), None)
