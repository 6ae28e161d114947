"""Turns entries of the store into text. All words come from ``data/``; a line break ends a line, no markup is used."""

from __future__ import annotations

from typing import Any, Iterable, Optional, Sequence

from backtalk.phrases import Phrases
from backtalk.store import Amount, Dose, Entry, Grade, Place, Verdict

#: Characters of one message: about a screen of a phone.
MESSAGE_LIMIT = 900
#: Of these, kept free for an opening: "For your mother-in-law: ".
OPENING = 40
#: Units that say how long, and how often: for direct answers to either question.
HOW_LONG = ("hold_s", "minutes", "minutes_a_day", "hours", "hours_a_night", "hours_a_day", "days", "weeks", "counts",
            "counts_in", "counts_hold", "counts_out", "temperature_c")  # fmt: skip
HOW_OFTEN = ("reps", "sets", "times_a_day", "times_a_week", "every_h", "portions_a_day", "portions_a_week",
             "minutes_a_day")  # fmt: skip


def number(value: float) -> str:
    """A number as people write it: no ".0", thousands with a comma."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def joined(items: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def in_sentence(title: str) -> str:
    """A title inside a sentence; names such as "McKenzie 3" stay as they are."""
    plain = title[1:2] == " " or title.split()[0][1:].islower()
    return title[0].lower() + title[1:] if plain else title


class Renderer:
    """Renders entries with the project's phrases."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def amount(self, unit: str, amount: Amount) -> str:
        """ "hold for 5 to 10 seconds"."""
        say = self._phrases.say
        if amount.low is not None and amount.low == amount.high == 1 and f"one_{unit}" in self._phrases:
            return say(f"one_{unit}")
        if amount.low is None:
            shown = say("at_most", high=number(amount.high or 0))
        elif amount.high is None:
            shown = say("at_least", low=number(amount.low))
        elif amount.low == amount.high:
            shown = number(amount.low)
        else:
            shown = say("range", low=number(amount.low), high=number(amount.high))
        return say(f"unit_{unit}", n=shown)

    def dose(self, dose: Optional[Dose], only: Optional[Iterable[str]] = None) -> str:
        """All amounts of a dose in its own order, or those of the given units; empty if there are none."""
        if dose is None:
            return ""
        wanted = set(dose.amounts) if only is None else set(only) & set(dose.amounts)
        parts = [self.amount(unit, amount) for unit, amount in dose.amounts.items() if unit in wanted]
        if parts and dose.each_side:
            parts.append(self._phrases.say("each_side"))
        return ", ".join(parts)

    def evidence(self, entry: Entry, full: bool = False) -> str:
        """How good the evidence is: a few words, or a sentence."""
        grade = entry.evidence.grade
        name = f"evidence_{grade.value}"
        if grade is Grade.CONTRADICTED and entry.advice:
            # What the guide says is contradicted; the entry says what research says instead.
            name += "_mended"
        if grade is Grade.WEAK and entry.evidence.verdict is not Verdict.KEEP:
            name += "_care"
        return self._phrases.say(f"{name}_full" if full else name)

    def lines(self, place: Place) -> str:
        """ "line 57" or "lines 151-155 and 159"."""
        shown = joined([str(a) if a == b else f"{a}-{b}" for a, b in place.lines])
        alone = len(place.lines) == 1 and place.lines[0][0] == place.lines[0][1]
        return self._phrases.say("one_line" if alone else "several_lines", lines=shown)

    def card(self, entry: Entry) -> dict[str, Any]:
        """One remedy of an answer card, as the message contract has it."""
        dose: dict[str, Any] = {}
        if entry.dose and entry.advice:
            for unit, amount in entry.dose.amounts.items():
                dose[unit] = amount.low if amount.low == amount.high else [amount.low, amount.high]
            dose["text"] = self.dose(entry.dose)
        return {
            "id": entry.id,
            "covers": list(entry.covers),
            "role": entry.role.value,
            "kind": entry.kind.value,
            "title": entry.title,
            "short": entry.short,
            "steps": list(entry.steps or entry.say),
            "dose": dose,
            "stop_if": entry.stop_if if entry.advice else None,
            "grade": entry.evidence.grade.value,
            "verdict": entry.evidence.verdict.value,
            "evidence": self.evidence(entry, full=True),
            "why": entry.evidence.why,
            "source": {"section": entry.guide.section, "lines": [list(pair) for pair in entry.guide.lines]},
            "media": [],
        }

    def full(self, entry: Entry, cares: Sequence[str] = (), cautions: Sequence[Entry] = ()) -> list[str]:
        """An entry with all there is to know before doing it: one message, or two if one would be too long."""
        say = self._phrases.say
        notes = [say("care_line", care=care) for care in cares]
        notes += [say("caution_line", caution=caution.short) for caution in cautions[:1]]
        whole = self._entry(entry, notes)
        if len(whole) <= MESSAGE_LIMIT - OPENING:
            return [whole]
        # The care comes after the steps it belongs to; none of it is worth leaving out.
        return [self._entry(entry, ()), "\n".join(notes)]

    def _entry(self, entry: Entry, notes: Sequence[str]) -> str:
        say = self._phrases.say
        lines = [say("title_line", title=entry.title)]
        lines += [say("step_line", number=n, step=step) for n, step in enumerate(entry.steps, 1)]
        if entry.say:
            lines.append(" ".join(entry.say))
        dose = self.dose(entry.dose) if entry.advice else ""
        if dose:
            lines.append(say("dose_line", dose=dose))
        lines += notes
        if entry.advice and entry.stop_if:
            lines.append(say("stop_line", stop=entry.stop_if))
        lines.append(
            say(
                "evidence_line",
                evidence=self.evidence(entry, full=True),
                section=entry.guide.section,
                lines=self.lines(entry.guide),
            )
        )
        return "\n".join(lines)

    def brief(self, entry: Entry, position: int) -> str:
        """An entry as one numbered item of a list."""
        say = self._phrases.say
        dose = self.dose(entry.dose) if entry.advice else ""
        return say(
            "brief_line",
            number=position,
            title=entry.title,
            short=entry.short,
            dose=say("brief_dose", dose=dose) if dose else "",
            evidence=say("brief_evidence", evidence=self.evidence(entry), lines=self.lines(entry.guide)),
        )
