"""Phrases of the vocabulary and of the red-flag catalogue, and finding them in a message.

A phrase is written as people say it, in lower case. ``(a|b)`` stands for either, ``[a]`` for with or without it; both
nest: "slipped (disc|discs)", "[a|my] blood (thinner|thinners)". Contractions are written out: "can not feel".
"""

from __future__ import annotations

from typing import Iterable, Iterator, Mapping, NamedTuple

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from backtalk.language import english

#: More phrases than this from one pattern are a slip of the editor, not a pattern.
EXPANSION_LIMIT = 5000


class Found(NamedTuple):
    """A phrase in a document: its label, and the tokens from ``start`` up to but not including ``end``."""

    label: str
    start: int
    end: int


def _alternatives(text: str, at: int, closing: str) -> tuple[list[str], int]:
    """Expands up to the closing bracket; the position after it."""
    options: list[str] = []
    current = [""]
    while at < len(text):
        character = text[at]
        if character in "([":
            inner, at = _alternatives(text, at + 1, ")" if character == "(" else "]")
            if character == "[":
                inner = inner + [""]
            current = [left + right for left in current for right in inner]
            if len(current) > EXPANSION_LIMIT:
                raise ValueError(f"'{text}' stands for too many phrases")
        elif character == "|" and closing:
            options += current
            current = [""]
            at += 1
        elif character in ")]":
            if character != closing:
                raise ValueError(f"'{text}' has a bracket that was not opened")
            return options + current, at + 1
        else:
            current = [left + character for left in current]
            at += 1
    if closing:
        raise ValueError(f"'{text}' has a bracket that is not closed")
    return options + current, at


def expand(pattern: str) -> list[str]:
    """All phrases that a pattern stands for.

    Raises:
        ValueError: its brackets do not match, or it stands for more than ``EXPANSION_LIMIT`` phrases.
    """
    phrases, _ = _alternatives(pattern, 0, "")
    return sorted({" ".join(phrase.split()) for phrase in phrases if phrase.strip()})


class PhraseFinder:
    """Finds labelled phrases by the norms of a document's tokens, the longest first.

    Args:
        phrases: label to patterns.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        nlp = english()
        self._matcher = PhraseMatcher(nlp.vocab, attr="NORM")
        for label, patterns in phrases.items():
            docs = [nlp.make_doc(phrase) for pattern in patterns for phrase in expand(pattern)]
            if docs:
                self._matcher.add(label, docs)

    def find(self, doc: Doc) -> list[Found]:
        """Every match, in the order of the text; for each label the longest of overlapping ones."""
        strings = doc.vocab.strings
        found = [Found(strings[label], start, end) for label, start, end in self._matcher(doc)]
        found.sort(key=lambda match: (match.label, match.start, -match.end))
        kept: list[Found] = []
        for match in found:
            if not (kept and kept[-1].label == match.label and match.start < kept[-1].end):
                kept.append(match)
        return sorted(kept, key=lambda match: (match.start, match.end))


def without_covered(found: Iterable[Found]) -> Iterator[Found]:
    """Leaves out matches that lie inside a longer match of whatever label."""
    matches = list(found)
    for match in matches:
        if not any(
            other is not match
            and other.start <= match.start
            and match.end <= other.end
            and other.end - other.start > match.end - match.start
            for other in matches
        ):
            yield match
