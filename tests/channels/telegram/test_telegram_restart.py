"""Kills, stops and starts of the real bot: no message is lost, none is answered twice."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Iterator

import pytest

from tests.channels.telegram.conftest import started
from tests.channels.telegram.fake import Fault
from tests.channels.telegram.running import Bot


@pytest.fixture(params=["polling", "webhook"])
def own(request: pytest.FixtureRequest, tmp_path: Path, model: Path) -> Iterator[Bot]:
    """A bot that the test may kill."""
    yield from started(tmp_path, model, request.param)


def waiting(bot: Bot) -> int:
    with sqlite3.connect(bot.database) as db:
        return int(db.execute("SELECT count(*) FROM inbox WHERE body IS NOT NULL").fetchone()[0])


def test_kill_stop_and_start_again(own: Bot, chat: int, other: int) -> None:
    fake = own.fake
    third, fourth = chat + 100_000, chat + 200_000
    fake.write(third, "my lower back hurts when I sit")
    question = fake.wait(lambda: next((call for call in fake.sent(third) if call.keys), None))

    # Killed in the middle of turns, with messages behind them, and with an answer on its way that failed so far.
    fake.faults.append(Fault("sendMessage", "page", times=9999, chat=fourth))
    fake.write(fourth, "hi")
    fake.wait(lambda: fake.sent(fourth, tried=True))
    own.gate.delay = 30
    fake.write(chat, "tell me about heat")
    fake.write(chat, "/nonsense")
    fake.write(other, "tell me about ice")
    fake.wait(lambda: waiting(own) == 3)
    fake.wait(lambda: own.gate.calls >= 3)
    own.kill()
    assert not fake.sent(chat)
    assert not fake.sent(other)

    # While it is dead, Telegram is away too, then refuses, then asks to wait.
    fake.faults.clear()
    own.gate.delay = 0
    fake.faults += [
        Fault("getMe", "page"),
        Fault("getMe", 429, parameters={"retry_after": 1}),
        Fault("getMe", 401),
        Fault("deleteWebhook", 409),
        Fault("setWebhook", "reset"),
        Fault("setMyCommands", "page"),
    ]
    fake.go_down()
    own.start()
    assert own.rest("anybody", "hi")
    fake.come_up()

    assert "warm" in fake.answers(chat, 2, limit=40)[0].text
    fake.answers(other, limit=20)
    fake.answers(fourth, limit=20)
    calls = fake.quiet(chat, 2.5)
    assert len([call for call in calls if "hot water" in call.text]) == 1
    assert [call.text for call in calls][-1].startswith("I do not know that command")
    assert len(fake.sent(fourth)) == 1
    assert waiting(own) == 0

    # The buttons from before still count.
    before = len(fake.sent(third))
    fake.press(question, "One of these")
    assert fake.answers(third, 1, before)[0].text.startswith("Which one is it?")

    # Asked to stop, it ends its turn first.
    own.gate.delay = 3
    before = len(fake.sent(chat))
    fake.write(chat, "tell me about ice")
    fake.wait(lambda: waiting(own) == 1)
    time.sleep(0.5)
    own.terminate()
    assert own.server is not None
    assert own.server.wait(40) == 0
    assert "ice" in fake.sent(chat)[before].text.lower()
    assert waiting(own) == 0
    sentences = [line for line in own.logged().splitlines() if "Traceback" in line]
    assert sentences == []
