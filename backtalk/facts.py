"""What a message says about a person: conditions, age, weeks of pregnancy, where and when it hurts, for how long."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Optional

from spacy.tokens import Doc

from backtalk.context import Analysis
from backtalk.fact import DENIED, MENTIONED, OTHER, SELF, Fact
from backtalk.patterns import Found, PhraseFinder
from backtalk.vocabulary import Vocabulary, vocabulary

_NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_NUMBERS.update(_TENS)
_NUMBERS.update({"a": 1, "an": 1, "couple": 2, "few": 3, "half": 0})
_UNIT_DAYS = {"hour": 0, "day": 1, "week": 7, "month": 30, "year": 365}
#: Right before a condition, these words speak of it in general: "for sciatica", "can a disc heal".
_IN_GENERAL = frozenset("for against in treat cure cause causes do does can is are with".split())
#: Ages that a writer of a message about a sore back can have.
AGES = range(1, 111)
_AGE_PATTERNS = [
    re.compile(pattern)
    for pattern in (
        r"\b(?P<age>\d{1,3}) ?(?:years?|y)[ -]?(?:old|o\b)",
        r"\b(?P<age>\d{1,3}) ?yo\b",
        r"\b(?:aged?|age is|turned|turning|nearly|almost|now|just) (?P<age>\d{2,3})\b"
        r"(?! ?(?:weeks?|minutes?|months?|hours?|days?|times?|kg|stone|%|cm|reps|seconds?))",
        r"\bi am (?:a )?(?P<age>\d{2,3})\b"
        r"(?! ?(?:weeks?|minutes?|months?|hours?|days?|times?|kg|stone|%|cm|kilos?|pounds?|st\b|lbs?))",
        r"\b(?:he|she) is (?P<age>\d{1,3})\b(?! ?(?:weeks?|minutes?|months?|hours?|days?|times?|kg|stone|%|cm))",
        r"\b(?P<age>\d{2}) ?(?:m|f|male|female|man|woman)\b",
        r"\b(?:m|f|male|female) ?,? ?(?P<age>\d{2})\b",
        r"^(?P<age>\d{2}) (?:and|with|,)",
    )
]
_WEEKS = re.compile(
    r"\b(?P<weeks>\d{1,2}) ?(?:\+ ?\d )?(?:weeks?|w|wk)\b(?=.{0,25}\b(?:pregnan|preg|gone|along|expecting|trimester))"
    r"|\b(?:pregnan\w*|preg|expecting)\b.{0,20}?\b(?P<weeks2>\d{1,2}) ?(?:weeks?|w)\b"
)
_MONTHS = re.compile(
    r"\b(?P<months>\d|one|two|three|four|five|six|seven|eight|nine) months?\b(?= (?:pregnant|gone|along|preg))"
)
_TRIMESTER = re.compile(
    r"\b(?P<which>first|second|third|last|1st|2nd|3rd|final) trimester\b|\b(?P<late>late pregnancy|heavily pregnant)\b"
)
_DURATION = re.compile(
    r"\b(?:for|since|about|over|last|past|nearly|almost|around|these|this)?\s*(?P<n>\d{1,3}|a|an|one|two|three|four|five|six|seven|"
    r"eight|nine|ten|twelve|couple of|few) (?P<unit>hours?|days?|weeks?|months?|years?)\b"
    r"(?! (?:old|pregnant|gone|along|postpartum))"
)
_INTENSITY = re.compile(r"\b(?P<n>10|\d)(?:\.\d)? ?(?:/|out of) ?10\b")
#: Weeks at the middle of each third of a pregnancy.
_TRIMESTER_WEEKS = {"first": 8, "1st": 8, "second": 20, "2nd": 20, "third": 32, "3rd": 32, "last": 32, "final": 32}


def _number(word: str) -> Optional[int]:
    word = word.replace(" of", "")
    return int(word) if word.isdigit() else _NUMBERS.get(word)


class FactFinder:
    """Finds facts by the words of the vocabulary and a few patterns for numbers."""

    def __init__(self, words: Vocabulary) -> None:
        self._vocabulary = words
        terms = {
            "condition": words.conditions,
            "situation": words.situations,
            "area": words.areas,
            "kind": words.kinds,
            "region": words.regions,
        }
        phrases = {f"{kind}:{name}": term.words for kind, group in terms.items() for name, term in group.items()}
        self._finder = PhraseFinder({label: words for label, words in phrases.items() if words})

    def find(self, doc: Doc, analysis: Optional[Analysis] = None) -> list[Fact]:
        """All facts of a message, each once."""
        view = analysis or Analysis(doc)
        facts: list[Fact] = []
        for found in self._finder.find(doc):
            kind, name = found.label.split(":", 1)
            span = doc[found.start : found.end]
            if kind == "condition":
                fact = self._condition(view, found, name, span.start_char, span.end_char)
                if fact:
                    facts.append(fact)
            elif kind in ("situation", "area"):
                context = view.of(found.start, found.end)
                if not (context.negated or context.nobody):
                    facts.append(Fact(kind, name, SELF, None, span.start_char, span.end_char))
            else:
                facts.append(Fact(kind, name, SELF, None, span.start_char, span.end_char))
        facts += self._numbers(doc, view)
        facts += [Fact("person", label, OTHER, label) for label in view.people()]
        unique: dict[tuple[str, str, str, Optional[str]], Fact] = {}
        for fact in facts:
            unique.setdefault((fact.kind, fact.value, fact.role, fact.person), fact)
        return list(unique.values())

    def _condition(self, view: Analysis, found: Found, name: str, start: int, end: int) -> Optional[Fact]:
        context = view.of(found.start, found.end)
        if context.nobody or context.idiom:
            return None
        condition = self._vocabulary.conditions[name]
        if context.past and condition.passing:
            return None
        person = context.other
        if context.negated:
            return Fact("condition", name, DENIED, person, start, end)
        if person:
            return Fact("condition", name, OTHER, person, start, end)
        supposed = self._supposed(view, found)
        if (context.question or context.hypothetical) and not supposed:
            return Fact("condition", name, MENTIONED, None, start, end)
        if supposed or self._own(view, found):
            return Fact("condition", name, SELF, None, start, end)
        return Fact("condition", name, MENTIONED, None, start, end)

    @staticmethod
    def _supposed(view: Analysis, found: Found) -> bool:
        """ "If I'm pregnant", "what if I have diabetes": said of oneself, to get the answer for it."""
        before = view.norms[max(0, found.start - 5) : found.start]
        return "if" in before and bool({"i", "my"} & set(before))

    @staticmethod
    def _own(view: Analysis, found: Found) -> bool:
        """The sentence speaks of the writer, or says nothing but the condition ("diabetic, type 2")."""
        same = [n for n, s in zip(view.norms, view.sentence) if s == view.sentence[found.start]]
        if {"i", "my", "me", "mine", "myself"} & set(same):
            return True
        before = view.norms[max(0, found.start - 2) : found.start]
        if _IN_GENERAL & set(before):
            return "with" in before and bool({"can", "is", "should", "what", "how", "and"} & set(same))
        return found.end - found.start >= len(same) - 6

    def _numbers(self, doc: Doc, view: Analysis) -> list[Fact]:
        text = doc.text
        facts: list[Fact] = []

        def add(kind: str, value: int, match: "re.Match[str]") -> None:
            span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
            person = view.person(span.start) if span is not None else None
            # "32, my wife" names the person after the number; "my wife, 32" before: only the latter is hers.
            facts.append(Fact(kind, str(value), OTHER if person else SELF, person, match.start(), match.end()))

        taken: list[tuple[int, int]] = []
        match = _WEEKS.search(text)
        if match:
            add("weeks", int(match.group("weeks") or match.group("weeks2")), match)
            taken.append(match.span())
        elif (month := _MONTHS.search(text)) is not None:
            number = _number(month.group("months"))
            if number is not None:
                add("weeks", round(number * 4.35), month)
                taken.append(month.span())
        elif (third := _TRIMESTER.search(text)) is not None:
            add("weeks", _TRIMESTER_WEEKS.get(third.group("which") or "third", 32), third)
        for pattern in _AGE_PATTERNS:
            match = pattern.search(text)
            if match and int(match.group("age")) in AGES and not any(a <= match.start() < b for a, b in taken):
                if re.search(r"(weeks?|months?|days?|years? ago|minutes?)$", text[: match.end()]):
                    continue
                add("age", int(match.group("age")), match)
                break
        for match in _DURATION.finditer(text):
            number = _number(match.group("n"))
            if number is not None and not any(a <= match.start() < b for a, b in taken):
                days = number * _UNIT_DAYS[match.group("unit").rstrip("s")]
                facts.append(Fact("duration", str(days), SELF, None, match.start(), match.end()))
                break
        match = _INTENSITY.search(text)
        if match:
            facts.append(Fact("intensity", match.group("n"), SELF, None, match.start(), match.end()))
        return facts


@lru_cache(maxsize=1)
def fact_finder() -> FactFinder:
    """For the project's vocabulary, made once."""
    return FactFinder(vocabulary())
