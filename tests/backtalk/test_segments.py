"""Messages are cut into the questions that they hold."""

from __future__ import annotations

import pytest

from backtalk.segments import AT_MOST, segments


@pytest.mark.parametrize(
    "text",
    ["", "hello", "my back hurts a lot", "how long do I ice it", "my lower back hurts when I sit and stand for long"],
)
def test_one_thought_stays_whole(text: str) -> None:
    assert segments(text) == [text]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "how long do i ice it and can i do the plank",
            ["how long do i ice it", "can i do the plank"],
        ),
        (
            "my back hurts when i sit. how long do i ice it?",
            ["my back hurts when i sit.", "how long do i ice it?"],
        ),
        (
            "is a foot bath safe for me, and also how often should i do it",
            ["is a foot bath safe for me", "how often should i do it"],
        ),
        (
            "what pillow is best, should i sleep on my side",
            ["what pillow is best", "should i sleep on my side"],
        ),
    ],
)
def test_questions_are_cut_apart(text: str, pieces: list[str]) -> None:
    found = segments(text)
    assert found[0] == text
    for piece in pieces:
        assert any(piece in one for one in found[1:]), found


def test_nods_are_no_pieces() -> None:
    assert segments("thanks. ok then. how long do i ice my back?") == ["thanks. ok then. how long do i ice my back?"]


def test_of_a_long_story_the_beginning_and_the_end_are_kept() -> None:
    sentences = [f"this is sentence number {number}." for number in range(20)]
    found = segments(" ".join(sentences))
    assert len(found) == 1 + AT_MOST
    assert found[1] == sentences[0]
    assert found[-1] == sentences[-1]


def test_which_after_a_comma_starts_a_question() -> None:
    text = "my mum has thin bones, which stretches can she do"
    assert segments(text) == [text, "my mum has thin bones", "which stretches can she do"]
