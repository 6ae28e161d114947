"""The working side with conversations that do what the test wants: what a turn can do to it, and the allow-list."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Awaitable, Callable, Optional

import pytest

from backtalk.phrases import phrases
from components.telegram.api import BotApi
from components.telegram.database import Database
from components.telegram.delivery import Delivery
from components.telegram.desk import MAX_ATTEMPTS, Desk
from components.telegram.limits import Pace
from tests.channels.telegram.fake import TOKEN, USERNAME, FakeTelegram


class Talk:
    """Conversations by the test: ``reply`` makes a turn's messages."""

    def __init__(self, reply: Callable[[int, str], Any]) -> None:
        self.reply = reply
        self.heard: list[str] = []
        self.before: Optional[list[dict[str, Any]]] = None
        self.deleted: list[int] = []

    async def turn(self, chat: int, text: str, message_id: str) -> list[dict[str, Any]]:
        self.heard.append(text)
        found = self.reply(chat, text)
        return await found if asyncio.iscoroutine(found) else found

    async def said(self, chat: int, message_id: str) -> Optional[list[dict[str, Any]]]:
        return self.before

    async def forget(self, chat: int) -> None:
        self.deleted.append(chat)


def echo(chat: int, text: str) -> list[dict[str, Any]]:
    return [{"text": f"You said {text}."}]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "telegram.db")


@pytest.fixture
def work(fake: FakeTelegram, path: str) -> Callable[..., Database]:
    """Lets a desk take in updates and work until all is sent."""

    def run(
        talk: Talk,
        *updates: dict[str, Any],
        allowed: frozenset[int] = frozenset(),
        prepare: Optional[Callable[[Database], None]] = None,
        during: Optional[Callable[[Desk], Awaitable[None]]] = None,
    ) -> None:
        async def go() -> None:
            database, api = Database(path, "1@x"), BotApi(TOKEN, fake.url)
            delivery = Delivery(api, database, Pace(gap=0.01))
            desk = Desk(api, database, delivery, talk, phrases(), allowed)  # type: ignore[arg-type]
            for update in updates:
                desk.accept(update)
            if prepare:
                prepare(database)
            desk.open(USERNAME, 700001)
            await asyncio.sleep(0.3)
            if during:
                await during(desk)
            await desk.stop(10)
            await delivery.stop(10)
            await api.close()
            assert not database.chats_waiting()
            assert not database.chats_to_send()
            database.close()

        asyncio.run(go())

    return run


def texts(fake: FakeTelegram, chat: int) -> list[str]:
    return [call.text for call in fake.sent(chat)]


def test_what_came_before_the_bot_knew_its_name_is_answered(fake: FakeTelegram, work: Any) -> None:
    work(Talk(echo), fake.message(1, "hi"))
    assert texts(fake, 1) == ["You said hi."]


def test_only_the_chats_of_the_list_are_answered(fake: FakeTelegram, work: Any) -> None:
    talk = Talk(echo)
    work(talk, *(fake.message(chat, "hi") for chat in (1, 2, 2, 1)), allowed=frozenset({1}))
    assert texts(fake, 1) == ["You said hi."] * 2
    assert texts(fake, 2) == [phrases().say("telegram_stranger")]
    assert talk.heard == ["hi", "hi"]


@pytest.mark.parametrize("outcome", ["fails", "mute", "blank"])
def test_a_turn_that_brings_nothing_is_not_silence(
    fake: FakeTelegram, work: Any, outcome: str, caplog: pytest.LogCaptureFixture
) -> None:
    def reply(chat: int, text: str) -> list[dict[str, Any]]:
        if outcome == "fails":
            raise ValueError(f"cannot read {text}")
        return [] if outcome == "mute" else [{"text": " \n"}, {"custom": {"type": "answer"}}]

    work(Talk(reply), fake.message(1, "wombat"), fake.message(1, "wombat again"))
    assert [text.split() for text in texts(fake, 1)] == [phrases().say("sorry").split()] * 2
    assert "wombat" not in caplog.text


def test_a_turn_that_was_saved_before_the_crash_is_not_held_again(fake: FakeTelegram, work: Any) -> None:
    talk = Talk(echo)
    talk.before = [{"text": "As I said."}]

    def crashed(database: Database) -> None:
        update = database.next_update(1)
        assert update is not None
        database.begin(update)

    work(talk, fake.message(1, "hi"), prepare=crashed)
    assert talk.heard == []
    assert texts(fake, 1) == ["As I said."]


def test_an_update_that_kills_the_process_again_and_again_is_given_up(fake: FakeTelegram, work: Any) -> None:
    talk = Talk(echo)

    def crashed(database: Database) -> None:
        update = database.next_update(1)
        assert update is not None
        for _ in range(MAX_ATTEMPTS):
            database.begin(update)

    work(talk, fake.message(1, "poison"), fake.message(1, "hi"), prepare=crashed)
    assert talk.heard == ["hi"]
    assert texts(fake, 1)[0].startswith("Sorry")
    assert texts(fake, 1)[1] == "You said hi."


def test_forgetting_needs_no_action_server_and_keeps_what_comes_after(fake: FakeTelegram, work: Any) -> None:
    talk = Talk(echo)
    work(talk, *(fake.message(1, text) for text in ("hi", "/forget", "hello")))
    assert talk.deleted == [1]
    # The answer to "hi" may have been on its way, or be forgotten with the rest.
    assert texts(fake, 1)[-2:] == [phrases().say("forgotten"), "You said hello."]


def test_a_conversation_deleted_in_words_takes_its_rows_with_it(fake: FakeTelegram, work: Any, path: str) -> None:
    desks: list[Desk] = []

    def reply(chat: int, text: str) -> list[dict[str, Any]]:
        if text == "forget me":
            desks[0].forgotten(str(chat))
            desks[0].forgotten("somebody-else")
        return [{"text": f"You said {text}.", "buttons": [] if text == "forget me" else [{"title": "Yes"}]}]

    async def during(desk: Desk) -> None:
        desks.append(desk)
        for text in ("remember the okapi", "forget me"):
            desk.accept(fake.message(1, text))
            await asyncio.sleep(0.3)

    work(Talk(reply), during=during)
    assert texts(fake, 1) == ["You said remember the okapi.", "You said forget me."]
    assert b"okapi" not in Path(path).read_bytes()


def test_chats_go_beside_each_other_and_a_chat_in_order(fake: FakeTelegram, work: Any) -> None:
    async def slow(chat: int, text: str) -> list[dict[str, Any]]:
        await asyncio.sleep(0.5 if chat == 1 and text == "one" else 0)
        return echo(chat, text)

    updates = [fake.message(chat, text) for text in ("one", "two", "three") for chat in (1, 2)]
    work(Talk(slow), *reversed(updates), during=lambda desk: asyncio.sleep(0.7))
    assert texts(fake, 1) == texts(fake, 2) == [f"You said {text}." for text in ("one", "two", "three")]
    assert fake.sent(2)[-1].at < fake.sent(1)[0].at
