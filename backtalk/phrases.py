"""The pieces that answers are made of: every word the bot says besides the store's stands in ``data/phrases``."""

from __future__ import annotations

import string
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping

from backtalk.errors import ContentError
from backtalk.yaml_files import DATA, read_yaml, shown


class Phrases:
    """Phrases by name, each with one wording or more.

    Args:
        wordings: name to wordings; ``{field}`` stands for what the caller fills in.
    """

    def __init__(self, wordings: Mapping[str, tuple[str, ...]]) -> None:
        self._wordings = wordings

    def __contains__(self, name: object) -> bool:
        return name in self._wordings

    def __iter__(self) -> Any:
        return iter(self._wordings)

    def wordings(self, name: str) -> tuple[str, ...]:
        """All wordings of a phrase."""
        return self._wordings[name]

    def say(self, name: str, turn: int = 0, **fields: Any) -> str:
        """A phrase, filled in. The turn picks the wording, so that the same phrase varies along a conversation.

        Raises:
            KeyError: there is no such phrase, or a field is not given.
        """
        wordings = self._wordings[name]
        return wordings[turn % len(wordings)].format(**fields)


def load_phrases(folder: Path = DATA / "phrases") -> Phrases:
    """Reads every file of the folder.

    Raises:
        ContentError: a name stands twice, a wording is empty, or its braces do not match.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        content = read_yaml(path)
        if set(content) != {"phrases"}:
            raise ContentError(f"{shown(path)}: the one top-level key must be 'phrases'")
        for name, value in content["phrases"].items():
            if name in found:
                raise ContentError(f"{shown(path)}: {name}: the phrase stands in another file too")
            wordings = tuple([value] if isinstance(value, str) else value)
            for wording in wordings:
                if not isinstance(wording, str) or not wording.strip():
                    raise ContentError(f"{shown(path)}: {name}: a wording is empty")
                try:
                    list(string.Formatter().parse(wording))
                except ValueError as error:
                    raise ContentError(f"{shown(path)}: {name}: {error}") from None
            found[name] = wordings
    return Phrases(found)


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """The project's phrases, read once."""
    return load_phrases()
