"""Whom to call, by country."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping, Optional

from pydantic import ValidationError

from backtalk.catalogue import NUMBERS
from backtalk.errors import ContentError
from backtalk.phrases import Phrases
from backtalk.rendering import joined
from backtalk.vocabulary import Strict, reasons
from backtalk.yaml_files import DATA, read_yaml, shown

#: Environment variable with the operator's own country, used where the user named none.
REGION_VARIABLE = "BACKTALK_REGION"


class Line(Strict):
    """A number other than the emergency one; shown only once the operator has confirmed it."""

    label: str
    tel: str
    confirmed: bool


class Region(Strict):
    """The numbers of a country. ``emergency``: checked ones, the first is the main one."""

    emergency: tuple[str, ...]
    non_emergency: Optional[Line] = None
    crisis: Optional[Line] = None
    poison: Optional[Line] = None
    abuse: Optional[Line] = None


def load_regions(path: Path = DATA / "red_flags" / "numbers.yml") -> Mapping[str, Region]:
    """Reads the numbers, by ISO 3166-1 code.

    Raises:
        ContentError: a key is unknown or missing.
    """
    try:
        return {code: Region(**raw) for code, raw in read_yaml(path)["regions"].items()}
    except (ValidationError, TypeError, KeyError, AttributeError) as error:
        text = reasons(error) if isinstance(error, ValidationError) else str(error)
        raise ContentError(f"{shown(path)}: {text}") from None


@lru_cache(maxsize=1)
def regions() -> Mapping[str, Region]:
    """The project's numbers, read once."""
    return load_regions()


#: Emergency numbers of most of the world's people who write English; 112 first, which most mobile phones know anywhere.
COMMON = ("112", "911", "999", "000")


class Numbers:
    """The numbers for one conversation, in words and as data.

    Args:
        region: the country the user named; else the operator's, by ``BACKTALK_REGION``; else none is guessed.
    """

    def __init__(self, phrases: Phrases, region: Optional[str] = None) -> None:
        self._say = phrases.say
        self._region = regions().get(region or os.environ.get(REGION_VARIABLE, ""))

    @property
    def known(self) -> bool:
        """A region is known."""
        return self._region is not None

    def line(self, kind: str) -> Optional[Line]:
        """A confirmed line of that kind."""
        found: Optional[Line] = getattr(self._region, kind, None) if self._region and kind != "emergency" else None
        return found if found and found.confirmed else None

    def text(self, kind: str) -> str:
        """A number fit for a sentence; neutral words where none is known or confirmed."""
        if kind == "emergency":
            if self._region:
                return self._say("number_emergency", tels=joined(list(self._region.emergency), self._say("or")))
            return self._say("number_emergency_unknown")
        found = self.line(kind)
        if found:
            return self._say(f"number_{kind}", label=found.label, tel=found.tel)
        return self._say(f"number_{kind}_unknown")

    def fill(self, text: str) -> str:
        """A text of the catalogue with its numbers."""
        return text.format(**{kind: self.text(kind) for kind in NUMBERS})

    def card(self, calls: Any) -> list[dict[str, str]]:
        """``numbers`` of the alert card: those that can be dialled."""
        found = []
        for kind in calls:
            if kind == "emergency" and self._region:
                found.append({"label": self._say("label_emergency"), "tel": self._region.emergency[0]})
            else:
                line = self.line(kind)
                if line:
                    found.append({"label": line.label, "tel": line.tel})
        if not found and not self._region and "emergency" in calls:
            # No country, no guess: the same numbers that the text names, each with where it works.
            found += [{"label": self._say(f"label_{tel}"), "tel": tel} for tel in COMMON]
        return found
