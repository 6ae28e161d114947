"""What to do about red flags, with the whole conversation in view. Pure: state and message in, decision and state out.

The rules are those of section 2 of the knowledge base's red-flag catalogue: act before asking, the highest tier leads,
two ``soon`` flags make ``urgent``, an emergency or urgent flag stays open until a clinician has checked it or it was a
mistake, doubt counts as yes for emergencies, and nothing is ever diagnosed or ruled out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from backtalk.catalogue import Catalogue, Tier
from backtalk.choosing import GENERAL
from backtalk.clearance import by_a_clinician, by_a_layman, in_full, went_well
from backtalk.conversation import Message, Option, Pending, chosen
from backtalk.phrases import Phrases
from backtalk.understanding import DECLINES, FALLBACK

#: Responses that the safety policy speaks through, and actions that it hands over to.
SPEAK, SUMMARY = "utter_alert", "utter_alert_summary"
SCREEN_ACTION, RESUME = "action_screen", "action_resume"
#: Flags with a path of their own while they are open.
CRISIS = frozenset({"RF-SUICIDE", "RF-OVERDOSE", "RF-ABUSE"})
CHILD = "RF-CHILD"
#: Soon flags that say the same in other words: no two of one group make ``urgent`` together.
ALIKE: tuple[frozenset[str], ...] = (
    frozenset({"RF-PERSIST", "RF-SCIATICA", "RF-STENOSIS", "RF-AXSPA", "RF-MOOD", "RF-CHILD"}),
    frozenset({"RF-PERSIST", "RF-NIGHT"}),
    frozenset({"RF-PERSIST", "RF-THORACIC"}),
    frozenset({"RF-PERSIST", "RF-GYN"}),
    frozenset({"RF-PERSIST", "RF-AGE"}),
)
#: Intents that ask for something physical, or go on with it; held back while a flag is open.
HELD_INTENTS = frozenset(
    "describe_pain ask_self_care ask_exercises ask_quick_relief ask_prevention another how_long how_often how_to "
    "refine compare choose_option affirm ask_safety insult alarm not_helped tried_already dislike it_hurts got_worse "
    "cannot_do disagree ask_recap ask_when_effect ask_prognosis ask_other_health ask_other_therapy helped screen_none "
    "chat nlu_fallback".split()
)
#: Times that the question whether it was checked is put before the answer is to go.
REASKED = 3
#: After a report in full and the question to it, these go on as one does who may move.
_GOES_ON = frozenset(
    "ask_self_care ask_exercises ask_quick_relief ask_prevention another how_long how_often how_to refine compare "
    "choose_option ask_safety ask_recap".split()
)
#: What is said besides an answer to whether a clinician has checked it, and has a reply of its own.
_ASIDE = frozenset(
    "refuse_help agree_help ask_number ask_summary repeat insult alarm got_worse it_hurts goodbye stop".split()
)
#: An answer to the checklist in one's own words: none of it.
_NONE = re.compile(r"(?:no|nope|none|nothing|nah?|all (?:fine|good|ok|okay|clear|well))\b")
_ASKING = re.compile(r"\?|\b(?:what|how|which|when|where|why|can i|could i|should i|is it|tell me|show me|give me)\b")


def none_of_it(message: Message) -> tuple[bool, bool]:
    """Whether a message says that nothing of the checklist applies, and whether it asks something besides."""
    # "No, that is my wife" and "no, I am pregnant" are about something else.
    of_somebody = bool(message.values("person")) or bool(message.mentioned)
    return bool(_NONE.match(message.mended)) and not of_somebody, bool(_ASKING.search(message.mended))


#: Questions that are about nothing in the guide, whatever entry comes closest to their words.
TALK = DECLINES | frozenset(
    "ask_bot ask_maker ask_trust ask_capabilities ask_privacy ask_when_doctor ask_warning_signs ask_evidence "
    "ask_source".split()
)
#: Probability from which a question is taken for one about the likeliest thing, while a flag is open.
SURE_ENOUGH = 0.45
#: Texts kept of what raised a flag, for the summary, and characters of each.
TEXTS, TEXT_LENGTH = 2, 160


@dataclass(frozen=True)
class Screened:
    """What the screen found in one message.

    Attributes:
        flags: that it raises. doubtful: that it may raise.
    """

    flags: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


@dataclass
class Triage:
    """The conversation's state.

    Attributes:
        open: emergency and urgent flags that wait for a check. soon: soon flags raised so far.
        asked: flags whose question was asked. said: how often each thing was said, to vary the words.
        saying: what the policy's responses say in this turn. plan: the actions of this turn.
        texts: what raised the open flags. held: the tier of the worst of them, or empty.
        reported: a check that went well was told of in full.
    """

    open: list[str] = field(default_factory=list)
    soon: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)
    saying: dict[str, Any] = field(default_factory=dict)
    plan: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    held: str = ""
    reported: bool = False

    @property
    def alerting(self) -> bool:
        """An alert is said in this turn."""
        return self.saying.get("kind") in ("alert", "two_soon")

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without what is empty."""
        return {key: value for key, value in vars(self).items() if value}

    @classmethod
    def from_dict(cls, raw: Optional[Mapping[str, Any]]) -> "Triage":
        """From what ``to_dict`` made."""
        return cls(**{key: value for key, value in (raw or {}).items() if key in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Step:
    """The decision about one message.

    Attributes:
        state: to carry on. pending: the question now open.
        plan: the actions to take, in order; none: other policies decide.
    """

    state: Triage
    pending: Optional[Pending]
    plan: tuple[str, ...] = ()


class Nurse:
    """Decides, message by message.

    Args:
        physical: entries of the store that an open flag holds back.
    """

    def __init__(self, catalogue: Catalogue, phrases: Phrases, physical: frozenset[str]) -> None:
        self._catalogue = catalogue
        self._say = phrases.say
        self._physical = physical

    def _rank(self, flag: str) -> tuple[int, int]:
        return self._catalogue[flag].urgency

    def silent(self, before: Triage) -> Triage:
        """The state with an apology to say: an action said nothing."""
        state = Triage.from_dict(before.to_dict())
        self._saying(state, "unavailable")
        return state

    def _saying(self, state: Triage, kind: str, **fields: Any) -> None:
        state.saying = {"kind": kind, "turn": state.said.get(kind, 0), **fields}
        state.said[kind] = state.said.get(kind, 0) + 1

    def step(self, before: Triage, pending: Optional[Pending], message: Message, screened: Screened) -> Step:
        """What to do about a message."""
        state = Triage.from_dict(before.to_dict())
        state.saying, state.plan = {}, []
        answer = self._answered(state, pending, message, screened)
        if answer is not None:
            return answer
        if state.held and self._reports_check(state, screened, message):
            return self._checked(state, message)
        step = self._flags(state, list(screened.flags), message)
        if step is not None:
            return step
        if state.held:
            return self._held(state, message, before.saying)
        doubtful = [flag for flag in screened.doubtful if flag not in state.asked and flag not in state.soon]
        if doubtful:
            return self._ask(state, doubtful[0], message)
        return Step(state, None)

    # --- raising

    def _flags(self, state: Triage, flags: list[str], message: Message) -> Optional[Step]:
        serious = sorted({f for f in flags if self._catalogue[f].tier is not Tier.SOON}, key=self._rank)
        soon = [f for f in dict.fromkeys(flags) if self._catalogue[f].tier is Tier.SOON]
        fresh = [flag for flag in soon if flag not in state.soon]
        earlier = [flag for flag in state.soon if flag not in soon]
        state.soon += fresh
        if serious:
            return self._alert(state, serious, soon, message)
        if fresh and not state.held:
            together = [*earlier, *soon]
            pair = next(((a, b) for b in fresh for a in together if a != b and not self._alike(a, b)), None)
            if pair:
                state.open += [flag for flag in pair if flag not in state.open]
                state.held = Tier.URGENT.value
                self._note(state, message)
                self._saying(state, "two_soon", flags=list(pair), tier=Tier.URGENT.value)
                return self._plan(state, [SPEAK, SUMMARY])
            self._saying(state, "alert", flags=[fresh[0]], tier=Tier.SOON.value, also=fresh[1:])
            about_an_entry = bool(message.asks[0].guesses) and message.intent.startswith("ask_")
            wants = message.intent in GENERAL or about_an_entry
            about = "action_note_profile" if message.intent in ("inform_profile", "for_other") else ""
            follows = ["action_advise" if wants else about] if (wants or about) and CHILD not in fresh else []
            return self._plan(state, [SPEAK, *follows])
        return None

    @staticmethod
    def _alike(one: str, other: str) -> bool:
        return any(one in group and other in group for group in ALIKE)

    def _alert(self, state: Triage, serious: list[str], soon: list[str], message: Message) -> Step:
        state.open += [flag for flag in serious if flag not in state.open]
        state.open.sort(key=self._rank)
        state.reported = False
        highest = max((self._catalogue[flag].tier for flag in state.open), key=lambda tier: tier.rank)
        state.held = highest.value
        self._note(state, message)
        lead = serious[0]
        tier = self._catalogue[lead].tier.value
        self._saying(state, "alert", flags=serious, tier=tier, also=[*serious[1:], *soon])
        state.saying["turn"] = state.said.get(f"alert:{lead}", 0)
        state.said[f"alert:{lead}"] = state.said.get(f"alert:{lead}", 0) + 1
        return self._plan(state, [SPEAK, SUMMARY])

    def _note(self, state: Triage, message: Message) -> None:
        text = message.text if len(message.text) <= TEXT_LENGTH else message.text[: TEXT_LENGTH - 3] + "..."
        state.texts = [*state.texts, text][-TEXTS:]

    def _plan(self, state: Triage, plan: list[str], pending: Optional[Pending] = None) -> Step:
        state.plan = plan
        return Step(state, pending, tuple(plan))

    # --- questions and their answers

    def _ask(self, state: Triage, flag_id: str, message: Message) -> Step:
        flag = self._catalogue[flag_id]
        state.asked.append(flag_id)
        self._note(state, message)
        options = [
            Option(choice.title, f"{'yes' if choice.flag else 'no'}:{choice.raises or flag_id}")
            for choice in flag.choices
        ]
        options.append(Option(self._say("not_sure"), f"yes:{flag_id}"))
        self._saying(state, "doubt", flags=[flag_id])
        return self._plan(state, [SPEAK], Pending("red_flag", options))

    def _answered(
        self, state: Triage, pending: Optional[Pending], message: Message, screened: Screened
    ) -> Optional[Step]:
        """The answer to an open question of ours; None if it is something else."""
        if pending is None:
            return None
        option = chosen(message.text, pending.options) or chosen(message.mended, pending.options)
        if pending.about == "red_flag":
            return self._doubt_answered(state, pending, option, message, screened)
        if pending.about == "clearance":
            return self._clearance_answered(state, pending, option, message, screened)
        if pending.about in ("screen", "screen_which"):
            return self._screen_answered(state, pending, option, message, screened)
        return None

    def _doubt_answered(
        self, state: Triage, pending: Pending, option: Optional[Option], message: Message, screened: Screened
    ) -> Optional[Step]:
        # The last option is "not sure", which means the flag that was asked about.
        flag_id = (option or pending.options[-1]).value.split(":", 1)[1]
        if option is not None:
            yes = option.value.startswith("yes:")
        elif message.intent in ("affirm", "unsure", "screen_some"):
            # Rule 2: "not sure" and the like count as yes.
            yes = True
        elif message.intent in ("deny", "screen_none", "misunderstanding", "clinician_cleared"):
            yes = False
        elif screened.flags:
            return None
        elif self._catalogue[flag_id].tier is Tier.EMERGENCY and message.intent in ("stop", "wait", "refuse_help"):
            yes = True
        else:
            return None
        if yes:
            return self._flags(state, [flag_id, *screened.flags], message)
        self._saying(state, "doubt_cleared", flags=[flag_id])
        if screened.flags:
            return self._flags(state, list(screened.flags), message)
        return self._plan(state, [SPEAK, RESUME])

    def _clearance_answered(
        self, state: Triage, pending: Pending, option: Optional[Option], message: Message, screened: Screened
    ) -> Optional[Step]:
        kind = pending.options[0].value.split(":", 1)[1]
        if option is None and screened.flags and message.intent not in ("clinician_cleared", "misunderstanding"):
            return None
        good = {
            "checked": message.intent in ("affirm", "clinician_cleared"),
            "mistake": message.intent in ("deny", "misunderstanding", "screen_none"),
        }[kind]
        if kind == "checked" and not option and not screened.doubtful and in_full(message.mended):
            # The question was put before, and this is its answer: who looked, what they found, what is allowed.
            return self._unlocked(state, "unlocked_reported", *filter(None, [self._asks_on(message)]))
        if option.value.startswith("clear:") if option else good:
            return self._unlocked(state, f"unlocked_{kind}")
        if option or message.intent in ("affirm", "deny", "unsure", "screen_some"):
            return self._hold(state)
        if message.intent in _ASIDE or message.values("region"):
            return None
        if state.reported and not screened.doubtful and (asks := self._asks_on(message)):
            # The report itself answered what was asked.
            return self._unlocked(state, "unlocked_reported", asks)
        if state.said[f"clear_question_{kind}"] % REASKED == 0:
            return None
        # Not "go to hospital" to somebody who says to come from there: the question stays.
        return self._clearance_question(state, kind)

    def _unlocked(self, state: Triage, name: str, *actions: str) -> Step:
        state.open, state.held, state.texts, state.reported = [], "", [], False
        self._saying(state, name)
        return self._plan(state, [SPEAK, *actions])

    @staticmethod
    def _asks_on(message: Message) -> str:
        """The action that answers what somebody asks who takes it that they may move; empty if they ask nothing."""
        about_an_entry = bool(message.asks[0].guesses) and message.intent.startswith("ask_")
        if message.intent in GENERAL and message.intent != "describe_pain":
            return "action_advise"
        if message.intent in _GOES_ON:
            return "action_follow_up"
        return "action_advise" if about_an_entry and message.intent not in TALK else ""

    def _checked(self, state: Triage, message: Message) -> Step:
        """A check is reported: was it of this, and with what result?"""
        if by_a_layman(message.mended):
            return self._hold(state)
        state.reported = in_full(message.mended)
        return self._clearance_question(state, "checked")

    def _screen_answered(
        self, state: Triage, pending: Pending, option: Optional[Option], message: Message, screened: Screened
    ) -> Optional[Step]:
        if pending.about == "screen" and message.intent == "choose_option" and not re.search(r"\d", message.text):
            # "The second one" means the list above the checklist, not its second button.
            return None
        if screened.flags and option is None:
            return None
        if option is not None and option.value.startswith("flag:"):
            return self._flags(state, [option.value.split(":", 1)[1]], message)
        if option is not None:
            return self._plan(state, [SCREEN_ACTION], pending)
        if pending.about == "screen" and message.intent in ("affirm", "deny", "unsure"):
            return self._plan(state, [SCREEN_ACTION], pending)
        if pending.about == "screen" and none_of_it(message) == (True, False):
            return self._plan(state, [SCREEN_ACTION], pending)
        return None

    # --- while a flag is open

    def _hold(self, state: Triage) -> Step:
        crisis = bool(CRISIS & set(state.open))
        self._saying(state, "hold_crisis" if crisis else "hold", flags=list(state.open), tier=state.held)
        return self._plan(state, [SPEAK])

    def _held(self, state: Triage, message: Message, said: Mapping[str, Any]) -> Step:
        """While a flag is open.

        Args:
            said: what the turn before said, for a bare "yes" to it.
        """
        intent = message.intent
        offered = said.get("kind") == "hold" and not said.get("turn")
        if intent in ("ask_summary", "repeat") or (intent == "affirm" and offered):
            return self._plan(state, [SUMMARY])
        fields: dict[str, Any] = {"flags": list(state.open), "tier": state.held}
        if intent in ("clinician_cleared", "misunderstanding") or in_full(message.mended):
            if intent != "misunderstanding":
                return self._checked(state, message)
            return self._clearance_question(state, "mistake")
        if intent == "refuse_help":
            self._saying(state, "refuse", **fields)
        elif intent == "agree_help" or (intent == "affirm" and said.get("kind") == "refuse"):
            self._saying(state, "agree", **fields)
        elif intent == "ask_number" or message.values("region"):
            self._saying(state, "numbers", **fields)
        elif intent in ("goodbye", "thank", "stop"):
            self._saying(state, "hold_bye", **fields)
        elif intent == FALLBACK:
            # The usual way to ask back names stretches and ice.
            self._saying(state, "hold_unclear", **fields)
        elif not intent or intent in HELD_INTENTS or self._wants_physical(message):
            return self._hold(state)
        else:
            return Step(state, None)
        return self._plan(state, [SPEAK])

    def _clearance_question(self, state: Triage, kind: str) -> Step:
        clear, still = ("yes", "no") if kind == "checked" else ("no", "yes")
        options = [
            Option(self._say(f"clear_{clear}_{kind}"), f"clear:{kind}"),
            Option(self._say(f"clear_{still}_{kind}"), f"hold:{kind}"),
        ]
        self._saying(state, f"clear_question_{kind}", flags=list(state.open), tier=state.held)
        return self._plan(state, [SPEAK], Pending("clearance", options))

    def _reports_check(self, state: Triage, screened: Screened, message: Message) -> bool:
        """It says that a check was made and went well, and names nothing but what is open already."""
        serious = {flag for flag in screened.flags if self._catalogue[flag].tier is not Tier.SOON}
        told = message.intent == "clinician_cleared" or by_a_clinician(message.mended)
        return bool(serious) and serious <= set(state.open) and told and went_well(message.mended)

    def _wants_physical(self, message: Message) -> bool:
        return any(
            guess.entry in self._physical
            for ask in message.asks
            if ask.intent.startswith("ask_") and ask.intent not in TALK
            for guess in ask.guesses[:2]
        ) or (message.intent.startswith("ask_") and message.intent not in TALK and not self._sure(message))

    @staticmethod
    def _sure(message: Message) -> bool:
        """One thing of the guide is asked about, not something like several: the closest of them might be physical."""
        guesses = message.asks[0].guesses
        return bool(guesses) and guesses[0].confidence >= SURE_ENOUGH
