"""The vocabulary is loaded strictly; what a condition implies holds too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from backtalk.errors import ContentError
from backtalk.patterns import expand
from backtalk.vocabulary import load_vocabulary, vocabulary
from backtalk.yaml_files import DATA

CONDITION = "label: x, you: you have x, they: '{who} has x'"
TERM = "label: x"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A vocabulary of one term a kind."""
    for kind in ("situations", "areas", "kinds", "regions"):
        (tmp_path / f"{kind}.yml").write_text(f"{kind}:\n  one: {{{TERM}}}\n", encoding="utf-8")
    (tmp_path / "conditions.yml").write_text(f"conditions:\n  one: {{{CONDITION}}}\n", encoding="utf-8")
    return tmp_path


def test_a_whole_vocabulary_loads(folder: Path) -> None:
    words = load_vocabulary(folder)
    assert list(words.conditions) == ["one"]
    assert words.conditions["one"].passing is False


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("conditions", f"conditions:\n  one: {{{CONDITION}, sort: y}}\n", "extra fields not permitted"),
        ("conditions", "conditions:\n  one: {label: x, you: y}\n", "they: field required"),
        ("conditions", f"conditions:\n  one: {{{CONDITION}, implies: [two]}}\n", "one: implies the unknown 'two'"),
        ("situations", "situations:\n  one: {words: [x]}\n", "label: field required"),
        ("areas", "areas:\n  one: {label: x, they: y}\n", "extra fields not permitted"),
        ("kinds", "kinds: {}\nmore: {}\n", "the one top-level key must be 'kinds'"),
        ("regions", "lands: {}\n", "the one top-level key must be 'regions'"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, kind: str, text: str, reason: str) -> None:
    (folder / f"{kind}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_vocabulary(folder)
    assert reason in str(caught.value)


def test_a_missing_file_is_said_so(folder: Path) -> None:
    (folder / "areas.yml").unlink()
    with pytest.raises(ContentError, match=r"areas\.yml: there is no such file"):
        load_vocabulary(folder)


def test_implications_are_followed_to_any_depth() -> None:
    words = vocabulary()
    assert words.implied(frozenset({"pregnant_28w"})) == {"pregnant_28w", "pregnant_16w", "pregnant"}
    assert words.implied(frozenset({"heart_failure"})) >= {"heart_disease"}
    assert words.implied(frozenset()) == frozenset()


def test_nothing_changes_after_loading() -> None:
    with pytest.raises((TypeError, ValidationError)):
        vocabulary().conditions["pregnant"].label = "x"  # type: ignore[misc]


def test_a_copy_of_the_project_loads_alike(tmp_path: Path) -> None:
    shutil.copytree(DATA / "vocabulary", tmp_path / "copy")
    assert load_vocabulary(tmp_path / "copy") == vocabulary()


def test_every_way_to_say_a_term_can_be_expanded() -> None:
    words = vocabulary()
    for group in (words.conditions, words.situations, words.areas, words.kinds, words.regions):
        for name, term in group.items():
            for pattern in term.words:
                assert expand(pattern), f"{name}: {pattern}"
                assert pattern == pattern.lower(), f"{name}: {pattern}"
