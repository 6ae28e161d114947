"""Concepts of the red-flag rules: body functions and places, what is wrong with them, risks, events, in lay words.

``data/red_flags/concepts/*.yml`` holds them, one file a topic. A concept has

- ``words``: phrases in the syntax of ``backtalk.patterns``, after spelling is mended and contractions are written out;
  ``{name}`` stands for any of the lines of that name in ``parts.yml``;
- ``forms``: regular expressions over the mended text, for what holds a number ("12 tablets", "year 9");
- ``any``: other concepts that it stands for as well;
- ``judged``: how context counts.
  ``now`` (the default): it must be so, now. ``plain``: as a figure of speech too ("my back is killing me" is pain).
  ``brief``: it counts though it has gone again (a stroke's signs). ``thought``: what is only imagined counts too
  (wanting to die). ``ever``: it counts however long ago it was (cancer, an operation). ``never``: a place, a time or a
  thing, that says nothing without another concept beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Iterator, Mapping

from pydantic import ValidationError, root_validator

from backtalk.automaton import PatternFinder
from backtalk.context import Analysis
from backtalk.errors import ContentError
from backtalk.facts import fact_finder
from backtalk.vocabulary import Strict, reasons
from backtalk.yaml_files import DATA, read_yaml, shown

#: The file of pieces that patterns share.
PARTS = "parts.yml"
JUDGED = ("now", "plain", "brief", "thought", "ever", "never")
#: Concepts that no file lists, made of the numbers of a message: (name, kind of fact, from, up to and including).
#: Ages: the child path ends at 18; 50 and 60 are the catalogue's borders for new back pain and for the aorta. Days:
#: pain that lasts over four weeks is to be looked at (knowledge base, RF-PERSIST).
NUMBERS = (
    ("under_18", "age", 0, 17),
    ("over_50", "age", 50, 120),
    ("over_60", "age", 60, 120),
    ("over_70", "age", 70, 120),
    ("weeks_pregnant", "weeks", 3, 44),
    ("weeks_early", "weeks", 3, 15),
    ("weeks_late", "weeks", 20, 44),
    ("lasts_weeks", "duration", 28, 400),
    ("severity_high", "intensity", 9, 10),
)
#: A concept may hold others that hold others: this deep at most.
DEPTH = 4


class Concept(Strict):
    """One concept; see the module."""

    words: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    judged: str = "now"

    @root_validator(skip_on_failure=True)
    def _whole(cls, values: dict[str, object]) -> dict[str, object]:
        if values["judged"] not in JUDGED:
            raise ValueError(f"judged is one of {', '.join(JUDGED)}")
        if not (values["words"] or values["forms"] or values["any"]):
            raise ValueError("it needs words, forms or any")
        for pattern in values["words"]:  # type: ignore[attr-defined]
            if pattern != pattern.lower():
                raise ValueError(f"'{pattern}' must be in lower case")
            PatternFinder({"": (pattern,)})
        for form in values["forms"]:  # type: ignore[attr-defined]
            try:
                re.compile(form)
            except re.error as error:
                raise ValueError(f"'{form}' is no regular expression: {error}") from None
        return values


@dataclass(frozen=True)
class Hit:
    """A concept in a message: the tokens from ``start`` up to but not including ``end``."""

    concept: str
    start: int
    end: int


class Concepts:
    """All concepts, and one matcher over them.

    Raises:
        ContentError: a concept stands for one that does not exist.
    """

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self._concepts = dict(concepts)
        self.judged = {name: concept.judged for name, concept in concepts.items()}
        for name, _, _, _ in NUMBERS:
            self.judged[name] = "never" if name in ("over_50", "over_60", "over_70") else "ever"
        for name, concept in concepts.items():
            for other in concept.any:
                if other not in self.judged:
                    raise ContentError(f"{name}: stands for the unknown concept '{other}'")
        self._holders: dict[str, tuple[str, ...]] = {name: tuple(self._wider(name)) for name in self.judged}
        self._finder = PatternFinder({name: concept.words for name, concept in concepts.items() if concept.words})
        self._forms = [(name, re.compile(form)) for name, concept in concepts.items() for form in concept.forms]

    def __contains__(self, name: object) -> bool:
        return name in self.judged

    def __iter__(self) -> Iterator[str]:
        return iter(self.judged)

    def own(self) -> Iterator[str]:
        """The concepts of the files, without those of numbers."""
        return iter(self._concepts)

    def held(self, name: str) -> bool:
        """Another concept stands for it as well."""
        return len(self._holders[name]) > 1

    def words(self) -> Iterator[str]:
        """Every pattern, for the lexicon of the speller."""
        for concept in self._concepts.values():
            yield from concept.words

    def _wider(self, name: str, depth: int = 0) -> list[str]:
        """The concept and those that stand for it."""
        if depth > DEPTH:
            raise ContentError(f"{name}: concepts stand for each other in a circle")
        found = [name]
        for other, concept in self._concepts.items():
            if name in concept.any:
                found += [wider for wider in self._wider(other, depth + 1) if wider not in found]
        return found

    def find(self, view: Analysis) -> dict[str, list[Hit]]:
        """The concepts of a message, with where they stand. A hit keeps the name of the narrowest concept."""
        hits: dict[str, list[Hit]] = {}

        def add(name: str, start: int, end: int) -> None:
            hit = Hit(name, start, end)
            for holder in self._holders[name]:
                hits.setdefault(holder, []).append(hit)

        for found in self._finder.find(view.doc):
            add(found.label, found.start, found.end)
        text = view.doc.text
        for name, form in self._forms:
            for match in form.finditer(text):
                span = view.doc.char_span(match.start(), match.end(), alignment_mode="expand")
                if span is not None and len(span):
                    add(name, span.start, span.end)
        for fact in fact_finder().numbers(view.doc, view):
            for name, kind, least, most in NUMBERS:
                if fact.kind == kind and least <= int(fact.value) <= most:
                    span = view.doc.char_span(fact.start, fact.end, alignment_mode="expand")
                    if span is not None and len(span):
                        add(name, span.start, span.end)
        return hits


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern with its ``{name}`` pieces put in; they may hold others."""
    for _ in range(DEPTH):
        if "{" not in pattern:
            return pattern
        pattern = re.sub(r"\{([a-z_]+)\}", lambda match: parts[match.group(1)], pattern)
    raise ValueError(f"'{pattern}': parts stand for each other in a circle")


def load_concepts(folder: Path = DATA / "red_flags" / "concepts") -> Concepts:
    """Reads every file of the folder.

    Raises:
        ContentError: a key is unknown, a name stands twice or is not of lower-case words, a pattern does not parse.
    """
    parts = {name: "(" + "|".join(lines) + ")" for name, lines in read_yaml(folder / PARTS).items()}
    concepts: dict[str, Concept] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == PARTS:
            continue
        for name, raw in read_yaml(path).items():
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                raise ContentError(f"{shown(path)}: '{name}' is no name of a concept")
            if name in concepts or name in {number[0] for number in NUMBERS}:
                raise ContentError(f"{shown(path)}: the concept '{name}' stands twice")
            try:
                words = [_filled(pattern, parts) for pattern in raw.get("words", ())]
                concepts[name] = Concept(**{**raw, "words": words})
            except (ValidationError, TypeError, AttributeError, KeyError) as error:
                why = reasons(error) if isinstance(error, ValidationError) else str(error)
                raise ContentError(f"{shown(path)}: {name}: {why}") from None
    return Concepts(concepts)


@lru_cache(maxsize=1)
def concepts() -> Concepts:
    """The project's concepts, read once."""
    return load_concepts()
