"""Several questions in one message, some about the thing at hand, some outside what the bot answers."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from backtalk.advice import Adviser
from backtalk.conversation import Ask, Focus, Reply, State
from backtalk.fact import SELF, Fact
from backtalk.followup import Follower
from backtalk.phrases import phrases
from backtalk.several import Answers
from backtalk.store import store
from tests.messages import ask, message, state

ADVISER = Adviser(store(), phrases())
ANSWERS = Answers(ADVISER, Follower(ADVISER))
ICE, HEAT = "ice-compress-three-times-daily", "hot-compress-15-20"


def after(name: str) -> State:
    """A talk in which this was just shown."""
    focus = Focus(screened="clear")
    focus.show([name], store()[name].topic)
    return state(focus=focus)


def answered(talk: State, text: str, *asks: Ask, **fields: Any) -> Optional[Reply]:
    return ANSWERS.answer(message(asks[0].intent, text=text, asks=asks, **fields), talk)


def test_a_question_about_the_thing_at_hand_comes_before_another() -> None:
    text = "how many times a day? and can i use heat"
    reply = answered(
        after(ICE),
        text,
        ask("how_often", text="how many times a day?"),
        ask("ask_heat", HEAT, text="can i use heat"),
    )
    assert reply is not None
    assert reply.texts[0].startswith("A wrapped cold pack: 3 times a day.")
    assert store()[HEAT].title in reply.texts[1]
    assert reply.card is not None
    assert [one["id"] for one in reply.card["remedies"]] == [ICE, HEAT]


def test_it_is_what_the_question_before_was_answered_with() -> None:
    text = "can i use heat? and who says so"
    reply = answered(
        after(ICE), text, ask("ask_heat", HEAT, text="can i use heat?"), ask("ask_source", text="who says so")
    )
    assert reply is not None
    assert store()[HEAT].title in reply.texts[-1]


def test_a_number_that_the_answer_gives_is_not_given_twice() -> None:
    text = "can i use heat? and for how long"
    asks = [ask("ask_heat", HEAT, text="can i use heat?"), ask("how_long", text="for how long")]
    reply = answered(after(ICE), text, *asks)
    assert reply is not None
    assert reply.texts[0].startswith(f"{store()[HEAT].title}: 15 to 20 minutes")
    assert sum("15 to 20 minutes" in one for one in reply.texts) <= 2


def test_what_is_declined_is_declined_beside_the_answer() -> None:
    asks = [ask("ask_medication", text="can i take ibuprofen"), ask("ask_heat", HEAT, text="can i use heat")]
    reply = answered(state(), "can i take ibuprofen? can i use heat", *asks)
    assert reply is not None
    assert reply.texts[0] == phrases().say("besides_medication")
    assert reply.card is not None
    assert reply.card["type"] == "answer", "one card, that of the answer"
    assert any(store()[HEAT].title in text for text in reply.texts)


def test_what_is_held_back_is_said_once() -> None:
    asks = [ask("ask_heat", HEAT, text="can i use heat?"), ask("how_often", text="how often then")]
    reply = answered(state(held="urgent"), "can i use heat? how often then", *asks)
    assert reply is not None
    assert len(reply.texts) == len(set(reply.texts))
    assert not (reply.card or {}).get("remedies")


def test_a_child_gets_no_answer_to_any_of_it() -> None:
    asks = [ask("ask_heat", HEAT, text="can i use heat?"), ask("why_this", text="why that one")]
    reply = answered(state("under_18"), "can i use heat? why that one", *asks)
    assert reply is not None
    assert reply.card == {"type": "decline", "reason": "child"}


def test_each_part_has_the_facts_of_its_own_words() -> None:
    text = "why that one? and anything for my neck"
    neck = Fact("area", "neck", SELF, None, text.index("neck"), len(text))
    asks = [ask("why_this", text="why that one?"), ask("ask_self_care", text="anything for my neck")]
    talk = after(ICE)
    reply = answered(talk, text, *asks, facts=[neck])
    assert reply is not None
    assert store()[ICE].evidence.why in reply.texts[0]
    assert talk.focus.request.areas == ("neck",)


@pytest.mark.parametrize(
    "asks",
    [(), (ask("ask_heat", HEAT),), (ask("ask_heat", HEAT), ask("ask_ice", ICE))],
    ids=["one thing", "one part", "a list of the guide's"],
)
def test_other_messages_are_left_to_others(asks: tuple[Ask, ...]) -> None:
    assert ANSWERS.answer(message("ask_heat", HEAT, asks=asks), state()) is None
