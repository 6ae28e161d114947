"""The rules of the red-flag catalogue, message by message: alerts, holds, doubts, unlocking."""

from __future__ import annotations

from typing import Optional

import pytest

from backtalk.catalogue import Tier, catalogue
from backtalk.conversation import Message, Option, Pending
from backtalk.phrases import phrases
from backtalk.store import store
from backtalk.triage import (
    ALIKE,
    CRISIS,
    HELD_INTENTS,
    RESUME,
    SCREEN_ACTION,
    SPEAK,
    SUMMARY,
    TEXT_LENGTH,
    Nurse,
    Screened,
    Step,
    Triage,
)
from backtalk.understanding import FALLBACK
from backtalk.yaml_files import ROOT, read_yaml
from tests.messages import message, told

PHYSICAL = frozenset(entry.id for entry in store() if entry.physical)
NURSE = Nurse(catalogue(), phrases(), PHYSICAL)
ICE, SCREEN_HEIGHT = "ice-compress-three-times-daily", "screen-at-eye-level"
SERIOUS = [flag.id for flag in catalogue() if flag.tier is not Tier.SOON]
SOON = [flag.id for flag in catalogue() if flag.tier is Tier.SOON]


def take(
    said: Message,
    *flags: str,
    before: Optional[Step] = None,
    doubtful: tuple[str, ...] = (),
    pending: Optional[Pending] = None,
) -> Step:
    """One message, after the step before it."""
    state = before.state if before else Triage()
    return NURSE.step(state, pending or (before.pending if before else None), said, Screened(flags, doubtful))


def raised(*flags: str) -> Step:
    return take(message("describe_pain", text="it hurts here"), *flags)


@pytest.mark.parametrize("flag", SERIOUS)
def test_an_emergency_or_urgent_flag_is_said_at_once_and_stays_open(flag: str) -> None:
    step = raised(flag)
    assert step.plan == (SPEAK, SUMMARY)
    assert step.state.open == [flag]
    assert step.state.held == catalogue()[flag].tier.value
    assert step.state.alerting
    assert step.state.saying["flags"] == [flag]
    assert step.pending is None


@pytest.mark.parametrize("flag", SOON)
def test_a_soon_flag_is_said_and_holds_nothing(flag: str) -> None:
    step = take(message("greet"), flag)
    assert step.plan == (SPEAK,)
    assert (step.state.open, step.state.held, step.state.soon) == ([], "", [flag])


def test_a_soon_alert_may_come_with_advice() -> None:
    assert raised("RF-PERSIST").plan == (SPEAK, "action_advise")
    assert take(message("ask_ice", ICE), "RF-PERSIST").plan == (SPEAK, "action_advise")
    assert take(message("ask_exercises"), "RF-CHILD").plan == (SPEAK,), "not for a child"


def test_nothing_found_is_left_to_the_other_policies() -> None:
    step = take(message("describe_pain"))
    assert (step.plan, step.pending, step.state) == ((), None, Triage())


def test_the_highest_tier_leads_and_the_rest_is_named() -> None:
    step = raised("RF-PERSIST", "RF-DVT", "RF-PE")
    assert step.state.held == "emergency"
    assert step.state.open == ["RF-PE", "RF-DVT"]
    assert step.state.saying["flags"] == ["RF-PE", "RF-DVT"]
    assert step.state.saying["also"] == ["RF-DVT", "RF-PERSIST"]


def test_a_threat_to_life_leads_among_emergencies() -> None:
    assert raised("RF-CES", "RF-CARDIAC").state.open[0] == "RF-CARDIAC"


def test_a_second_flag_raises_the_hold_and_never_lowers_it() -> None:
    first = raised("RF-DVT")
    second = take(message("describe_pain"), "RF-PE", before=first)
    assert second.state.held == "emergency"
    third = take(message("describe_pain"), "RF-DVT", before=second)
    assert third.state.held == "emergency"
    assert third.state.open == ["RF-PE", "RF-DVT"]


@pytest.mark.parametrize(("one", "other"), [("RF-NIGHT", "RF-WEIGHTLOSS"), ("RF-AGE", "RF-THORACIC")])
def test_two_soon_flags_are_urgent(one: str, other: str) -> None:
    together = raised(one, other)
    later = take(message("describe_pain"), other, before=raised(one))
    for step in (together, later):
        assert step.plan == (SPEAK, SUMMARY)
        assert step.state.held == "urgent"
        assert set(step.state.open) == {one, other}
        assert step.state.saying["kind"] == "two_soon"


def test_two_that_say_the_same_are_one() -> None:
    for group in ALIKE:
        one, other = sorted(group)[:2]
        assert raised(one, other).state.held == ""


def test_the_same_soon_flag_again_is_not_said_again() -> None:
    again = take(message("describe_pain"), "RF-PERSIST", before=raised("RF-PERSIST"))
    assert again.plan == ()
    assert again.state.held == ""


@pytest.mark.parametrize("intent", sorted(HELD_INTENTS))
def test_while_a_flag_is_open_physical_advice_is_held(intent: str) -> None:
    step = take(message(intent), before=raised("RF-CES"))
    assert step.plan == (SPEAK,)
    assert step.state.saying["kind"] == ("hold_unclear" if intent == FALLBACK else "hold")
    assert step.state.held == "emergency"


def test_a_question_about_something_physical_is_held_and_another_is_not() -> None:
    assert take(message("ask_ice", ICE), before=raised("RF-CES")).state.saying["kind"] == "hold"
    assert take(message("ask_workspace", SCREEN_HEIGHT), before=raised("RF-CES")).plan == ()
    assert take(message("ask_evidence"), before=raised("RF-CES")).plan == ()


def test_bargaining_does_not_help_and_the_words_vary() -> None:
    step, turns = raised("RF-CES"), []
    for _ in range(6):
        step = take(message("ask_exercises", text="just one tiny stretch"), before=step)
        turns.append(step.state.saying["turn"])
        assert step.state.held == "emergency"
    assert turns == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("intent", "kind"),
    [
        ("refuse_help", "refuse"),
        ("agree_help", "agree"),
        ("ask_number", "numbers"),
        ("goodbye", "hold_bye"),
        ("stop", "hold_bye"),
    ],
)
def test_a_kind_word_for_each_reaction(intent: str, kind: str) -> None:
    step = take(message(intent), before=raised("RF-CES"))
    assert step.state.saying["kind"] == kind
    assert step.state.held == "emergency"


def test_naming_the_country_leads_to_its_numbers() -> None:
    step = take(message("inform_profile", facts=told("region", "DE")), before=raised("RF-CES"))
    assert step.state.saying["kind"] == "numbers"


@pytest.mark.parametrize("flag", sorted(CRISIS))
def test_a_crisis_has_words_of_its_own(flag: str) -> None:
    step = take(message("ask_exercises"), before=raised(flag))
    assert step.state.saying["kind"] == "hold_crisis"


def cleared(intent: str, flag: str = "RF-CES") -> Step:
    return take(message(intent), before=raised(flag))


@pytest.mark.parametrize(("intent", "kind"), [("clinician_cleared", "checked"), ("misunderstanding", "mistake")])
def test_to_unlock_takes_a_question_and_its_answer(intent: str, kind: str) -> None:
    asked = cleared(intent)
    assert asked.state.held == "emergency", "saying so alone unlocks nothing"
    assert asked.state.saying["kind"] == f"clear_question_{kind}"
    assert asked.pending is not None
    good, bad = asked.pending.options
    unlocked = take(message("affirm", text=good.title), before=asked)
    assert (unlocked.state.held, unlocked.state.open, unlocked.state.texts) == ("", [], [])
    assert unlocked.state.saying["kind"] == f"unlocked_{kind}"
    still = take(message("deny", text=bad.title), before=asked)
    assert still.state.held == "emergency"
    assert still.state.saying["kind"] == "hold"


@pytest.mark.parametrize(
    ("first", "answer", "unlocks"),
    [
        ("clinician_cleared", "affirm", True),
        ("clinician_cleared", "deny", False),
        ("clinician_cleared", "unsure", False),
        ("misunderstanding", "deny", True),
        ("misunderstanding", "affirm", False),
        ("misunderstanding", "unsure", False),
    ],
)
def test_the_answer_in_words(first: str, answer: str, unlocks: bool) -> None:
    step = take(message(answer, text="hm"), before=cleared(first))
    assert (step.state.held == "") is unlocks


def test_asking_for_exercises_instead_of_answering_unlocks_nothing() -> None:
    step = cleared("clinician_cleared")
    kinds = []
    for _ in range(4):
        step = take(message("ask_exercises", text="exercises please"), before=step)
        assert step.state.held == "emergency"
        assert SPEAK in step.plan
        kinds.append(step.state.saying["kind"])
    assert kinds[0] == "clear_question_checked", "the question stays, in other words"
    assert "hold" in kinds, "but not for ever"


FULL = "went to a&e, they did an mri, nothing is pressing on the nerves and i was told to keep active"


@pytest.mark.parametrize(
    ("report", "then", "unlocks"),
    [
        (FULL, "ask_exercises", True),
        (FULL, "how_long", True),
        ("the out of hours doctor saw me, bloods fine, only a bladder infection, antibiotics", "ask_self_care", True),
        (FULL, "describe_pain", False),
        (FULL, "nlu_fallback", False),
        (FULL, "got_worse", False),
        (FULL, "thank", False),
        ("my doctor says it is fine", "ask_exercises", False),
        ("went to the doctor", "ask_exercises", False),
        ("my physio says i can exercise", "ask_exercises", False),
    ],
)
def test_a_report_in_full_answers_the_question_itself(report: str, then: str, unlocks: bool) -> None:
    asked = take(message("clinician_cleared", text=report), before=raised("RF-CES"))
    assert asked.state.held == "emergency", "the question comes first all the same"
    step = take(message(then, text="what can i do then"), before=asked)
    assert (step.state.held == "") is unlocks
    if unlocks:
        assert step.state.saying["kind"] == "unlocked_reported"
        assert step.plan[0] == SPEAK
        assert len(step.plan) == 2


def test_a_report_in_full_is_an_answer_to_the_question() -> None:
    asked = take(message("clinician_cleared", text="the doctor says it is nothing"), before=raised("RF-FOOTDROP"))
    told_more = take(
        message("chat", text="went to the doctor, strength coming back, told to keep moving"), before=asked
    )
    assert told_more.state.held == ""
    assert told_more.state.saying["kind"] == "unlocked_reported"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my neighbour is a vet, had a look, says it is nothing", "hold"),
        ("my mate says it is fine", "hold"),
        ("my wife took me to the doctor and it is fine", "clear_question_checked"),
        ("the nurse says it is fine", "clear_question_checked"),
    ],
)
def test_only_a_clinician_clears(text: str, kind: str) -> None:
    step = take(message("clinician_cleared", text=text), before=raised("RF-FOOTDROP"))
    assert step.state.saying["kind"] == kind
    assert step.state.held == "urgent"


def test_a_loose_question_is_held_as_the_closest_things_might_be_physical() -> None:
    loose = message("ask_disc", (SCREEN_HEIGHT, 0.2), ("cause-overweight", 0.1), text="there must be an exercise")
    assert take(loose, before=raised("RF-FOOTDROP")).state.saying["kind"] == "hold"


def test_after_a_soon_alert_about_somebody_else_their_question_is_answered() -> None:
    step = take(message("for_other", text="asking for my dad"), "RF-AGE")
    assert step.plan == (SPEAK, "action_note_profile")


def test_a_report_in_full_is_heard_beside_a_question() -> None:
    step = take(message("ask_self_care", text=FULL + ". so what can i do"), before=raised("RF-CES"))
    assert step.state.saying["kind"] == "clear_question_checked"
    assert take(message("ask_self_care", text="so what can i do"), before=step).state.held == ""


def test_a_doubt_beside_it_keeps_it_shut() -> None:
    asked = take(message("clinician_cleared", text=FULL), before=raised("RF-CES"))
    step = take(message("ask_exercises", text="exercises? still numb"), doubtful=("RF-CES",), before=asked)
    assert step.state.held == "emergency"


def test_a_new_alarm_takes_the_report_back() -> None:
    asked = take(message("clinician_cleared", text=FULL), before=raised("RF-CES"))
    again = take(message("describe_pain", text="numb again"), "RF-CES", before=asked)
    again = take(message("clinician_cleared", text="it is fine"), before=again)
    assert take(message("ask_exercises", text="what can i do then"), before=again).state.held == "emergency"


def test_a_flag_in_the_answer_is_raised() -> None:
    step = take(message("describe_pain", text="and my chest hurts"), "RF-CARDIAC", before=cleared("clinician_cleared"))
    assert "RF-CARDIAC" in step.state.open


def test_after_unlocking_a_new_flag_counts_anew() -> None:
    asked = cleared("clinician_cleared")
    assert asked.pending is not None
    free = take(message("affirm", text=asked.pending.options[0].title), before=asked)
    assert take(message("ask_exercises"), before=free).plan == ()
    assert take(message("describe_pain"), "RF-CES", before=free).state.held == "emergency"


def doubt(flag: str = "RF-CES") -> Step:
    return take(message("describe_pain", text="feels odd down there"), doubtful=(flag,))


def test_doubt_asks_one_question_once() -> None:
    step = doubt()
    assert step.plan == (SPEAK,)
    assert step.state.saying["kind"] == "doubt"
    assert step.pending is not None
    assert step.pending.about == "red_flag"
    assert step.pending.options[-1] == Option("Not sure", "yes:RF-CES")
    assert step.state.held == ""
    settled = take(message("deny", text="no"), before=step)
    again = take(message("describe_pain"), before=settled, doubtful=("RF-CES",))
    assert again.plan == ()


@pytest.mark.parametrize("intent", ["affirm", "unsure", "screen_some", "stop", "wait", "refuse_help"])
def test_anything_but_no_counts_as_yes_for_an_emergency(intent: str) -> None:
    step = take(message(intent, text="hm"), before=doubt())
    assert step.state.held == "emergency"
    assert step.state.open == ["RF-CES"]


@pytest.mark.parametrize("intent", ["deny", "screen_none"])
def test_no_goes_on_with_what_was_asked(intent: str) -> None:
    step = take(message(intent, text="hm"), before=doubt())
    assert step.plan == (SPEAK, RESUME)
    assert step.state.saying["kind"] == "doubt_cleared"
    assert step.state.held == ""


def test_every_button_of_every_question_does_what_it_says() -> None:
    for flag in catalogue():
        asked = doubt(flag.id)
        assert asked.pending is not None
        for option, choice in zip(asked.pending.options, flag.choices):
            step = take(message("inform_profile", text=option.title), before=asked)
            said = step.state.saying["kind"]
            assert said == ("alert" if choice.flag else "doubt_cleared"), f"{flag.id}: {option.title}"
        unsure = take(message("unsure", text=asked.pending.options[-1].title), before=asked)
        assert unsure.state.saying["kind"] == "alert"


def test_something_else_in_place_of_an_answer_is_judged_by_itself() -> None:
    step = take(message("describe_pain", text="my chest hurts"), "RF-CARDIAC", before=doubt())
    assert step.state.open == ["RF-CARDIAC"]


def test_an_answer_may_mean_a_worse_flag() -> None:
    asked = doubt("RF-SCIATICA")
    step = take(message("describe_pain", text="Both legs, or the leg is weak"), before=asked)
    assert step.state.open == ["RF-CES"]
    assert step.state.held == "emergency"


def test_a_flag_is_said_before_a_doubt_is_asked() -> None:
    step = take(message("describe_pain"), "RF-PE", doubtful=("RF-CES",))
    assert step.state.saying["kind"] == "alert"


def screen(about: str = "screen") -> Pending:
    options = {
        "screen": [Option("None of these", "screen_none"), Option("One of these", "screen_one")],
        "screen_which": [Option("Fever", "flag:RF-INFECT-UR"), Option("Pregnant", "condition:pregnant")],
    }
    return Pending(about, options[about])


@pytest.mark.parametrize("text", ["None of these", "One of these"])
def test_the_minimum_screen_is_answered_by_its_action(text: str) -> None:
    step = take(message("deny", text=text), pending=screen())
    assert step.plan == (SCREEN_ACTION,)
    assert step.pending == screen()


@pytest.mark.parametrize("intent", ["affirm", "deny", "unsure"])
def test_a_bare_yes_or_no_answers_it_too(intent: str) -> None:
    assert take(message(intent, text="hm"), pending=screen()).plan == (SCREEN_ACTION,)


def test_a_flag_of_the_checklist_is_raised_and_a_condition_is_noted() -> None:
    step = take(message("inform_profile", text="Fever"), pending=screen("screen_which"))
    assert step.state.open == ["RF-INFECT-UR"]
    step = take(message("inform_profile", text="Pregnant"), pending=screen("screen_which"))
    assert step.plan == (SCREEN_ACTION,)


def test_a_flag_in_words_goes_before_the_checklist() -> None:
    step = take(message("describe_pain", text="I have a fever and shivers"), "RF-INFECT-UR", pending=screen())
    assert step.state.held == "urgent"


def test_any_other_message_leaves_the_checklist() -> None:
    assert take(message("ask_ice", ICE, text="how long"), pending=screen()).plan == ()


def test_what_was_written_is_kept_short_and_only_the_latest() -> None:
    step = None
    for number in range(4):
        step = take(message("describe_pain", text=f"{number} " + "x" * 500), "RF-CES", before=step)
    assert step is not None
    assert [text[0] for text in step.state.texts] == ["2", "3"]
    assert all(len(text) == TEXT_LENGTH for text in step.state.texts)


def test_silence_is_broken_with_an_apology() -> None:
    state = NURSE.silent(raised("RF-CES").state)
    assert state.saying["kind"] == "unavailable"
    assert state.held == "emergency"


def test_the_step_before_is_not_changed() -> None:
    first = raised("RF-CES")
    kept = first.state.to_dict()
    take(message("ask_exercises"), before=first)
    assert first.state.to_dict() == kept


def test_the_state_survives_the_slot() -> None:
    state = raised("RF-CES", "RF-PERSIST").state
    assert Triage.from_dict(state.to_dict()) == state
    assert Triage.from_dict(None) == Triage()
    assert Triage.from_dict({"unknown": 1}) == Triage()


def test_the_intents_named_here_are_those_of_the_domain() -> None:
    assert set(read_yaml(ROOT / "domain.yml")["intents"]) >= HELD_INTENTS
