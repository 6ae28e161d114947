"""Rules over concepts: what a red flag looks like.

A rule is one line of a flag's ``looks_like``::

    numb | no_feeling + saddle          both near each other, in one sentence
    cancer & leg + weak                 "cancer" anywhere in the message, "leg" near "weak"
    calf + swollen & !both_ankles       unless the message holds the concept after "!"
    maybe: bum + numb                   soft: it counts only together with what was learned

``|`` binds closest, then ``+``, then ``&``. A rule that is not soft raises its flag by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import Iterator, Mapping, Optional

from backtalk.concepts import Concepts, Hit
from backtalk.context import Analysis, Context
from backtalk.patterns import Found

#: Tokens between two concepts that belong together: "numb and a bit tingly, all around my".
NEAR = 7
#: Ways to read one rule in one message that are tried.
READINGS = 60
SOFT = "maybe:"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Rule:
    """A parsed rule.

    Attributes:
        text: as written. soft: it needs support.
        groups: what the message must hold; the parts of a group stand near each other; each part is any of
            some concepts.
        unless: concepts that undo it.
    """

    text: str
    soft: bool
    groups: tuple[tuple[frozenset[str], ...], ...]
    unless: frozenset[str] = frozenset()

    def names(self) -> frozenset[str]:
        """Every concept it speaks of."""
        return frozenset(name for group in self.groups for part in group for name in part) | self.unless


def parse(text: str) -> Rule:
    """Reads one rule.

    Raises:
        ValueError: it is empty, or holds anything but names of concepts and the four signs.
    """
    body = text.strip()
    soft = body.startswith(SOFT)
    if soft:
        body = body[len(SOFT) :]
    groups: list[tuple[frozenset[str], ...]] = []
    unless: set[str] = set()
    for piece in body.split("&"):
        piece = piece.strip()
        negative = piece.startswith("!")
        parts = []
        for part in piece.lstrip("!").split("+"):
            names = [name.strip() for name in part.split("|")]
            for name in names:
                if not _NAME.fullmatch(name):
                    raise ValueError(f"'{text}': '{name}' is no concept")
            parts.append(frozenset(names))
        if negative:
            if len(parts) > 1:
                raise ValueError(f"'{text}': after ! stands one concept or several with |")
            unless |= parts[0]
        else:
            groups.append(tuple(parts))
    if not groups:
        raise ValueError(f"'{text}' says only what must not be")
    return Rule(text.strip(), soft, tuple(groups), frozenset(unless))


@dataclass(frozen=True)
class Evidence:
    """A rule that fits a message.

    Attributes:
        flag, rule: which. holds: said to be so, of somebody who may need help.
        words: what stands in the message, by concept. cues: the context that was seen.
    """

    flag: str
    rule: Rule
    holds: bool
    words: tuple[tuple[str, str], ...]
    cues: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = ", ".join(f'{concept} "{text}"' for concept, text in self.words)
        around = f" [{'; '.join(self.cues)}]" if self.cues else ""
        state = ("possible" if self.rule.soft else "clear") if self.holds else "not said to be so"
        return f"{state}: {said}{around} (rule: {self.rule.text})"


@dataclass
class _Reading:
    """One message while its rules are tried."""

    view: Analysis
    hits: Mapping[str, list[Hit]]
    judged: Mapping[str, str]
    own: tuple[Found, ...]
    contexts: dict[tuple[int, int], Context] = field(default_factory=dict)

    def context(self, hit: Hit) -> Context:
        key = (hit.start, hit.end)
        if key not in self.contexts:
            self.contexts[key] = self.view.of(hit.start, hit.end, self.own)
        return self.contexts[key]

    def holds(self, hit: Hit) -> bool:
        kind = self.judged[hit.concept]
        if kind == "never":
            return True
        context = self.context(hit)
        if kind == "now":
            return context.holds
        if kind == "plain":
            return replace(context, idiom=False).holds
        if kind == "thought":
            # "What if I just took them all" is said of oneself; "supposing a client wants to die" is not.
            imagined = context.hypothetical and bool(context.other)
            return replace(context, hypothetical=imagined, past=context.past and not context.over).holds
        if kind == "brief":
            return replace(context, past=context.past and not context.over).holds
        return not (context.negated or context.nobody or context.hypothetical or context.question or context.idiom)


def _near(chosen: tuple[Hit, ...], sentence: list[int]) -> bool:
    ordered = sorted(chosen, key=lambda hit: (hit.start, hit.end))
    for left, right in pairwise(ordered):
        if right.start < left.end or right.start - left.end > NEAR or sentence[left.start] != sentence[right.start]:
            return False
    return True


def _choices(reading: _Reading, group: tuple[frozenset[str], ...]) -> Iterator[tuple[Hit, ...]]:
    """Ways to find a group in the message."""

    def go(at: int, chosen: tuple[Hit, ...]) -> Iterator[tuple[Hit, ...]]:
        if at == len(group):
            yield chosen
            return
        for name in group[at]:
            for hit in reading.hits.get(name, ()):
                if at + 1 < len(group) or _near((*chosen, hit), reading.view.sentence):
                    yield from go(at + 1, (*chosen, hit))

    yield from islice(go(0, ()), READINGS)


class RuleBook:
    """The rules of all flags.

    Args:
        rules: by flag.
    """

    def __init__(self, rules: Mapping[str, tuple[Rule, ...]], concepts: Concepts) -> None:
        self._concepts = concepts
        self._by_first: dict[str, list[tuple[int, str, Rule]]] = {}
        for number, (flag, rule) in enumerate((flag, rule) for flag, group in rules.items() for rule in group):
            for name in rule.groups[0][0]:
                self._by_first.setdefault(name, []).append((number, flag, rule))

    def read(self, view: Analysis) -> list[Evidence]:
        """Every rule that fits the message, whether or not what it speaks of is said to be so."""
        hits = self._concepts.find(view)
        judged = self._concepts.judged
        # Words of a symptom are no cues ("can't feel"); those of a mere place or time may be ("now").
        own = {
            Found("", hit.start, hit.end) for group in hits.values() for hit in group if judged[hit.concept] != "never"
        }
        reading = _Reading(view, hits, judged, tuple(own))
        present = hits.keys()
        found: list[Evidence] = []
        tried: set[int] = set()
        for name in present:
            for number, flag, rule in self._by_first.get(name, ()):
                if number in tried:
                    continue
                tried.add(number)
                if all(not part.isdisjoint(present) for group in rule.groups for part in group):
                    evidence = self._fits(reading, flag, rule)
                    if evidence is not None:
                        found.append(evidence)
        return found

    def _fits(self, reading: _Reading, flag: str, rule: Rule) -> Optional[Evidence]:
        if any(reading.holds(hit) for name in rule.unless for hit in reading.hits.get(name, ())):
            return None
        every: list[Hit] = []
        holds = True
        owners: set[Optional[str]] = set()
        lasting: set[Optional[str]] = set()
        for group in rule.groups:
            first: Optional[tuple[Hit, ...]] = None
            good: Optional[tuple[Hit, ...]] = None
            for chosen in _choices(reading, group):
                first = first or chosen
                if all(reading.holds(hit) for hit in chosen):
                    good = chosen
                    break
            if first is None:
                return None
            holds = holds and good is not None
            for hit in good or first:
                every.append(hit)
                kind = reading.judged[hit.concept]
                if kind != "never":
                    (lasting if kind == "ever" else owners).add(reading.context(hit).other)
        if holds and lasting and owners and lasting.isdisjoint(owners):
            # "My mum had cancer and my leg is weak": the risk is one person's, the symptom another's.
            holds = False
        cues = tuple(
            dict.fromkeys(
                cue for hit in every if reading.judged[hit.concept] != "never" for cue in reading.context(hit).cues
            )
        )
        words = tuple((hit.concept, reading.view.span_text(hit.start, hit.end)) for hit in every)
        return Evidence(flag, rule, holds, words, cues)
