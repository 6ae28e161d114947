"""Enough to learn from, of every intent; nothing of it stands in the tests; nothing is learned for two meanings."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Iterator

import pytest

from backtalk.catalogue import catalogue
from backtalk.store import store
from backtalk.yaml_files import DATA, ROOT, read_yaml

TESTS = ROOT / "tests"
#: Examples that an intent needs if people phrase it freely.
FREELY = 40
#: Predicted by the classifier when it is not sure: nothing is learned for it.
NOT_TYPED = {"nlu_fallback"}


def normal(text: str) -> str:
    """A message without case, accents, punctuation and spacing."""
    plain = unicodedata.normalize("NFKD", text).lower().replace("’", "").replace("'", "")
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def intent_examples() -> Iterator[tuple[str, str, str]]:
    """(file, intent, text) of the NLU files."""
    for path in sorted((DATA / "nlu").glob("*.yml")):
        for block in read_yaml(path)["nlu"]:
            for line in block["examples"].splitlines():
                assert line.startswith("- "), f"{path.name}: {line}"
                yield path.name, block["intent"], line[2:].strip()


def training_texts() -> Iterator[tuple[str, str]]:
    """(where, text) of everything that the bot is trained on."""
    for file, intent, text in intent_examples():
        yield f"data/nlu/{file}: {intent}", text
    for entry in store():
        for ask in (*entry.asks, entry.title):
            yield f"data/remedies/{entry.topic}.yml: {entry.id}", ask
    for flag in catalogue():
        for phrasing in flag.phrasings:
            yield f"data/red_flags/{flag.id}.yml: phrasings", phrasing
        for miss in flag.near_misses:
            yield f"data/red_flags/{flag.id}.yml: near_misses", miss.text


def messages_in(path: Path) -> list[str]:
    """The texts of one file of labelled messages."""
    return [one["text"] for one in read_yaml(path)["messages"]]


LABELLED = [*sorted((TESTS / "nlu").glob("*.yml")), TESTS / "safety" / "messages_dev.yml"]


def test_every_intent_has_enough_examples() -> None:
    counts = Counter(intent for _, intent, _ in intent_examples())
    for entry in store():
        counts[f"ask_{entry.topic}"] += len(entry.asks)
    few = {intent: count for intent, count in counts.items() if count < FREELY}
    assert few == {}


def test_every_intent_of_the_domain_is_trained_and_the_other_way_round() -> None:
    domain = set(read_yaml(ROOT / "domain.yml")["intents"])
    trained = {intent for _, intent, _ in intent_examples()} | {f"ask_{name}" for name in store().topics}
    assert domain - trained == NOT_TYPED
    assert trained - domain == set()


def test_there_are_thousands_of_examples() -> None:
    asks = sum(len(entry.asks) for entry in store())
    assert sum(1 for _ in intent_examples()) + asks >= 4000


def test_the_unseen_part_is_large_enough() -> None:
    assert sum(len(messages_in(path)) for path in (TESTS / "nlu").glob("*.yml")) >= 800


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.stem)
def test_no_test_message_is_trained_on(path: Path) -> None:
    trained = {normal(text): where for where, text in training_texts()}
    assert [(text, trained[normal(text)]) for text in messages_in(path) if normal(text) in trained] == []


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.stem)
def test_no_message_is_tested_twice(path: Path) -> None:
    counts = Counter(normal(text) for text in messages_in(path))
    assert [text for text, count in counts.items() if count > 1] == []


def test_asks_belong_to_one_entry_each() -> None:
    owners: dict[str, set[str]] = {}
    for entry in store():
        for ask in entry.asks:
            owners.setdefault(normal(ask), set()).add(entry.id)
    assert {ask: sorted(names) for ask, names in owners.items() if len(names) > 1} == {}


def test_no_example_stands_for_two_intents() -> None:
    owners: dict[str, set[str]] = {}
    for _, intent, text in intent_examples():
        owners.setdefault(normal(text), set()).add(intent)
    for entry in store():
        for ask in entry.asks:
            owners.setdefault(normal(ask), set()).add(f"ask_{entry.topic}")
    assert {text: sorted(names) for text, names in owners.items() if len(names) > 1} == {}


def test_no_flag_phrasing_is_a_harmless_example() -> None:
    harmless = {normal(text): where for where, text in training_texts() if not where.endswith(": phrasings")}
    doubles = [(text, flag.id, harmless[normal(text)]) for flag in catalogue() for text in flag.phrasings
               if normal(text) in harmless]  # fmt: skip
    assert doubles == []


def test_no_example_is_empty_or_marked_up() -> None:
    # Entities are found by the vocabulary: Rasa's annotations would put brackets into the words.
    wrong = [(where, text) for where, text in training_texts() if not normal(text) or re.search(r"\]\(|\]\{", text)]
    assert wrong == []
