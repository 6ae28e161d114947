"""The words of the field: conditions, situations, body areas, and how people name them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Mapping

from pydantic import BaseModel, Extra, ValidationError

from backtalk.errors import ContentError
from backtalk.yaml_files import DATA, read_yaml, shown


class Strict(BaseModel):
    """A record of ``data/``: unknown keys are refused, and nothing changes after loading."""

    class Config:
        extra = Extra.forbid
        frozen = True
        anystr_strip_whitespace = True


class Term(Strict):
    """A situation or a body area.

    Attributes:
        label: how a sentence names it.
        implies: ids of the same kind that hold too.
        words: how people say it.
        topics: topics of the store that answer it best.
    """

    label: str
    implies: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


class Condition(Term):
    """Something a person has, takes or is, that changes what is safe.

    Attributes:
        you: fits after "because", about the person who writes.
        they: the same about somebody else; holds ``{who}``.
        passing: it is over once it is over; any other condition counts however long ago it was.
        event: it begins with something that happened: days, weeks or months ago say since when, only years ago is over.
    """

    you: str
    they: str
    passing: bool = False
    event: bool = False


class Vocabulary(Strict):
    """All terms, by id."""

    conditions: Mapping[str, Condition]
    situations: Mapping[str, Term]
    areas: Mapping[str, Term]
    kinds: Mapping[str, Term]
    regions: Mapping[str, Term]

    def implied(self, conditions: frozenset[str]) -> frozenset[str]:
        """The given conditions with all that they imply, to any depth."""
        found = set(conditions)
        queue = list(conditions)
        while queue:
            for other in self.conditions[queue.pop()].implies:
                if other not in found:
                    found.add(other)
                    queue.append(other)
        return frozenset(found)


def reasons(error: ValidationError) -> str:
    """pydantic's findings in one line a person can act on."""
    return "; ".join(f"{' > '.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors())


def load_vocabulary(folder: Path = DATA / "vocabulary") -> Vocabulary:
    """Reads the five files of terms.

    Raises:
        ContentError: a key is unknown or missing, or an ``implies`` names nothing.
    """
    parts = {}
    for kind in ("conditions", "situations", "areas", "kinds", "regions"):
        path = folder / f"{kind}.yml"
        content = read_yaml(path)
        if set(content) != {kind}:
            raise ContentError(f"{shown(path)}: the one top-level key must be '{kind}'")
        for name, term in content[kind].items():
            for other in term.get("implies", ()):
                if other not in content[kind]:
                    raise ContentError(f"{shown(path)}: {name}: implies the unknown '{other}'")
        parts[kind] = content[kind]
    try:
        return Vocabulary(**parts)
    except ValidationError as error:
        raise ContentError(f"{shown(folder)}: {reasons(error)}") from None


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The project's vocabulary, read once."""
    return load_vocabulary()
