"""The tokenizer: messages cleaned, spelt right, and cut into words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Optional

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from backtalk.catalogue import load_catalogue
from backtalk.concepts import concepts
from backtalk.language import Lexicon, Reader, load_speller
from backtalk.store import load_store
from backtalk.vocabulary import load_vocabulary

#: Whole words of the encoder's vocabulary that count as correct: it is ordered by how common they are, and what comes
#: later is mostly names.
COMMON_WORDS = 15_000
#: Message property with the mended text.
MENDED = "mended"


def common_words(vocabulary: Path) -> list[str]:
    """The English words among the first pieces of the encoder's vocabulary."""
    pieces = vocabulary.read_text(encoding="utf-8").splitlines()[:COMMON_WORDS]
    return [piece for piece in pieces if piece.isascii() and piece.isalpha() and len(piece) > 1]


def build_lexicon(texts: list[str], vocabulary: Path) -> Lexicon:
    """From training texts, the words of the content, and common English."""
    words = list(texts)
    for entry in load_store():
        words += [entry.title, entry.short, *entry.steps, *entry.say]
    terms = load_vocabulary()
    for group in (terms.conditions, terms.situations, terms.areas, terms.kinds, terms.regions):
        for term in group.values():
            # Written three times: a word of the vocabulary counts however rare it is in the training texts.
            words += [phrase for pattern in term.words for phrase in set(re.findall(r"[a-z']+", pattern))] * 3
    for pattern in concepts().words():
        words += [" ".join(set(re.findall(r"[a-z']+", pattern)))] * 3
    for flag in load_catalogue():
        words += [flag.suspected, flag.say.do, flag.say.avoid]
    return Lexicon.of(words, common_words(vocabulary))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class MessageReader(Tokenizer):
    """Makes tokens of the mended text, and keeps that text for the components after it."""

    FILE = "lexicon.json"

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, reader: Optional[Reader] = None
    ) -> None:
        super().__init__(config)
        self._storage = storage
        self._resource = resource
        self._reader = reader

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "MessageReader":
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "MessageReader":
        with model_storage.read_from(resource) as folder:
            lexicon = Lexicon.load(folder / cls.FILE)
        return cls(config, model_storage, resource, Reader(load_speller(lexicon)))

    def train(self, training_data: TrainingData) -> Resource:
        """Collects the words that are right, so that others can be mended to them."""
        from components.encoder.graph import weights_folder

        texts = [str(message.get(TEXT)) for message in training_data.training_examples if message.get(TEXT)]
        lexicon = build_lexicon(texts, weights_folder() / "vocab.txt")
        self._reader = Reader(load_speller(lexicon))
        with self._storage.write_to(self._resource) as folder:
            lexicon.save(folder / self.FILE)
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of the mended text; the lemma is the word with contractions written out."""
        text = str(message.get(attribute))
        if attribute != TEXT or self._reader is None:
            words = text.split()
            return self._convert_words_to_tokens(words, text)
        doc = self._reader.read(text)
        message.set(MENDED, doc.text)
        # Positions are those of the mended text: nothing after this component needs the original's.
        return [Token(token.text, token.idx, lemma=token.norm_) for token in doc] or [Token("", 0)]
