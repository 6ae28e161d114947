"""The words of alerts, of the hold, and of the questions around them; and the summary to show a clinician."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from backtalk.catalogue import Catalogue, Flag, Tier
from backtalk.conversation import Pending
from backtalk.numbers import Numbers
from backtalk.phrases import Phrases
from backtalk.profile import Profile
from backtalk.rendering import joined
from backtalk.triage import CHILD, CRISIS, Triage
from backtalk.vocabulary import Vocabulary

#: Days in the units that people speak in.
_UNITS = ((365, "year", "years"), (30, "month", "months"), (7, "week", "weeks"), (1, "day", "days"))


class Speaker:
    """Puts a triage's ``saying`` into words.

    Args:
        catalogue, phrases, vocabulary: the project's.
    """

    def __init__(self, catalogue: Catalogue, phrases: Phrases, vocabulary: Vocabulary) -> None:
        self._catalogue = catalogue
        self._phrases = phrases
        self._vocabulary = vocabulary

    def say(
        self, state: Triage, region: Optional[str], profile: Profile, pending: Optional[Pending]
    ) -> tuple[str, Optional[dict[str, Any]], list[str]]:
        """The text, the card if there is one, and the buttons' titles."""
        saying = state.saying
        numbers = Numbers(self._phrases, region)
        kind = saying.get("kind", "help_now")
        if kind in ("alert", "two_soon"):
            return self._alert(saying, state, numbers, profile)
        turn = saying.get("turn", 0)
        if kind == "doubt":
            flag = self._catalogue[saying["flags"][0]]
            text = self._phrases.say("doubt", turn, question=flag.question)
            return text, self._question("red_flag", pending), self._titles(pending)
        if kind.startswith("clear_question"):
            return self._phrases.say(kind, turn), self._question("red_flag", pending), self._titles(pending)
        if kind in ("help_now", "unavailable"):
            return self._phrases.say(kind, turn, emergency=numbers.text("emergency")), None, []
        if kind == "numbers":
            return self._numbers(state, numbers), self._held_card(state, numbers), []
        call = self.call(state, numbers)
        text = self._phrases.say(kind, turn, call=call)
        keeps_card = kind in ("hold", "hold_crisis", "refuse", "agree", "hold_bye", "hold_unclear")
        card = self._held_card(state, numbers) if keeps_card else None
        return text, card, []

    @staticmethod
    def _titles(pending: Optional[Pending]) -> list[str]:
        return [option.title for option in pending.options] if pending else []

    def _question(self, about: str, pending: Optional[Pending]) -> dict[str, Any]:
        choices = [{"title": title, "payload": title} for title in self._titles(pending)]
        return {"type": "question", "about": about, "choices": choices}

    def call(self, state: Triage, numbers: Numbers) -> str:
        """Whom to call, in one sentence, for the flags that are open."""
        if CRISIS & set(state.open):
            name = "call_crisis" if "RF-SUICIDE" in state.open else "call_emergency"
        else:
            name = "call_emergency" if state.held == Tier.EMERGENCY.value else "call_urgent"
        fields: dict[str, Any] = {kind: numbers.text(kind) for kind in ("emergency", "non_emergency", "crisis")}
        return self._phrases.say(name, **fields)

    def _calls(self, flags: Sequence[Flag]) -> list[str]:
        return list(dict.fromkeys(call for flag in flags for call in flag.calls))

    def _alert(
        self, saying: Mapping[str, Any], state: Triage, numbers: Numbers, profile: Profile
    ) -> tuple[str, dict[str, Any], list[str]]:
        flags = [self._catalogue[name] for name in saying["flags"]]
        lead, tier, turn = flags[0], saying["tier"], saying["turn"]
        say = self._phrases.say
        names = joined([_inner(flag.name) for flag in flags])
        if saying["kind"] == "two_soon":
            do = say("call_urgent", emergency=numbers.text("emergency"), non_emergency=numbers.text("non_emergency"))
            parts = [say("alert_two_soon", names=names, do=do)]
        else:
            parts = [say(f"alert_{tier}", turn, suspected=lead.suspected, do=numbers.fill(lead.say.do))]
            if lead.say.tell:
                parts.append(say("alert_tell", tell=numbers.fill(lead.say.tell)))
        parts.append(say("alert_avoid", avoid=numbers.fill(lead.say.avoid)))
        also = [self._catalogue[name] for name in saying.get("also", [])]
        if also:
            parts.append(say("alert_also", names=joined([_inner(flag.name) for flag in also])))
        text = "\n".join(parts)
        card: dict[str, Any] = {
            "type": "alert",
            "tier": tier,
            "flags": list(dict.fromkeys(flag.id for flag in [*flags, *also])),
            "numbers": numbers.card(self._calls(flags)),
            "title": lead.suspected,
            "do": numbers.fill(lead.say.do),
            "avoid": numbers.fill(lead.say.avoid),
            "tell": numbers.fill(lead.say.tell) if lead.say.tell else None,
        }
        if lead.id == CHILD:
            card["reason"] = "child"
        if tier != Tier.SOON.value:
            card["summary"] = self.summary(state, profile, None, False)
        return text, card, []

    def _held_card(self, state: Triage, numbers: Numbers) -> Optional[dict[str, Any]]:
        """The alert again, for clients that keep it in view; with ``repeat``, so that none is alarmed anew."""
        flags = [self._catalogue[name] for name in state.open]
        if not flags:
            return None
        return {
            "type": "alert",
            "tier": state.held,
            "flags": list(state.open),
            "numbers": numbers.card(self._calls(flags)),
            "title": flags[0].suspected,
            "repeat": True,
        }

    def _numbers(self, state: Triage, numbers: Numbers) -> str:
        kinds = self._calls([self._catalogue[name] for name in state.open]) or ["emergency", "non_emergency"]
        texts = [numbers.text(kind) for kind in kinds]
        text = self._phrases.say("numbers_are", numbers="; ".join(texts))
        return text if numbers.known else f"{text} {self._phrases.say('numbers_region_question')}"

    def summary(self, state: Triage, profile: Profile, since_days: Optional[int], screened: bool) -> list[str]:
        """Five lines to show or read out: said, since, about, asked and denied, to be checked for. No diagnosis."""
        say = self._phrases.say
        person = profile.person
        about = [self._vocabulary.conditions[name].label for name in person.conditions]
        if person.weeks:
            about.insert(0, f"{person.weeks} weeks pregnant")
        if person.age:
            about.insert(0, f"{person.age} years old")
        if profile.subject:
            about.insert(0, profile.subject)
        names = [self._catalogue[name].name for name in state.open]
        since = _ago(since_days) if since_days else say("summary_since_unknown")
        return [
            say("summary_said", text=" / ".join(state.texts)),
            say("summary_since", since=since),
            say("summary_about", about=joined(about) if about else say("summary_about_unknown")),
            say("summary_asked", denied=say("summary_screen_denied" if screened else "summary_asked_none")),
            say("summary_concern", names=joined(names)),
        ]

    def summary_text(self, lines: Sequence[str]) -> str:
        """The summary as one message."""
        return "\n".join([self._phrases.say("summary_title"), *lines])


def _inner(name: str) -> str:
    """A flag's name inside a sentence."""
    return name if name[1:2].isupper() else name[0].lower() + name[1:]


def _ago(days: int) -> str:
    for size, one, many in _UNITS:
        if days >= size:
            count = round(days / size)
            return f"about {count} {one if count == 1 else many}"
    return "today"
