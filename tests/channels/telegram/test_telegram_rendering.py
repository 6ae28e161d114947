"""How messages look in Telegram: short of its limits, escaped, with titles in bold and buttons in rows."""

from __future__ import annotations

import re

import pytest

from components.telegram.messages import bodies
from components.telegram.rendering import MAX_TEXT, blocks, plain, rows, split, utf16, with_options
from tests.channels.telegram.fake import strip

ADVICE = (
    "A wrapped warm pack\n1. Fill a bottle: warm, not hot.\n2. Wrap it.\nHow much: 15 to 20 minutes.\n"
    'Stop if it feels too hot.\nGood evidence. (Guide: "Method 6", line 157.)'
)
LIST = (
    "Try these:\n1. Hip bridge: Lift your hips. [good evidence; guide line 8]\n"
    "2. Cat & cow: Arch. [no real evidence; guide line 9]"
)


def words(text: str) -> list[str]:
    return text.split()


def test_a_title_is_bold_and_steps_stand_together() -> None:
    assert blocks(ADVICE)[:3] == [
        "<b>A wrapped warm pack</b>",
        "1. Fill a bottle: warm, not hot.\n2. Wrap it.",
        "<b>How much:</b> 15 to 20 minutes.",
    ]


def test_titles_within_a_list_are_bold_and_escaped() -> None:
    assert "1. <b>Hip bridge</b>: Lift" in blocks(LIST)[1]
    assert "2. <b>Cat &amp; cow</b>: Arch" in blocks(LIST)[1]


def test_a_sentence_is_no_title() -> None:
    assert blocks("Done: all is deleted.") == ["Done: all is deleted."]
    assert blocks("Thanks.\nWhat hurts?")[0] == "Thanks."


@pytest.mark.parametrize("text", ["a < b & c > d", "<script>alert(1)</script>", "&lt;b&gt;", "3 < 5\n1. x <y>: z [w]"])
def test_nothing_that_is_said_counts_as_markup(text: str) -> None:
    shown = "\n".join(split(text))
    assert words(strip(shown, "HTML")) == words(text)


def test_an_alert_begins_in_bold() -> None:
    text = "This needs help now. Please call 112.\nDo not drive."
    assert split(text, alert=True) == ["<b>This needs help now.</b> Please call 112.\n\nDo not drive."]


def test_long_prose_becomes_paragraphs_of_whole_sentences() -> None:
    text = " ".join(f"This is sentence number {n} of a long text." for n in range(30))
    found = blocks(text)
    assert len(found) > 4
    assert all(len(one) <= 280 and one.endswith(".") for one in found)
    assert words(" ".join(found)) == words(text)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 3000,
        "x" * 9000,
        "\U0001f9d8" * 5000,
        "a & b < c > d. " * 900,
        "\n".join(f"{n}. Step {n}: " + "do it & rest. " * 20 for n in range(1, 60)),
        "Title of it\n" + "A sentence of some length stands here. " * 400,
        "&" * 5000,
    ],
)
def test_long_texts_are_cut_to_size_and_nothing_gets_lost(text: str) -> None:
    parts = split(text)
    assert len(parts) > 1
    for part in parts:
        assert 0 < utf16(part) <= MAX_TEXT
        strip(part, "HTML")
        part.encode("utf-8")
    assert re.sub(r"\s", "", "".join(map(plain, parts))) == re.sub(r"\s", "", text)


def test_cuts_fall_between_sentences_where_there_are_any() -> None:
    parts = split("A sentence of some length stands here. " * 400)
    assert all(part.endswith(".") for part in parts)


def test_characters_that_nothing_can_carry_are_replaced() -> None:
    assert split("a\ud83d b\0c") == ["a\ufffd bc"]


@pytest.mark.parametrize("text", ["", "  ", "\n\n \n"])
def test_nothing_said_is_nothing_sent(text: str) -> None:
    assert split(text) == []
    assert bodies([{"text": text}], lambda html, options: 1) == []


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["Yes", "No"], [[0, 1]]),
        (["None of these", "One of these"], [[0, 1]]),
        (["Yes, it was checked and I may move", "No, not yet"], [[0], [1]]),
        (["1", "2", "3", "4", "5", "6"], [[0, 1, 2, 3], [4, 5]]),
        (["a", "a label that is quite long", "b"], [[0], [1], [2]]),
    ],
)
def test_buttons_stand_beside_each_other_where_their_labels_fit(titles: list[str], expected: list[list[int]]) -> None:
    assert rows(titles) == expected


def test_labels_too_long_for_a_button_are_written_out() -> None:
    long = "Numb between the legs, or bladder, bowel or sex changed"
    assert with_options("Which?", ["Yes", "No"]) == "Which?"
    assert with_options("Which?", [long, "Other"]) == f"Which?\n1. {long}\n2. Other"


def test_an_alert_comes_first_and_a_card_is_not_sent() -> None:
    said = [{"text": "Gently then."}, {"text": "See a doctor.", "alert": "soon"}, {"custom": {"type": "answer"}}]
    found = bodies(said, lambda html, options: 1)
    assert [strip(one["params"]["text"], "HTML") for one in found] == ["See a doctor.", "Gently then."]
    assert [one["alert"] for one in found] == [True, False]


def test_button_data_is_short_whatever_the_payload() -> None:
    kept = {}

    def remember(html: str, options: object) -> int:
        kept[12345678] = options
        return 12345678

    payload = "/choose{" + "x" * 500 + "}"
    buttons = [{"title": "This", "payload": payload}, {"title": "That"}]
    found = bodies([{"text": "Which?", "buttons": buttons}], remember)
    keys = found[0]["params"]["reply_markup"]["inline_keyboard"][0]
    assert [key["text"] for key in keys] == ["This", "That"]
    assert all(len(key["callback_data"]) <= 64 for key in keys)
    assert kept[12345678] == [("This", payload), ("That", "That")]


def test_buttons_stand_below_the_last_part_of_a_long_text() -> None:
    found = bodies([{"text": "word " * 2000, "buttons": [{"title": "Yes"}]}], lambda html, options: 1)
    assert len(found) > 1
    assert [("reply_markup" in one["params"]) for one in found] == [False] * (len(found) - 1) + [True]


def test_a_picture_carries_its_text_and_a_moving_one_moves() -> None:
    found = bodies([{"text": "Look & see.", "image": "https://example.org/a.png"}], lambda html, options: 1)
    assert [(one["method"], one["params"]["caption"]) for one in found] == [("sendPhoto", "Look &amp; see.")]
    assert bodies([{"image": "https://example.org/a.gif?x=1"}], lambda html, options: 1)[0]["method"] == "sendAnimation"
    long = bodies([{"text": "word " * 400, "image": "https://example.org/a.png"}], lambda html, options: 1)
    assert [one["method"] for one in long] == ["sendPhoto", "sendMessage"]
    assert "caption" not in long[0]["params"]


def test_every_alert_of_the_catalogue_fits_into_one_message() -> None:
    from backtalk.catalogue import catalogue

    for flag in catalogue():
        text = "\n".join([flag.suspected, flag.say.do, flag.say.tell or "", flag.say.avoid])
        assert utf16("\n\n".join(blocks(text, alert=True))) < MAX_TEXT - 1000
