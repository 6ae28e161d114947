"""Patterns of phrases, and finding them."""

from __future__ import annotations

import pytest

from backtalk.language import english
from backtalk.patterns import EXPANSION_LIMIT, Found, PhraseFinder, expand, without_covered


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("slipped disc", ["slipped disc"]),
        ("slipped (disc|discs)", ["slipped disc", "slipped discs"]),
        ("[a] bad back", ["a bad back", "bad back"]),
        ("[a|my] back", ["a back", "back", "my back"]),
        ("(a [very] bad|no) back", ["a bad back", "a very bad back", "no back"]),
        ("x|y", ["x|y"]),
        ("[a]", ["a"]),
        ("  two   words ", ["two words"]),
    ],
)
def test_patterns_stand_for_phrases(pattern: str, phrases: list[str]) -> None:
    assert expand(pattern) == phrases


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a|b", "a bracket that is not closed"),
        ("[a", "a bracket that is not closed"),
        ("a)", "a bracket that was not opened"),
        ("(a]", "a bracket that was not opened"),
        ("(a|b|c|d|e|f|g|h|i|j)" * 4, "stands for too many phrases"),
    ],
)
def test_wrong_patterns_are_refused(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        expand(pattern)


def test_the_limit_allows_what_editors_need() -> None:
    assert len(expand("(a|b|c|d|e|f|g|h|i|j)" * 3)) == 1000 < EXPANSION_LIMIT


def find(phrases: dict[str, list[str]], text: str) -> list[tuple[str, str]]:
    doc = english().make_doc(text)
    return [(found.label, doc[found.start : found.end].text) for found in PhraseFinder(phrases).find(doc)]


def test_phrases_are_found_in_the_order_of_the_text() -> None:
    phrases = {"back": ["(my|the) back"], "neck": ["neck"]}
    assert find(phrases, "my neck and my back and the neck") == [
        ("neck", "neck"),
        ("back", "my back"),
        ("neck", "neck"),
    ]


def test_of_one_label_the_longest_is_kept() -> None:
    assert find({"back": ["back", "lower back"]}, "my lower back") == [("back", "lower back")]


def test_of_two_labels_both_are_kept() -> None:
    found = find({"back": ["back"], "lower": ["lower back"]}, "my lower back")
    assert found == [("lower", "lower back"), ("back", "back")]


def test_contractions_are_written_out_in_patterns() -> None:
    assert find({"numb": ["can not feel"]}, "i can't feel it") == [("numb", "can't feel")]


def test_words_are_matched_whole() -> None:
    assert find({"stroke": ["stroke"]}, "a keystroke and a backstroke") == []


def test_no_phrases_find_nothing() -> None:
    assert find({}, "my back") == []


def test_what_lies_inside_something_longer_can_be_left_out() -> None:
    outer, inner, apart = Found("a", 0, 4), Found("b", 1, 2), Found("b", 5, 6)
    same = Found("c", 0, 4)
    assert list(without_covered([outer, inner, apart, same])) == [outer, apart, same]
