"""The red-flag catalogue: one entry a flag, strictly loaded."""

from __future__ import annotations

import string
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

from pydantic import ValidationError, root_validator

from backtalk.errors import ContentError
from backtalk.vocabulary import Strict, reasons
from backtalk.yaml_files import DATA, read_yaml, shown

# Concepts and rules bring spaCy along, and the action server, which only speaks of tiers, does without: it would take
# twice the memory. So they are imported where the catalogue is read.
if TYPE_CHECKING:
    from backtalk.concepts import Concepts


class Tier(str, Enum):
    """How soon somebody needs help."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    SOON = "soon"

    @property
    def rank(self) -> int:
        """2 for an emergency, 0 for soon."""
        return 2 - list(Tier).index(self)


#: Kinds of numbers that a flag may name.
NUMBERS = ("emergency", "non_emergency", "crisis", "poison", "abuse")
#: Why a text that looks like a flag is none.
REASONS = ("negated", "past", "other", "question", "hypothetical", "idiom", "ordinary", "lower")


class Say(Strict):
    """What the user reads: what to do, what not to do meanwhile, and the words to say on arrival."""

    do: str
    avoid: str
    tell: Optional[str] = None

    @root_validator(skip_on_failure=True)
    def _numbers(cls, values: dict[str, Any]) -> dict[str, Any]:
        for text in values.values():
            for _, name, _, _ in string.Formatter().parse(text or ""):
                if name is not None and name not in NUMBERS:
                    raise ValueError(f"there is no number '{name}'")
        return values


class FlagChoice(Strict):
    """An answer to the one question that tells a real case from a harmless one.

    Attributes:
        flag: whether it means the flag. raises: the worse flag that it means instead.
    """

    title: str
    flag: bool
    raises: Optional[str] = None


class NearMiss(Strict):
    """A text that looks like the flag and is none; ``flag``: the lower one that it is, if any."""

    text: str
    why: str
    flag: Optional[str] = None

    @root_validator(skip_on_failure=True)
    def _reason(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["why"] not in REASONS:
            raise ValueError(f"why is one of {', '.join(REASONS)}")
        return values


class Flag(Strict):
    """A red flag.

    Attributes:
        suspected: what may be happening, one sentence.
        say: what the user reads. calls: the numbers that belong to it, most important first.
        question, choices: for messages that may be it. ask: what a clinician would want to know next.
        move: when it moves up or down a tier.
        phrasings, near_misses: what people say, and what only sounds like it. The screen is trained on both.
        looks_like: rules over concepts; see ``backtalk.rules``.
    """

    id: str
    name: str
    tier: Tier
    life_threat: bool = False
    suspected: str
    say: Say
    calls: tuple[str, ...]
    question: str
    choices: tuple[FlagChoice, ...]
    ask: tuple[str, ...]
    move: Optional[str] = None
    sources: tuple[str, ...]
    looks_like: tuple[str, ...]
    phrasings: tuple[str, ...]
    near_misses: tuple[NearMiss, ...]

    @property
    def urgency(self) -> tuple[int, int]:
        """Sorts the worst first: by tier, a threat to life first within it."""
        return (-self.tier.rank, -int(self.life_threat))

    @root_validator(skip_on_failure=True)
    def _whole(cls, values: dict[str, Any]) -> dict[str, Any]:
        texts = [*values["phrasings"], *(miss.text for miss in values["near_misses"])]
        lowered = [text.lower() for text in texts]
        doubles = {text for text in lowered if lowered.count(text) > 1} if len(set(lowered)) < len(lowered) else set()
        checks = [
            (set(values["calls"]) <= set(NUMBERS), f"calls are of {', '.join(NUMBERS)}"),
            (any(c.flag for c in values["choices"]), "one choice at least must mean the flag"),
            (any(not c.flag for c in values["choices"]), "one choice at least must not mean the flag"),
            (bool(values["looks_like"]), "looks_like needs one rule at least"),
            (not doubles, f"a text stands twice: {next(iter(doubles), '')}"),
        ]
        from backtalk.rules import parse

        for rule in values["looks_like"]:
            parse(rule)
        wrong = [message for holds, message in checks if not holds]
        if wrong:
            raise ValueError("; ".join(wrong))
        return values


class Catalogue:
    """All flags, by id."""

    def __init__(self, flags: Mapping[str, Flag]) -> None:
        self._flags = flags

    def __iter__(self) -> Iterator[Flag]:
        return iter(self._flags.values())

    def __len__(self) -> int:
        return len(self._flags)

    def __contains__(self, flag_id: object) -> bool:
        return flag_id in self._flags

    def __getitem__(self, flag_id: str) -> Flag:
        return self._flags[flag_id]


def load_catalogue(folder: Path = DATA / "red_flags", known: Optional[Concepts] = None) -> Catalogue:
    """Reads every ``RF-*.yml`` of the folder.

    Args:
        known: the concepts that rules may speak of; the project's, if none are given.

    Raises:
        ContentError: a key is unknown or missing, a name does not fit its file, a near miss or a choice
            names no flag, a rule no concept.
    """
    from backtalk.concepts import concepts
    from backtalk.rules import parse

    names = concepts() if known is None else known
    flags: dict[str, Flag] = {}
    for path in sorted(folder.glob("RF-*.yml")):
        try:
            flag = Flag(**read_yaml(path))
        except ValidationError as error:
            raise ContentError(f"{shown(path)}: {reasons(error)}") from None
        if flag.id != path.stem:
            raise ContentError(f"{shown(path)}: the id is '{flag.id}', the file's name says '{path.stem}'")
        flags[flag.id] = flag
    for flag in flags.values():
        for rule in flag.looks_like:
            for name in sorted(parse(rule).names()):
                if name not in names:
                    raise ContentError(f"{shown(folder / (flag.id + '.yml'))}: '{rule}': there is no concept '{name}'")
        named = [miss.flag for miss in flag.near_misses] + [choice.raises for choice in flag.choices]
        for other in named:
            if other is not None and other not in flags:
                raise ContentError(f"{shown(folder / (flag.id + '.yml'))}: there is no flag '{other}'")
    return Catalogue(flags)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The project's catalogue, read once."""
    return load_catalogue()
