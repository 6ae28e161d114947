"""The screen: concepts in context, and what the tuned layers learned, weighed into flags, doubts, or nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Mapping, NamedTuple, Optional

from backtalk.catalogue import Catalogue, Tier, catalogue
from backtalk.concepts import Concepts, concepts
from backtalk.context import Analysis
from backtalk.rules import Evidence, RuleBook, parse


class Support(Enum):
    """What the rules have to say about a message or a flag."""

    CLEAR = "clear"
    POSSIBLE = "possible"
    NONE = "none"
    DENIED = "denied"


def agreed(one: float, other: float) -> float:
    """Two opinions on the same thing as one probability: the mean of their log odds."""
    odds = [math.log(p / (1 - p)) for p in (min(max(p, LEAST), 1 - LEAST) for p in (one, other))]
    return 1 / (1 + math.exp(-sum(odds) / len(odds)))


class Limits(NamedTuple):
    """Probabilities of an emergency or urgent flag: from ``alarm`` it is raised, from ``ask`` the bot asks."""

    alarm: float
    ask: float


#: Nothing is surer than this, or one opinion would leave the other no say.
LEAST = 1e-4
#: What both views of the learned part must say together, by what the rules say. From the labelled messages that were
#: looked at while building (`tests/safety/messages_dev.yml`, and as many others): without a rule, 98 of 100 hard
#: harmless messages lie below 0.25, and of 192 emergency and urgent ones three. A clear rule needs next to nothing
#: beside it, and is asked about unless both views are as good as certain: of 425 with one, none lay below 0.002; of 99
#: with a possible one, none below 0.05. Where all that was found is denied, asked about or a figure of speech, the
#: learned part must be surer.
LIMITS: Mapping[Support, Limits] = {
    Support.CLEAR: Limits(0.01, 0.002),
    Support.POSSIBLE: Limits(0.10, 0.04),
    Support.NONE: Limits(0.25, 0.15),
    Support.DENIED: Limits(0.40, 0.05),
}
#: Without a rule behind it, an alarm needs one flag at least that the learned part holds for this likely; else it is
#: asked about. An alarm spread thin over many flags was harmless more often than not.
PEAK_FROM = 0.10
#: The same for a soon flag: it is raised, never asked about. Of 2,600 harmless messages 13 in 1,000 lie above these, of
#: 177 that should raise one 93 in 100; an alarm at a plain remark spoils the talk that follows.
SOON_FROM: Mapping[Support, float] = {
    Support.CLEAR: 0.02,
    Support.POSSIBLE: 0.05,
    Support.NONE: 0.12,
    Support.DENIED: 0.14,
}
#: What a rule adds to the learned probability of its flag, when flags are ranked.
BOOST: Mapping[Support, float] = {Support.CLEAR: 0.35, Support.POSSIBLE: 0.08, Support.NONE: 0.0, Support.DENIED: 0.0}
#: Share of the alarm that emergency flags need, for the flag to be one: when in doubt, the higher tier.
EMERGENCY_SHARE = 0.35
#: A second flag is named from this probability on, and whenever a rule is clear about it.
SECOND_FROM = 0.25


@dataclass(frozen=True)
class Learned:
    """What the tuned layers say of a message.

    Attributes:
        flags: probability by flag, "none" among them. alarm: probability of any emergency or urgent flag.
        words: the same, from the message's words alone.
    """

    flags: Mapping[str, float]
    alarm: float
    words: float


@dataclass
class Finding:
    """What the screen found.

    Attributes:
        flags, doubtful: ids. why: by flag, how it was found or why it was not raised, for explanations.
    """

    flags: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    why: dict[str, list[str]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {key: value for key, value in vars(self).items() if value and key != "why"}


class Screen:
    """Judges messages by the catalogue."""

    def __init__(self, flags: Catalogue, known: Concepts) -> None:
        self._tier = {flag.id: flag.tier for flag in flags}
        self._urgency = {flag.id: flag.urgency for flag in flags}
        self._book = RuleBook({flag.id: tuple(parse(rule) for rule in flag.looks_like) for flag in flags}, known)

    def judge(self, analysis: Analysis, learned: Optional[Learned]) -> Finding:
        """What a message raises."""
        finding = Finding()
        by_flag: dict[str, list[Evidence]] = {}
        for evidence in self._book.read(analysis):
            by_flag.setdefault(evidence.flag, []).append(evidence)
        support = {flag: _support(found) for flag, found in by_flag.items()}
        finding.why = {flag: [str(one) for one in found] for flag, found in by_flag.items()}
        if learned is None:
            self._by_rules(finding, support)
        else:
            self._weighed(finding, support, learned)
        return finding

    def _serious(self, flag: str) -> bool:
        return self._tier[flag] is not Tier.SOON

    def _by_rules(self, finding: Finding, support: Mapping[str, Support]) -> None:
        """Rules alone: what is clear is raised, and the worst of what is possible is asked about."""
        clear = [flag for flag, what in support.items() if what is Support.CLEAR]
        finding.flags = sorted(clear, key=self._worst_first)
        if not any(self._serious(flag) for flag in clear):
            possible = [flag for flag, what in support.items() if what is Support.POSSIBLE and self._serious(flag)]
            finding.doubtful = sorted(possible, key=self._worst_first)[:1]

    def _worst_first(self, flag: str) -> tuple[tuple[int, int], str]:
        return (self._urgency[flag], flag)

    def _weighed(self, finding: Finding, support: Mapping[str, Support], learned: Learned) -> None:
        score = {flag: learned.flags.get(flag, 0.0) + BOOST[support.get(flag, Support.NONE)] for flag in self._tier}
        plain = sum(p for flag, p in learned.flags.items() if flag in self._tier and self._serious(flag))
        alarm = agreed((learned.alarm + plain) / 2, learned.words)
        worst = _strongest([what for flag, what in support.items() if self._serious(flag)])
        limits = LIMITS[worst]
        if alarm >= limits.ask:
            lead = self._lead(score)
            note = f"learned: alarm {alarm:.3f}, flag {learned.flags.get(lead, 0.0):.2f}; rules: {worst.value}"
            finding.why.setdefault(lead, []).insert(0, note)
            peaked = max(p for flag, p in learned.flags.items() if flag in self._tier) >= PEAK_FROM
            if alarm >= limits.alarm and (peaked or worst in (Support.CLEAR, Support.POSSIBLE)):
                finding.flags.append(lead)
                self._others(finding, lead, support, learned)
            else:
                finding.doubtful.append(lead)
        if not finding.flags:
            self._soon(finding, support, learned)

    def _lead(self, score: Mapping[str, float]) -> str:
        tiers = {tier: sum(p for flag, p in score.items() if self._tier[flag] is tier) for tier in Tier}
        emergency = tiers[Tier.EMERGENCY]
        tier = Tier.EMERGENCY if emergency >= EMERGENCY_SHARE * (emergency + tiers[Tier.URGENT]) else Tier.URGENT
        return max((flag for flag in score if self._tier[flag] is tier), key=lambda flag: (score[flag], flag))

    def _others(self, finding: Finding, lead: str, support: Mapping[str, Support], learned: Learned) -> None:
        for flag in sorted(self._tier, key=self._worst_first):
            p = learned.flags.get(flag, 0.0)
            least = 0.0 if support.get(flag) is Support.CLEAR else SECOND_FROM
            if flag != lead and p >= least:
                finding.flags.append(flag)
                finding.why.setdefault(flag, []).insert(0, f"learned: flag {p:.2f}")

    def _soon(self, finding: Finding, support: Mapping[str, Support], learned: Learned) -> None:
        over = []
        for flag, tier in self._tier.items():
            what = support.get(flag, Support.NONE)
            p = learned.flags.get(flag, 0.0)
            if tier is Tier.SOON and p >= SOON_FROM[what]:
                over.append((p + BOOST[what], flag))
        if over:
            flag = max(over)[1]
            finding.flags.append(flag)
            finding.why.setdefault(flag, []).insert(0, f"learned: flag {learned.flags.get(flag, 0.0):.2f}")


def _support(found: list[Evidence]) -> Support:
    if any(one.holds and not one.rule.soft for one in found):
        return Support.CLEAR
    if any(one.holds for one in found):
        return Support.POSSIBLE
    return Support.DENIED


def _strongest(supports: list[Support]) -> Support:
    for what in (Support.CLEAR, Support.POSSIBLE, Support.DENIED):
        if what in supports:
            return what
    return Support.NONE


@lru_cache(maxsize=1)
def screen_for() -> Screen:
    """For the project's catalogue, made once."""
    return Screen(catalogue(), concepts())
