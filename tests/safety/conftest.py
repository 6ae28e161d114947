"""The rule part of the red-flag screen, as a server reads messages but without one: no Rasa, no trained model."""

from __future__ import annotations

import re
from typing import Callable

import pytest

from backtalk.catalogue import Tier, catalogue
from backtalk.concepts import concepts
from backtalk.context import Analysis
from backtalk.language import Lexicon, Reader, load_speller
from backtalk.screen import Finding, screen_for
from components.encoder.graph import weights_folder

Judge = Callable[[str], Finding]


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Spells as the bot does: by the words of the catalogue and the concepts, and common English."""
    pieces = (weights_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()[:15_000]
    words = [" ".join(set(re.findall(r"[a-z']+", pattern))) for pattern in concepts().words()] * 3
    words += [text for flag in catalogue() for text in flag.phrasings]
    return Reader(load_speller(Lexicon.of(words, [p for p in pieces if p.isascii() and p.isalpha() and len(p) > 1])))


@pytest.fixture(scope="session")
def judge(reader: Reader) -> Judge:
    """What the rules alone find in a message."""
    return lambda text: screen_for().judge(Analysis(reader.read(text)), None)


@pytest.fixture(scope="session")
def serious(judge: Judge) -> Callable[[str], list[str]]:
    """The emergency and urgent flags that the rules alone raise."""
    flags = catalogue()
    return lambda text: [flag for flag in judge(text).flags if flags[flag].tier is not Tier.SOON]
