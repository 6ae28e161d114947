"""One thing that a message says about a person. Apart from the finder, so that the action server need not load
spaCy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

#: Roles of a fact: whose it is, and whether it is so.
SELF, OTHER, DENIED, MENTIONED = "self", "other", "denied", "mentioned"


@dataclass(frozen=True)
class Fact:
    """One thing said.

    Attributes:
        kind: condition, situation, area, kind, region, person, age (years), weeks (of pregnancy), duration (days),
            intensity (0-10).
        value: an id of the vocabulary, or a number.
        role: ``self``, ``other``, ``denied``, or ``mentioned`` (spoken of, of nobody in particular).
        person: whose it is, if not the writer's: "your wife".
        start, end: characters of the mended text.
    """

    kind: str
    value: str
    role: str = SELF
    person: Optional[str] = None
    start: int = 0
    end: int = 0
