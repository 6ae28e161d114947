"""The bake-off counts right, and its pipelines can be read. The race itself is run by `make bake-off`."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtalk.vocabulary import vocabulary
from backtalk.yaml_files import read_yaml
from benchmarks.nlu.bake_off import PIPELINES, digest
from benchmarks.nlu.one import answer
from benchmarks.nlu.page import Line, epochs, markdown, times_in
from benchmarks.nlu.scoring import (
    FILES,
    Answer,
    calibration_error,
    facts_f1,
    interval,
    macro_f1,
    percentile,
    refused_at_same_cost,
    score,
    wanted_intents,
)
from scripts.measure import messages


def read_as(intent: str, confidence: float = 0.9) -> Answer:
    """A message read as an intent."""
    return Answer(intent, intent, confidence, [], 1.0)


def test_the_topic_of_any_wanted_entry_is_right() -> None:
    rows = [{"want": ["acupoint-yaoyan", "swimming-water-exercise"]}, {"want": ["walk-after-lunch"]}]
    assert wanted_intents("entries", rows) == [{"ask_acupressure", "ask_activity"}, {"ask_activity"}]


def test_macro_f1_gives_a_rare_intent_the_weight_of_a_common_one() -> None:
    # greet: 2 right, 1 said too often: 0.8. deny: never found: 0.
    assert macro_f1(["greet", "greet", "greet"], [{"greet"}, {"greet"}, {"deny"}]) == pytest.approx(0.4)


def test_where_two_intents_are_right_either_counts() -> None:
    assert macro_f1(["deny", "greet"], [{"deny", "affirm"}, {"greet"}]) == 1.0


def test_facts_count_once_each() -> None:
    found, wanted = [["age:34", "area:neck"], []], [["age:34", "area:neck", "weeks:20"], ["region:GB"]]
    assert facts_f1(found, wanted) == pytest.approx(2 * 2 / (2 + 4))
    assert facts_f1([[], []], wanted) is None


def test_confidence_that_is_right_so_often_has_no_error() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0.0)
    assert calibration_error([1.0, 1.0], [True, False]) == pytest.approx(0.5)


def test_the_interval_holds_the_share_and_narrows_with_more_messages() -> None:
    few, many = interval([True, True, True, False] * 10), interval([True, True, True, False] * 250)
    assert few[0] < 0.75 < few[1]
    assert many[1] - many[0] < (few[1] - few[0]) / 3


def test_refusals_are_compared_where_they_cost_the_same() -> None:
    good = [read_as("ask_ice", 0.3 + n / 100) for n in range(40)]
    outside = [read_as("out_of_scope"), read_as("ask_ice", 0.31), read_as("ask_ice", 0.9), read_as("ask_heat", 0.1)]
    # Two of forty may go: the threshold is the third lowest, 0.32.
    assert refused_at_same_cost(good, outside) == 0.75


def test_who_takes_good_questions_for_nonsense_has_no_such_threshold() -> None:
    good = [read_as("out_of_scope")] * 3 + [read_as("ask_ice")] * 37
    assert refused_at_same_cost(good, [read_as("out_of_scope")]) is None


def test_percentiles() -> None:
    assert percentile(list(range(100)), 0.5) == 50
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0


def test_a_score_from_answers() -> None:
    tests = {
        "entries": [{"want": ["acupoint-yaoyan"]}, {"want": ["walk-after-lunch"]}],
        "intents": [{"want": ["greet"]}, {"want": ["out_of_scope"]}],
        "entities": [{"facts": ["age:34"]}],
    }
    answers = {
        "entries": [read_as("ask_acupressure"), Answer("nlu_fallback", "ask_activity", 0.2, [], 9.0)],
        "intents": [read_as("deny"), read_as("ask_medication")],
        "entities": [Answer("greet", "greet", 0.9, ["age:34"], 1.0)],
    }
    found = score(answers, tests)
    assert (found.topics, found.intents, found.facts_f1) == (1.0, 0.0, 1.0)
    assert (found.good_asked, found.good_declined) == (0.5, 0.0)
    assert (found.outside_declined, found.outside_asked) == (1.0, 0.0)
    assert found.p95 == 9.0


def test_rasas_fallback_hides_the_likeliest_intent_and_it_is_found_behind() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.7}, {"name": "greet", "confidence": 0.3}]
    found = answer({"intent": ranking[0], "intent_ranking": ranking}, 2.0)
    assert found == Answer("nlu_fallback", "greet", 0.3, [], 2.0)


def test_our_topic_has_the_product_of_both_probabilities() -> None:
    guesses = [["acupoint-yaoyan", 0.5], ["walk-after-lunch", 0.3], ["acupoint-mingmen", 0.2]]
    ask = {"intent": "ask_acupressure", "confidence": 0.8, "guesses": guesses}
    found = answer({"intent": {"name": "ask_acupressure"}, "reading": {"asks": [ask]}}, 1.0)
    assert (found.likeliest, found.confidence) == ("ask_acupressure", pytest.approx(0.56))


@pytest.mark.parametrize(("second", "likeliest"), [(0.28, "greet"), (0.1, "ask_activity")])
def test_our_likeliest_intent_when_the_bot_asks_back(second: float, likeliest: str) -> None:
    ask = {"intent": "nlu_fallback", "confidence": 0.72, "guesses": [["walk-after-lunch", 1.0]]}
    ranking = [{"name": "nlu_fallback", "confidence": 0.72}, {"name": "greet", "confidence": second}]
    parsed = {"intent": ranking[0], "intent_ranking": ranking, "reading": {"asks": [ask]}}
    found = answer(parsed, 1.0)
    assert (found.given, found.likeliest, found.confidence) == ("nlu_fallback", likeliest, pytest.approx(0.28))


def test_facts_are_labelled_with_whose_they_are() -> None:
    entities = [
        {"entity": "person", "value": "your mum", "role": "other", "group": "your mum"},
        {"entity": "condition", "value": "osteoporosis", "role": "other", "group": "your mum"},
        {"entity": "area", "value": "neck"},
        {"entity": "kind", "value": "exercise"},
    ]
    found = answer({"intent": {"name": "for_other"}, "entities": entities}, 1.0)
    assert found.facts == ["area:neck", "condition:osteoporosis:other", "person:your mum"]


def test_every_label_is_a_word_of_the_vocabulary() -> None:
    terms = vocabulary()
    known = {"condition": terms.conditions, "situation": terms.situations, "area": terms.areas, "region": terms.regions}
    labels = [label for one in messages(FILES["entities"]) for label in one["facts"]]
    wrong = [one for one in labels if one.split(":")[1] not in known.get(one.split(":")[0], [one.split(":")[1]])]
    assert wrong == []
    assert len(messages(FILES["entities"])) >= 60


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda one: one.key)
def test_a_pipeline_can_be_read(pipeline) -> None:  # type: ignore[no-untyped-def]
    content = read_yaml(pipeline.config)
    assert content["pipeline"]
    assert content["importers"][0]["name"].rsplit(".", 1)[1] in {"ExamplesWithIntent", "ContentImporter"}


def test_a_measurement_is_kept_until_its_pipeline_changes() -> None:
    assert digest(PIPELINES[0]) == digest(PIPELINES[0])
    assert len({digest(one) for one in PIPELINES}) == len(PIPELINES)


def test_the_table_has_a_column_for_each_pipeline() -> None:
    tests = {"entries": [{"want": ["acupoint-yaoyan"]}], "intents": [{"want": ["out_of_scope"]}], "entities": []}
    answers = {"entries": [read_as("ask_acupressure")], "intents": [read_as("out_of_scope")], "entities": []}
    line = Line(score(answers, tests), {"cpu": 90.0, "peak": 1500.0}, 400.0, 26.0, "-")
    page = markdown({"(a) one": [line], "(f) other": [line, line]}, "a box")
    assert "| | (a) | (f) |" in page
    assert "| training, processor time | 1.5 min | 1.5 min |" in page
    assert "| entities, F1 | none | none |" in page
    assert "- (f) other: topics 100.0 % to 100.0 %" in page


def test_the_epochs_of_a_pipeline() -> None:
    assert epochs(PIPELINES[0].config).isdigit()
    assert epochs(PIPELINES[1].config) == "-"


def test_the_time_of_a_training_is_read_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "training.log"
    lines = ["noise", "2026-01-02 10:00:00 INFO a", "noise", "2026-01-02 10:03:30 INFO b"]
    log.write_text("\n".join(lines), encoding="utf-8")
    assert times_in(log) == {}, "a training that goes on still"
    log.write_text("\n".join([*lines, "Your Rasa model is trained and saved at 'x'."]), encoding="utf-8")
    assert times_in(log) == {"wall": 210.0}
    assert times_in(tmp_path / "none.log") == {}
