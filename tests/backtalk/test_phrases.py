"""Phrases vary with the turn, and are loaded strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtalk.errors import ContentError
from backtalk.phrases import Phrases, load_phrases, phrases


def test_the_turn_picks_the_wording() -> None:
    some = Phrases({"hello": ("Hello.", "Good day.")})
    assert [some.say("hello", turn) for turn in range(3)] == ["Hello.", "Good day.", "Hello."]


def test_fields_are_filled_in() -> None:
    assert Phrases({"hi": ("Hi {who}.",)}).say("hi", who="Ann") == "Hi Ann."


def test_a_missing_phrase_or_field_is_an_error() -> None:
    some = Phrases({"hi": ("Hi {who}.",)})
    with pytest.raises(KeyError):
        some.say("bye")
    with pytest.raises(KeyError):
        some.say("hi")


def test_names_can_be_looked_up() -> None:
    some = Phrases({"hi": ("Hi.", "Ho.")})
    assert "hi" in some
    assert "bye" not in some
    assert list(some) == ["hi"]
    assert some.wordings("hi") == ("Hi.", "Ho.")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("words: {}\n", "the one top-level key must be 'phrases'"),
        ("phrases:\n  hi: ''\n", "hi: a wording is empty"),
        ("phrases:\n  hi: ['Hi.', '  ']\n", "hi: a wording is empty"),
        ("phrases:\n  hi: [1]\n", "hi: a wording is empty"),
        ("phrases:\n  hi: 'Hi {who.'\n", "hi: expected '}'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "talk.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_phrases(tmp_path)
    assert "talk.yml" in str(caught.value)
    assert reason in str(caught.value)


def test_a_phrase_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text("phrases:\n  hi: Hi.\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"b\.yml: hi: the phrase stands in another file too"):
        load_phrases(tmp_path)


def test_the_projects_phrases_hold_an_apology_that_tells_where_to_turn() -> None:
    assert "medical help" in phrases().say("sorry")
