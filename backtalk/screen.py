"""The screen: concepts in context, and what the tuned layers learned, weighed into flags, doubts, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Mapping, Optional

from backtalk.catalogue import Catalogue, Tier, catalogue
from backtalk.context import Analysis

#: Probability of an emergency or urgent flag from which it is raised, and from which the bot asks. From the calibration
#: on the development half of the labelled messages (`make calibrate`): chosen so that false alarms on hard harmless
#: messages stay below 3 in 100.
ALARM_FROM, ASK_FROM = 0.42, 0.22
#: Probability of a soon flag from which it is raised.
SOON_FROM = 0.5
#: Share of the alarm that emergency flags need, for the flag to be one: when in doubt, the higher tier.
EMERGENCY_SHARE = 0.35
#: A second flag is named from this probability on.
SECOND_FROM = 0.25
NO_FLAG = "none"


@dataclass(frozen=True)
class Learned:
    """What the tuned layers say of a message.

    Attributes:
        flags: probability by flag, "none" among them. alarm: probability of any emergency or urgent flag.
    """

    flags: Mapping[str, float]
    alarm: float


@dataclass
class Finding:
    """What the screen found.

    Attributes:
        flags, doubtful: ids. why: by flag, how it was found, for explanations.
    """

    flags: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    why: dict[str, list[str]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {key: value for key, value in vars(self).items() if value and key != "why"}


class Screen:
    """Judges messages by the catalogue."""

    def __init__(self, flags: Catalogue) -> None:
        self._catalogue = flags
        self._tier = {flag.id: flag.tier for flag in flags}

    def judge(self, analysis: Analysis, learned: Optional[Learned]) -> Finding:
        """What a message raises."""
        finding = Finding()
        if learned is not None:
            self._learned(finding, learned)
        return finding

    def _learned(self, finding: Finding, learned: Learned) -> None:
        by_tier = {tier: sum(p for name, p in learned.flags.items() if self._tier.get(name) is tier) for tier in Tier}
        serious = by_tier[Tier.EMERGENCY] + by_tier[Tier.URGENT]
        alarm = (learned.alarm + serious) / 2
        if alarm >= ASK_FROM:
            tier = Tier.EMERGENCY if by_tier[Tier.EMERGENCY] >= EMERGENCY_SHARE * serious else Tier.URGENT
            ranked = sorted(
                ((p, name) for name, p in learned.flags.items() if self._tier.get(name) is tier), reverse=True
            )
            lead = ranked[0][1]
            group = finding.flags if alarm >= ALARM_FROM else finding.doubtful
            group.append(lead)
            finding.why[lead] = [f"learned: {alarm:.2f}"]
            if alarm >= ALARM_FROM:
                for name, p in learned.flags.items():
                    if name != lead and name in self._tier and p >= SECOND_FROM:
                        finding.flags.append(name)
                        finding.why[name] = [f"learned: {p:.2f}"]
        if not finding.flags:
            best = max(
                ((p, name) for name, p in learned.flags.items() if self._tier.get(name) is Tier.SOON), default=(0.0, "")
            )
            if best[0] >= SOON_FROM:
                finding.flags.append(best[1])
                finding.why[best[1]] = [f"learned: {best[0]:.2f}"]


@lru_cache(maxsize=1)
def screen_for() -> Screen:
    """For the project's catalogue, made once."""
    return Screen(catalogue())
