"""Messages as understood, made by hand: what the tests of choosing and answering start from."""

from __future__ import annotations

from typing import Iterable, Union

from backtalk.conversation import Ask, Guess, Message, State
from backtalk.facts import DENIED, OTHER, SELF, Fact
from backtalk.profile import Person, Profile


def ask(intent: str, *entries: Union[str, tuple[str, float]], confidence: float = 0.9, text: str = "") -> Ask:
    """One question. A bare entry is a sure guess."""
    guesses = tuple(Guess(one, 0.9) if isinstance(one, str) else Guess(*one) for one in entries)
    return Ask(intent, confidence, guesses, text)


def message(
    intent: str,
    *entries: Union[str, tuple[str, float]],
    text: str = "",
    facts: Iterable[Fact] = (),
    asks: Iterable[Ask] = (),
) -> Message:
    """A message of that intent; ``asks`` follow the whole."""
    return Message(text, text.lower(), (ask(intent, *entries), *asks), tuple(facts))


def has(*conditions: str, person: str = "") -> list[Fact]:
    """Conditions said of oneself, or of another person."""
    return [Fact("condition", name, OTHER if person else SELF, person or None) for name in conditions]


def denies(*conditions: str) -> list[Fact]:
    """Conditions denied."""
    return [Fact("condition", name, DENIED) for name in conditions]


def told(kind: str, *values: str) -> list[Fact]:
    """Situations, areas, kinds, ages and the like."""
    return [Fact(kind, value) for value in values]


def state(*conditions: str, **fields: object) -> State:
    """A conversation with somebody who has the conditions."""
    return State(profile=Profile(me=Person(conditions=list(conditions))), **fields)  # type: ignore[arg-type]
