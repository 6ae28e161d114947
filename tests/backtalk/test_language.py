"""Messages are cleaned and spelt right, without harm to words that were right."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtalk.errors import ContentError
from backtalk.language import READ_LIMIT, Lexicon, Reader, Speller, clean, load_speller

COUNTS = (
    "back 500 pain 500 lower 60 hurts 60 stretch 100 massage 90 sciatica 60 pregnant 50 exercise 70 knee 30".split()
)
LEXICON = Lexicon(
    {"pee": 30, "herniated": 20, "pillow": 40, **dict(zip(COUNTS[::2], map(int, COUNTS[1::2])))},
    frozenset("the my is a i hello soon have and table numb thumb".split()),
)


@pytest.fixture(scope="module")
def speller() -> Speller:
    return load_speller(LEXICON)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("My BACK  hurts ", "my back hurts"),
        ("it’s “ok” … — fine", 'it\'s "ok" ... - fine'),
        ("first line\nsecond", "first line. second"),
        ("ＢＡＣＫ", "back"),
        ("ouch 😀👍🏽", "ouch"),
        ("tab\tand\u200bzero\x00width", "tab and zero width"),
        ("café", "café"),
        ("😀😀", ""),
        ("", ""),
        ("\n\n", ". ."),
    ],
)
def test_messages_are_cleaned(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean("It’s my BACK…\nreally 😀")
    assert clean(once) == once


def test_endless_messages_are_cut() -> None:
    assert len(clean("a" * 10_000)) == READ_LIMIT


@pytest.mark.parametrize(
    ("slip", "mended"),
    [
        ("my bak hurts", "my back hurts"),
        ("sciattica", "sciatica"),
        ("strech", "stretch"),
        ("pregnat", "pregnant"),
        ("herniatted", "herniated"),
        ("u have pian", "you have pain"),
        ("im pregnant", "i am pregnant"),
        ("backpain", "back pain"),
        ("lowerback pain", "lower back pain"),
        ("sooooon", "soon"),
        ("hurtssss", "hurts"),
        # Left alone: short words, known words, contractions, what resembles nothing.
        ("pee", "pee"),
        ("pe", "pe"),
        ("numb thumb", "numb thumb"),
        ("can't", "can't"),
        ("xqzzt", "xqzzt"),
        ("l4 l5", "l4 l5"),
        ("table", "table"),
        ("", ""),
    ],
)
def test_slips_are_mended(speller: Speller, slip: str, mended: str) -> None:
    assert speller.mend(slip) == mended


def test_a_reader_makes_tokens_with_contractions_written_out(speller: Speller) -> None:
    doc = Reader(speller).read("I can't feel my bak")
    assert doc.text == "i can't feel my back"
    assert [token.norm_ for token in doc][:3] == ["i", "can", "not"]


def test_a_lexicon_leaves_out_rare_words_that_may_be_slips() -> None:
    lexicon = Lexicon.of(["back back back", "stretch", "strech", "x 5mg"], known=["stretch"])
    assert dict(lexicon.domain) == {"back": 3, "stretch": 1}


def test_a_lexicon_survives_saving(tmp_path: Path) -> None:
    LEXICON.save(tmp_path / "lexicon.json")
    assert Lexicon.load(tmp_path / "lexicon.json") == LEXICON


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("shorthand: {}\n", "the top-level keys are shorthand and slips"),
        ("shorthand: {}\nslips: []\nmore: 1\n", "the top-level keys are shorthand and slips"),
        ("shorthand: {}\nslips: [['(', x]]\n", "a slip is not a pair of pattern and replacement"),
        ("shorthand: {}\nslips: [[x]]\n", "a slip is not a pair of pattern and replacement"),
    ],
)
def test_a_wrong_spelling_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "spellings.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_speller(LEXICON, path)
    assert "spellings.yml" in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"), [("👍", "thank you"), ("👍👍🏽", "thank you"), ("👎", "that did not help"), ("😀", "")]
)
def test_an_emoji_alone_may_be_an_answer(text: str, words: str) -> None:
    assert clean(text) == words


def test_an_emoji_beside_words_says_nothing() -> None:
    assert clean("my back hurts 👍") == "my back hurts"
