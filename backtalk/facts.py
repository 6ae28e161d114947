"""What a message says about a person: conditions, age, weeks of pregnancy, where and when it hurts, for how long."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Optional, Sequence

from spacy.tokens import Doc

from backtalk.context import Analysis, context_rules
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
#: Behind a number these make it no age: "I am 30 minutes late", "I am 12 weeks".
_NO_AGE = (
    r"(?! ?(?:weeks?|minutes?|mins?|months?|hours?|days?|times?|kg|stone|%|cm|kilos?|pounds?|st\b|lbs?|reps|seconds?|"
    r"secs?|miles?|km|feet|foot|ft|inches|/|out of|to \d|or \d))"
)
_PEOPLE = (
    "he|she|who|mum|mom|mother|dad|father|wife|husband|partner|girlfriend|boyfriend|son|daughter|child|kid|boy|girl|gran|"
    "granny|nan|grandmother|grandad|grandfather|grandson|granddaughter|niece|nephew|sister|brother|friend|neighbour"
)
_AGE_PATTERNS = [
    re.compile(pattern)
    for pattern in (
        r"\b(?P<age>\d{1,3}) ?-?(?:years?|y)[ -]?(?:old|o\b)",
        r"\b(?P<age>\d{1,3}) ?yo\b",
        rf"\b(?:aged?|age is|turned|turning) (?P<age>\d{{2,3}})\b{_NO_AGE}",
        r"\b(?P<age>\d{2}),? (?:and )?not \d{2}\b" + _NO_AGE,
        r"\bnot \d{2},? (?:but )?(?:i am |i'm )?(?P<age>\d{2})\b" + _NO_AGE,
        rf"\bi(?: am|'m) (?:a |only |just |nearly |almost |about |now )?(?P<age>\d{{2,3}})\b{_NO_AGE}",
        rf"\b(?:{_PEOPLE})(?: is|'s|,)? (?:only |just |nearly |almost |about |now )?(?P<age>\d{{2,3}})\b{_NO_AGE}",
        rf"\b(?:{_PEOPLE})(?: is|'s) (?:only |just |nearly |almost )?(?P<age>\d)(?=$|[.,;!?]| and\b| but\b)",
        r"(?:^|[,(.;] ?|\bi am |\bi'm |\ba )(?P<age>\d{2}) ?(?:m|f|male|female|man|woman)\b",
        r"\b(?:man|woman|lady|guy|bloke|male|female),? (?P<age>\d{2})\b" + _NO_AGE,
        r"(?:^|[,(.;] ?)(?:m|f|male|female) ?,? ?(?P<age>\d{2})\b" + _NO_AGE,
        r"^(?P<age>\d{2}) (?:and|with|,)",
    )
]
#: What may be some years old and is nobody: "my mattress is 10 years old", "a 3 year old injury".
_THINGS = (
    "mattress|mattresses|bed|pillow|chair|sofa|couch|desk|car|van|seat|shoes?|trainers|boots|bra|insoles?|injury|accident|"
    "fracture|break|scar|problem|pain|ache|scan|mri|x-?ray|house|phone|laptop|roller|bottle|pad"
)
_THING_BEFORE = re.compile(rf"\b(?:{_THINGS})(?: (?!my|i|and)\w+){{0,2}} ?(?:is|are|was|'s)?(?: \w+)? ?$")
_THING_AFTER = re.compile(rf"^(?: (?!and\b|my\b|with\b|i\b|has\b|who\b)[\w-]+){{0,2}} (?:{_THINGS})\b")
#: Before an age these make it that of a child who is looked after: "lifting my 2 year old".
_CARED_FOR = re.compile(
    r"\b(?:lift|carry|carri|pick|hold|rock|hoist|feed|bath|push|chas)(?:ing|ed|e)?(?: up)? (?:my|our|the|a|his|her) ?$"
)
#: "How are you, my friend": nobody else is spoken of.
_VOCATIVE = re.compile(
    r"(?:^|\b(?:hi|hello|hey|today|you|thanks|please|yes|no|ok|okay|bye|morning|evening)[ ,]+)my friend\b"
    r"(?! (?:has|is|says|said|does|had|told|who|with|and|gets)\b)"
)
_WEEKS = re.compile(
    r"\b(?P<weeks>\d{1,2}) ?(?:\+ ?\d )?(?:weeks?|w|wk)\b(?=.{0,25}\b(?:pregnan|preg|gone|along|expecting|trimester))"
    r"|\b(?:pregnan\w*|preg|expecting)\b.{0,20}?\b(?P<weeks2>\d{1,2}) ?(?:weeks?|w)\b"
    # "She's 30 weeks", and nothing behind it: who else counts in weeks?
    r"|\b(?:she|shes|i) (?:is |am )?(?:now )?(?P<weeks3>[1-3]\d|4[0-2]) weeks"
    r"(?= ?(?:[,.!?;]|and\b|with\b|so\b|but\b|$))"
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


#: A part of the back that is the whole message.
_BARE_AREAS = {
    "upper": "upper_back", "top": "upper_back", "lower": "lower_back", "low": "lower_back", "middle": "mid_back",
    "mid": "mid_back",
}  # fmt: skip
_BARE_AREA = re.compile(
    r"(?:the |my |it is the |in the |more )?(upper|top|lower|low|middle|mid)(?: (?:part|bit|end|one|half))?[.!]?"
)
#: Words that a bare statement of a condition has at most.
STATEMENT_WORDS = 7
_ASKS = re.compile(
    r"\?|\b(?:what|how|which|when|where|why|who|can|could|should|shall|may|is it|does|do i|will it|would|any|help|"
    r"cure|treat)\b"
)
#: Ends of what denies a symptom behind it ("my legs are fine") but no condition: in "diabetic, foot bath ok?" the bath
#: may be ok, and diabetes that is fine is still diabetes.
_FINE = re.compile(r"(?:fine|ok|okay|normal|good|alright|all right|clear|perfect|no problems?|as usual|unchanged)$")
#: A cue of the past that is no more than months ago: "past: 3 months ago".
_LATELY = re.compile(r"^past: .*\b(?:hours?|days?|weeks?|months?|wks?|mths?) (?:ago|back|before)\b")


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
        bare = _BARE_AREA.fullmatch(doc.text.strip())
        if bare and not facts:
            # "Upper": the answer to "where does it hurt?"
            facts.append(Fact("area", _BARE_AREAS[bare.group(1)], SELF, None, bare.start(1), bare.end(1)))
        facts += self.numbers(doc, view)
        people = view.people()
        if _VOCATIVE.search(doc.text):
            people = [label for label in people if label != "your friend"]
        # "My wife says I should ice it" is about the writer; "my wife has a sore back" is not.
        role = MENTIONED if people and self._of_oneself(doc, view) else OTHER
        facts += [Fact("person", label, role, label) for label in people]
        # "7 months pregnant" and "9 months old" say nothing of how long it has hurt.
        spans = [(fact.start, fact.end) for fact in facts if fact.kind in ("weeks", "age")]
        facts = [
            fact
            for fact in facts
            if fact.value != "chronic" or not any(start <= fact.start < end for start, end in spans)
        ]
        unique: dict[tuple[str, str, str, Optional[str]], Fact] = {}
        for fact in facts:
            unique.setdefault((fact.kind, fact.value, fact.role, fact.person), fact)
        return list(unique.values())

    def _condition(self, view: Analysis, found: Found, name: str, start: int, end: int) -> Optional[Fact]:
        context = view.of(found.start, found.end)
        if context.nobody or context.idiom:
            return None
        condition = self._vocabulary.conditions[name]
        if context.past and condition.passing and not (condition.event and any(map(_LATELY.search, context.cues))):
            return None
        person = context.other
        if context.negated and not all(_FINE.search(cue) for cue in context.cues if cue.startswith("denied: ")):
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

    def numbers(self, doc: Doc, view: Analysis) -> list[Fact]:
        """Age, weeks of pregnancy, how long it has lasted, and how bad it is, as far as they are given as numbers."""
        text = doc.text
        facts: list[Fact] = []

        def add(kind: str, value: int, match: "re.Match[str]", at: Optional[int] = None) -> None:
            start = match.start() if at is None else at
            span = doc.char_span(start, match.end(), alignment_mode="expand")
            person = view.person(span.start) if span is not None else None
            if span is not None and kind == "age":
                # "My 12 year old son" names the person behind the number; "I am 32, my wife ..." does not.
                behind = [one for one in context_rules().finder.find(doc) if one.start == span.end]
                person = next((one.label[7:] for one in behind if one.label.startswith("person:")), person)
            facts.append(Fact(kind, str(value), OTHER if person else SELF, person, start, match.end()))

        taken: list[tuple[int, int]] = []
        match = _WEEKS.search(text)
        if match:
            add("weeks", int(match.group("weeks") or match.group("weeks2") or match.group("weeks3")), match)
            taken.append(match.span())
        elif (month := _MONTHS.search(text)) is not None:
            number = _number(month.group("months"))
            if number is not None:
                add("weeks", round(number * 4.35), month)
                taken.append(month.span())
        elif (third := _TRIMESTER.search(text)) is not None:
            add("weeks", _TRIMESTER_WEEKS.get(third.group("which") or "third", 32), third)
        for pattern in _AGE_PATTERNS:
            match = next((one for one in pattern.finditer(text) if self._age(text, one, taken)), None)
            if match:
                add("age", int(match.group("age")), match, match.start("age"))
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

    @staticmethod
    def _of_oneself(doc: Doc, view: Analysis) -> bool:
        """The writer is in it, other than as "my" before a person: "my old dad"."""
        people = {one.start for one in context_rules().finder.find(doc) if one.label.startswith("person:")}
        for at, norm in enumerate(view.norms):
            if norm in ("i", "me", "myself", "mine"):
                return True
            if norm == "my" and not people & set(range(at + 1, at + 5)):
                return True
        return False

    @staticmethod
    def _age(text: str, match: "re.Match[str]", taken: list[tuple[int, int]]) -> bool:
        """The number is somebody's age: not weeks of a pregnancy, and not a mattress's."""
        if int(match.group("age")) not in AGES or any(a <= match.start("age") < b for a, b in taken):
            return False
        if not match.group().endswith(("old", "o")):
            return True
        if _CARED_FOR.search(text[: match.start("age")]):
            return False
        return not (_THING_BEFORE.search(text[: match.start("age")]) or _THING_AFTER.search(text[match.end() :]))


def states_condition(text: str, facts: Sequence[Fact]) -> bool:
    """A few words say of somebody that they have something, and ask nothing.

    Args:
        text: spelt right. facts: of it.
    """
    stated = any(fact.kind == "condition" and fact.role in (SELF, OTHER) for fact in facts)
    return stated and len(text.split()) <= STATEMENT_WORDS and not _ASKS.search(text)


@lru_cache(maxsize=1)
def fact_finder() -> FactFinder:
    """For the project's vocabulary, made once."""
    return FactFinder(vocabulary())
