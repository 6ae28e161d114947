"""Fixtures that all tests share."""

from __future__ import annotations

from typing import Iterator

import pytest

from scripts.measure import Nlu
from scripts.model import named_model
from tests.running import Bot


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The running bot; started when the first test asks for it, stopped after the last one."""
    running = Bot(tmp_path_factory.mktemp("bot"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def nlu() -> Nlu:
    """The trained model's understanding, in the tests' own process."""
    return Nlu(named_model())
