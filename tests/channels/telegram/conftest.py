"""The fake server and the real bot, shared by the channel's tests: each start of the bot takes many seconds."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Iterator

import pytest

from scripts.model import named_model
from tests.channels.telegram.fake import FakeTelegram
from tests.channels.telegram.running import Bot

_CHATS = itertools.count(5_000_001)


@pytest.fixture
def chat() -> int:
    """A chat that no test used yet."""
    return next(_CHATS)


@pytest.fixture
def other() -> int:
    """One more."""
    return next(_CHATS)


@pytest.fixture(scope="session")
def model() -> Path:
    """The model of the data."""
    return named_model()


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    """A Bot API server of the test's own."""
    server = FakeTelegram()
    yield server
    server.close()


def started(folder: Path, model: Path, mode: str) -> Iterator[Bot]:
    """A bot of this mode, connected to a fake of its own."""
    server = FakeTelegram()
    bot = Bot(folder, server, model, webhook=mode == "webhook")
    try:
        server.wait(lambda: server.of("setMyCommands"))
        yield bot
    finally:
        bot.close()
        server.close()


@pytest.fixture(scope="session", params=["polling", "webhook"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Bot]:
    """One bot for all tests of a mode."""
    yield from started(tmp_path_factory.mktemp(request.param), model, request.param)


@pytest.fixture
def bot(shared: Bot) -> Iterator[Bot]:
    """The shared bot, free of the faults of other tests."""
    shared.fake.faults.clear()
    shared.gate.delay, shared.gate.closed = 0.0, False
    yield shared
    shared.fake.faults.clear()
    shared.gate.delay, shared.gate.closed = 0.0, False
