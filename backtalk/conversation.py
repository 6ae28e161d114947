"""What a conversation carries from turn to turn, what a message was understood as, and what the bot replies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence

from backtalk.choosing import History, Request
from backtalk.fact import DENIED, Fact
from backtalk.profile import Profile

#: Entries that are remembered as shown; more than any person scrolls back.
SHOWN_LIMIT = 60
#: The safety net comes with a new topic, and again after this many answers on the same one.
NET_EVERY = 3

_ORDINALS = {
    "first": 1, "1st": 1, "one": 1, "second": 2, "2nd": 2, "two": 2, "third": 3, "3rd": 3, "three": 3, "fourth": 4,
    "4th": 4, "four": 4, "fifth": 5, "5th": 5, "five": 5, "a": 1, "b": 2, "c": 3, "d": 4,
}  # fmt: skip
#: Behind a number these make it an amount, not a place in a list: "twice or 3 times a day".
_UNITS = frozenset(
    "times time x min mins minute minutes sec secs second seconds hour hours day days week weeks month months year "
    "years pillows reps sets kg cm litres liters glasses portions".split()
)
_CARDINALS = frozenset({"one", "two", "three", "four", "five"})
_PLACE = re.compile(r"(option |number |no |nr )?\d{1,2}|[a-e]|(the )?(first|second|third|fourth|fifth|last)( one)?")


@dataclass(frozen=True)
class Guess:
    """An entry that a message may be about, with the probability of it."""

    entry: str
    confidence: float


@dataclass(frozen=True)
class Ask:
    """One thing that a message asks: the whole message, or one question of several.

    Attributes:
        intent: of the domain. confidence: of it, 0 to 1.
        guesses: entries of the store, likeliest first.
        text: the words, spelt right.
    """

    intent: str
    confidence: float
    guesses: tuple[Guess, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Message:
    """A message as understood.

    Attributes:
        text: as typed. mended: cleaned and spelt right.
        asks: the whole message first; then, if it asks several things, each of them.
        facts: what it says about people.
    """

    text: str
    mended: str
    asks: tuple[Ask, ...]
    facts: tuple[Fact, ...] = ()

    @property
    def intent(self) -> str:
        """Of the whole message."""
        return self.asks[0].intent

    def values(self, kind: str) -> tuple[str, ...]:
        """The values of the facts of one kind, each once."""
        return tuple(dict.fromkeys(fact.value for fact in self.facts if fact.kind == kind))

    @property
    def mentioned(self) -> tuple[str, ...]:
        """Conditions that it speaks of, whoever has them: they count for its answer."""
        return tuple(fact.value for fact in self.facts if fact.kind == "condition" and fact.role != DENIED)


@dataclass(frozen=True)
class Option:
    """A choice offered to the user: what the button says, and what it stands for.

    Attributes:
        title: the button's text; pressing it says just this.
        value: an entry, an intent, a flag: whatever the question is about.
    """

    title: str
    value: str


@dataclass
class Pending:
    """A question that the bot asked and that waits for an answer.

    Attributes:
        about: ``meaning``, ``screen``, ``screen_which``, ``red_flag``, ``clearance``, ``profile``.
    """

    about: str
    options: list[Option] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"about": self.about, "options": [[option.title, option.value] for option in self.options]}

    @classmethod
    def from_dict(cls, raw: Optional[Mapping[str, Any]]) -> Optional["Pending"]:
        """From what ``to_dict`` made; None stays None."""
        if not raw:
            return None
        return cls(raw["about"], [Option(title, value) for title, value in raw.get("options", [])])


@dataclass
class Focus:
    """What the conversation is about just now.

    Attributes:
        request: the latest general request. topic: of the latest answer.
        last: entries of the latest answer, as numbered there. entry: the one that "it" means.
        listed: the latest list of several, for "no, the first".
        history: what was shown, helped, and did not.
        turn: answers given so far. net: answers since the safety net was said.
        screened: the minimum screen was offered ("asked") or answered ("clear").
        asked: the intent of the latest question about the thing at hand, which "and the second?" asks again.
    """

    request: Request = field(default_factory=Request)
    topic: Optional[str] = None
    last: list[str] = field(default_factory=list)
    entry: Optional[str] = None
    history: History = field(default_factory=History)
    turn: int = 0
    net: int = 0
    screened: str = ""
    listed: list[str] = field(default_factory=list)
    asked: str = ""

    def show(self, entries: Sequence[str], topic: Optional[str]) -> None:
        """Notes what an answer showed."""
        self.last = list(entries)
        if len(self.last) > 1:
            self.listed = self.last
        self.entry = entries[0] if entries else self.entry
        shown = [name for name in self.history.shown if name not in entries] + list(entries)
        self.history.shown = shown[-SHOWN_LIMIT:]
        self.topic = topic
        self.asked = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without what is empty."""
        raw: dict[str, Any] = {
            "request": self.request.to_dict(),
            "topic": self.topic,
            "last": self.last,
            "entry": self.entry,
            "history": {key: value for key, value in vars(self.history).items() if value},
            "turn": self.turn,
            "net": self.net,
            "screened": self.screened,
            "listed": self.listed,
            "asked": self.asked,
        }
        return {key: value for key, value in raw.items() if value}

    @classmethod
    def from_dict(cls, raw: Optional[Mapping[str, Any]]) -> "Focus":
        """From what ``to_dict`` made."""
        raw = dict(raw or {})
        return cls(
            request=Request.from_dict(raw.pop("request", None)), history=History(**raw.pop("history", {})), **raw
        )


@dataclass
class State:
    """All that is carried: one slot each.

    Attributes:
        held: the tier of an open red flag that stops physical advice: ``emergency``, ``urgent`` or "".
        alerted: an alert was given in this very turn, so that no second card may come.
    """

    profile: Profile = field(default_factory=Profile)
    focus: Focus = field(default_factory=Focus)
    pending: Optional[Pending] = None
    held: str = ""
    alerted: bool = False


@dataclass
class Reply:
    """What the bot says in one turn.

    Attributes:
        texts: complete messages, in order.
        card: at most one, as the message contract has it.
        question: a text with options, after the texts; it becomes ``pending``.
    """

    texts: list[str] = field(default_factory=list)
    card: Optional[dict[str, Any]] = None
    question: Optional[tuple[str, Pending]] = None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())


def ordinal(text: str) -> Optional[int]:
    """The place in a list that a few words name, from 1; -1 for the last, 0 for "the other one"."""
    words = _plain(text).split()
    if len(words) > 12:
        return None
    for word, following in zip(words, [*words[1:], ""]):
        if word.isdigit() and 1 <= int(word) <= 12 and following not in _UNITS:
            return int(word)
    for word, place in _ORDINALS.items():
        letter = len(word) == 1 and len(words) > 2 and "option" not in words
        if word in words and not letter:
            before = words[words.index(word) - 1] if words.index(word) else ""
            if word in _CARDINALS and words != [word] and before not in ("number", "option", "no", "nr"):
                # "Between two clients", "that one".
                continue
            return place
    if "last" in words or "bottom" in words:
        return -1
    if "other" in words:
        return 0
    return None


def chosen(text: str, options: Sequence[Option]) -> Optional[Option]:
    """The option that a message takes up: by its title, its number, or most of its words."""
    said = _plain(text)
    for option in options:
        if said == _plain(option.title):
            return option
    if _PLACE.fullmatch(said):
        place = ordinal(said)
        if place == -1:
            return options[-1] if options else None
        if place and place <= len(options):
            return options[place - 1]
    words = set(said.split())
    if len(words) >= 2:
        for option in options:
            title = set(_plain(option.title).split())
            if words <= title or (len(title) > 2 and title <= words and len(words) <= len(title) + 3):
                return option
    return None
