"""The tokenizer mends, remembers the mended text, and comes back from storage."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from backtalk.language import Lexicon, Reader, load_speller
from components.reader import COMMON_WORDS, MENDED, MessageReader, build_lexicon, common_words

LEXICON = Lexicon({"back": 50, "hurts": 50, "pain": 50}, frozenset({"my", "is"}))


class Folder:
    """Rasa's storage, as one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def read_from(self, resource: Resource) -> Iterator[Path]:
        yield self.path

    write_to = read_from


def reader(storage: Any = None) -> MessageReader:
    return MessageReader(MessageReader.get_default_config(), storage, Resource("reader"), Reader(load_speller(LEXICON)))


def test_tokens_are_those_of_the_mended_text() -> None:
    message = Message({TEXT: "my bak hurts, can't sleep"})
    tokens = reader().tokenize(message, TEXT)
    assert message.get(MENDED) == "my back hurts, can't sleep"
    assert [token.text for token in tokens][:3] == ["my", "back", "hurts"]
    assert [token.lemma for token in tokens if token.text in ("ca", "n't")] == ["can", "not"]
    text = message.get(MENDED)
    assert all(text[token.start : token.end] == token.text for token in tokens)


@pytest.mark.parametrize("text", ["", "😀", "\u200b"])
def test_nothing_left_is_still_a_token(text: str) -> None:
    assert len(reader().tokenize(Message({TEXT: text}), TEXT)) == 1


def test_intents_are_not_mended() -> None:
    tokens = reader().tokenize(Message({"intent": "ask_bak"}), "intent")
    assert [token.text for token in tokens] == ["ask_bak"]


def test_it_comes_back_from_storage(tmp_path: Path) -> None:
    LEXICON.save(tmp_path / MessageReader.FILE)
    again = MessageReader.load(MessageReader.get_default_config(), Folder(tmp_path), Resource("reader"), None)  # type: ignore[arg-type]
    message = Message({TEXT: "my bak"})
    again.tokenize(message, TEXT)
    assert message.get(MENDED) == "my back"


def test_the_first_whole_words_of_the_encoder_are_common(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(["[PAD]", "a", "the", "##ing", "café", "5mg", "back"]), encoding="utf-8")
    assert common_words(path) == ["the", "back"]
    path.write_text("\n".join(["word"] * COMMON_WORDS + ["rare"]), encoding="utf-8")
    assert "rare" not in common_words(path)


def test_the_lexicon_knows_the_words_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_text("the\nback\n", encoding="utf-8")
    lexicon = build_lexicon([], path)
    assert {"sciatica", "osteoporosis", "mugwort", "pregnant"} <= set(lexicon.domain)
    assert lexicon.known == {"the", "back"}
