"""From probabilities to questions."""

from __future__ import annotations

from typing import Optional

import pytest

from backtalk.conversation import Guess
from backtalk.store import store
from backtalk.understanding import DECLINE_FROM, FALLBACK, GUESSES, UNSURE, Scores, ask_of, asks_of, for_person
from backtalk.yaml_files import ROOT, read_yaml

TOPICS = {"ice-pack": "ice", "heat-pad": "heat", "plank": "strengthening", "bridge": "strengthening"}


def scores(guide: float = 0.0, entries: Optional[dict[str, float]] = None, **intents: float) -> Scores:
    return Scores(intents or {"greet": 0.0}, guide, entries or {"ice-pack": 0.7, "heat-pad": 0.3})


def test_a_question_about_the_guide_names_its_topic_and_its_entries() -> None:
    found = ask_of(scores(0.8, greet=0.1), TOPICS)
    assert (found.intent, found.confidence) == ("ask_ice", 0.8)
    assert [(guess.entry, guess.confidence) for guess in found.guesses] == [("ice-pack", 0.7), ("heat-pad", 0.3)]


def test_anything_else_is_its_intent_with_the_guesses_scaled() -> None:
    found = ask_of(scores(0.2, greet=0.7), TOPICS)
    assert found.intent == "greet"
    assert found.guesses[0].confidence == pytest.approx(0.14)


def test_unsure_is_asked_back() -> None:
    found = ask_of(scores(0.1, greet=UNSURE - 0.01), TOPICS)
    assert found.intent == FALLBACK
    assert found.guesses


def test_declining_needs_all_declines_together() -> None:
    apart = {"ask_medication": 0.3, "ask_tests": 0.25, "describe_pain": 0.4}
    assert ask_of(scores(0.0, None, **apart), TOPICS).intent == "ask_medication"
    fewer = {"ask_medication": 0.3, "ask_tests": DECLINE_FROM - 0.31, "describe_pain": 0.4}
    assert ask_of(scores(0.0, None, **fewer), TOPICS).intent == "describe_pain"


@pytest.mark.parametrize(
    ("guide", "outside", "intent"),
    [
        (0.02, {"out_of_scope": 0.6}, "out_of_scope"),
        (0.10, {"out_of_scope": 0.5, "ask_tests": 0.36}, "out_of_scope"),
        (0.45, {"out_of_scope": 0.54}, FALLBACK),
        (0.15, {"out_of_scope": 0.4, "ask_tests": 0.15}, FALLBACK),
        (0.14, {"out_of_scope": 0.4, "ask_tests": 0.15}, "out_of_scope"),
        (0.15, {"out_of_scope": 0.5, "ask_tests": 0.11}, "out_of_scope"),
        (0.55, {"out_of_scope": 0.24, "ask_tests": 0.06}, FALLBACK),
        (0.60, {"out_of_scope": 0.25}, FALLBACK),
        (0.60, {"out_of_scope": 0.24}, "ask_ice"),
    ],
)
def test_between_a_decline_and_the_guide_the_bot_asks_back(
    guide: float, outside: dict[str, float], intent: str
) -> None:
    assert ask_of(scores(guide, None, **outside), TOPICS).intent == intent


def test_what_is_asked_back_about_are_the_likeliest_entries() -> None:
    found = ask_of(scores(0.45, None, out_of_scope=0.54), TOPICS)
    assert found.guesses[0].confidence == pytest.approx(max(scores(0.45, None).entries.values()))


def test_a_few_guesses_are_handed_on() -> None:
    many = {f"e{number}": 0.1 for number in range(10)}
    topics = dict.fromkeys(many, "ice")
    assert len(ask_of(Scores({"greet": 0.1}, 0.9, many), topics).guesses) == GUESSES


def test_one_question_is_read_as_a_whole() -> None:
    (found,) = asks_of([scores(0.9)], ["how long do I ice"], TOPICS)
    assert found.intent == "ask_ice"


def test_several_questions_follow_the_whole() -> None:
    plank = {"plank": 0.9, "bridge": 0.1}
    parts = [scores(0.9), scores(0.9), scores(0.9, plank)]
    found = asks_of(parts, ["ice and plank", "ice", "plank"], TOPICS)
    assert [ask.intent for ask in found] == ["ask_ice", "ask_ice", "ask_strengthening"]


def test_a_question_about_the_thing_at_hand_is_one_beside_another() -> None:
    how_often = scores(0.05, None, how_often=0.9)
    found = asks_of([scores(0.9), scores(0.9), how_often], ["x", "can i ice", "how often"], TOPICS)
    assert [ask.intent for ask in found] == ["ask_ice", "ask_ice", "how_often"]
    assert found[2].text == "how often"
    (alone,) = asks_of([scores(0.9), how_often], ["x", "how often"], TOPICS)
    assert alone.intent == "ask_ice"


def test_what_is_declined_stands_beside_what_is_answered_if_it_is_asked() -> None:
    pills = scores(0.05, None, ask_medication=0.9)
    found = asks_of([pills, pills, scores(0.9)], ["x", "can i take pills", "can i ice"], TOPICS)
    assert [ask.intent for ask in found] == ["ask_ice", "ask_medication", "ask_ice"]
    story = asks_of([pills, pills, scores(0.9)], ["x", "can i take pills", "i iced it"], TOPICS)
    assert [ask.intent for ask in story] == ["ask_medication"]
    told = asks_of([scores(0.9), pills, scores(0.9)], ["x", "i take pills", "can i ice"], TOPICS)
    assert [ask.intent for ask in told] == ["ask_ice"]


def test_the_same_question_twice_is_one() -> None:
    found = asks_of([scores(0.9)] * 3, ["x", "y", "z"], TOPICS)
    assert len(found) == 1


@pytest.mark.parametrize("intent", ["greet", "thank", "describe_pain", "inform_profile"])
def test_a_greeting_yields_to_the_question_after_it(intent: str) -> None:
    whole = scores(0.1, None, **{intent: 0.8})
    (found,) = asks_of([whole, whole, scores(0.9)], ["hi. how long", "hi", "how long"], TOPICS)
    assert found.intent == "ask_ice"


def test_a_decline_yields_only_to_a_much_surer_question() -> None:
    whole = scores(0.05, None, ask_medication=0.6)
    assert asks_of([whole, scores(0.9)], ["x", "y"], TOPICS)[0].intent == "ask_ice"
    assert asks_of([whole, scores(0.7, None, greet=0.1)], ["x", "y"], TOPICS)[0].intent == "ask_medication"


def test_an_unclear_part_says_nothing() -> None:
    whole = scores(0.1, None, greet=0.8)
    assert asks_of([whole, scores(0.4, None, greet=0.3)], ["x", "y"], TOPICS)[0].intent == "greet"


def test_a_declined_part_is_no_second_question() -> None:
    parts = [scores(0.9), scores(0.9), scores(0.0, None, ask_medication=0.9)]
    assert len(asks_of(parts, ["x", "y", "z"], TOPICS)) == 1


def test_the_intents_named_here_are_those_of_the_domain() -> None:
    from backtalk.understanding import ADVICE, DECLINES, YIELDING

    domain = set(read_yaml(ROOT / "domain.yml")["intents"])
    assert domain >= {*ADVICE, *DECLINES, *YIELDING, FALLBACK}


def test_whoever_gave_birth_is_no_longer_pregnant() -> None:
    guesses = [Guess("preg-sleep-curled-on-side", 0.5), Guess("sleep-side-lying-curled", 0.2)]
    assert for_person(guesses, store(), {"postpartum"})[0].entry == "sleep-side-lying-curled"
    assert for_person(guesses, store(), {"pregnant"})[0].entry == "preg-sleep-curled-on-side"


def test_an_illness_that_is_told_declines_no_question_beside_it() -> None:
    ill, child = scores(0.05, None, ask_other_health=0.9), scores(0.05, None, ask_child=0.9)
    texts = ["x", "my mum has thin bones", "how does she ice it"]
    assert asks_of([ill, ill, scores(0.9)], texts, TOPICS)[0].intent == "ask_ice"
    assert asks_of([child, child, scores(0.9)], texts, TOPICS)[0].intent == "ask_child", "a child's back is no adult's"
