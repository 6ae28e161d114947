"""Whether a statement holds, for whom and when, by tables of messages: the statement is in brackets."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtalk.context import Analysis, Context, ContextRules
from backtalk.errors import ContentError
from backtalk.language import clean, english
from backtalk.yaml_files import DATA


def context(text: str) -> Context:
    """The context of the words in brackets."""
    before, rest = text.split("[")
    inside, after = rest.split("]")
    whole = clean(before + inside + after)
    doc = english().make_doc(whole)
    start = len(clean(before + "|")) - 1
    span = doc.char_span(start, start + len(clean(inside)), alignment_mode="expand")
    assert span is not None
    assert span.text == clean(inside)
    return Analysis(doc).of(span.start, span.end)


@pytest.mark.parametrize(
    "text",
    [
        "I have a [fever]",
        "now my legs are [numb]",
        "no fever but my legs are [numb]",
        "not sure if I have a [fever]",
        "no relief from the [numbness]",
        "nothing helps the [numbness]",
        "I [can't feel] my legs",
        "I had a [fever] last week",
        "a [fracture] ten years ago and it still hurts",
        "I have a [fever], should I be worried",
        "I fell off my bike and now my legs are [numb]",
        # Of somebody else, who may need help now.
        "my wife has a [fever]",
        "she has a [fever]",
    ],
)
def test_it_holds(text: str) -> None:
    assert context(text).holds


@pytest.mark.parametrize(
    "text",
    [
        "no [fever]",
        "I don't have a [fever]",
        "no fever, chills or [weight loss]",
        "without [numbness]",
        "[fever]: none",
        "my [bladder] is fine",
        "I never had [cancer]",
        "I have neither fever nor [chills]",
        "they ruled out a [fracture]",
    ],
)
def test_denied(text: str) -> None:
    found = context(text)
    assert found.negated
    assert not found.holds
    assert any(cue.startswith("denied: ") for cue in found.cues)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("my wife has a [fever]", "your wife"),
        ("my dad had [cancer]", "your dad"),
        ("my mum's legs are [numb]", "your mum"),
        ("she has a [fever]", "this person"),
        ("my husband is fine but he has a [fever]", "your husband"),
        ("my wife is pregnant and I have a [fever]", None),
        ("I have a [fever]", None),
        ("my [leg] hurts", None),
    ],
)
def test_whose_it_is(text: str, person: str) -> None:
    assert context(text).other == person


@pytest.mark.parametrize(
    "text",
    [
        "years ago I had a [fracture]",
        "I had a [fracture] in 2009",
        "when I was a kid I had a [fracture]",
        "I had a [fever] but it cleared up",
        "I used to have [numb] feet",
    ],
)
def test_past(text: str) -> None:
    found = context(text)
    assert found.past
    assert not found.holds


@pytest.mark.parametrize(
    "text", ["[cancer] runs in the family", "my dog has a [fever]", "in the film he has a [fever]"]
)
def test_nobody_whom_advice_could_help(text: str) -> None:
    found = context(text)
    assert found.nobody
    assert not found.holds


@pytest.mark.parametrize("text", ["what if I get a [fever]", "worried about [cancer]", "in case I have a [stroke]"])
def test_what_if(text: str) -> None:
    found = context(text)
    assert found.hypothetical
    assert not found.holds


@pytest.mark.parametrize(
    "text",
    ["what are the symptoms of [cancer]", "what is [sciatica]", "signs of [infection]", "I read about a [stroke]"],
)
def test_general_questions(text: str) -> None:
    if not text.startswith("I"):
        assert context(text).question
    assert context("what is [sciatica]").holds is False


@pytest.mark.parametrize(
    "text", ["my back is [killing me]", "I [nearly died] laughing", "she [gave me a heart attack]"]
)
def test_figures_of_speech(text: str) -> None:
    found = context(text)
    assert found.idiom
    assert not found.holds


def test_own_words_are_no_context() -> None:
    doc = english().make_doc("i can not feel my legs")
    assert not Analysis(doc).of(1, 4).negated


def test_people_are_named_in_order_and_once() -> None:
    doc = english().make_doc("my wife and my dad say that my wife is right")
    assert Analysis(doc).people() == ["your wife", "your dad"]


def test_an_empty_message_has_no_context() -> None:
    view = Analysis(english().make_doc(""))
    assert view.people() == []
    assert view.norms == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("hypothetical:", "hypotheses:", "the keys are negation"),
        ("  before:", "  ahead:", "negation: the keys are"),
        ("going_on:", "goes_on:", "past: the keys are"),
        ("  nobody:", "  no_one:", "others: the keys are"),
        ("(discharged|", "((discharged|", "a bracket that is not closed"),
    ],
)
def test_a_wrong_file_of_cues_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = (DATA / "vocabulary" / "context.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "context.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        ContextRules(path)
    assert "context.yml" in str(caught.value)
    assert reason in str(caught.value)
