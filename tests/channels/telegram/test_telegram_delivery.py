"""Sending through faults, over real HTTP, without the bot: each message arrives once, or what happens is decided."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from aiohttp import web

from components.telegram import delivery as module
from components.telegram.api import ApiError, BotApi
from components.telegram.database import Database
from components.telegram.delivery import Delivery
from components.telegram.limits import Pace
from components.telegram.messages import bodies, text_bodies
from tests.channels.telegram.fake import TOKEN, FakeTelegram, Fault


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(str(tmp_path / "telegram.db"), "1@x")
    yield found
    found.close()


@pytest.fixture
def send(fake: FakeTelegram, database: Database) -> Callable[..., None]:
    """Puts texts into the outbox and sends until it is empty, or for a time."""

    def run(*texts: Any, chat: int = 1, seconds: float = 15, url: str = "", token: str = TOKEN) -> None:
        async def work() -> None:
            api = BotApi(token, url or fake.url)
            delivery = Delivery(api, database, Pace(gap=0.05))
            for text in texts:
                said = text if isinstance(text, dict) else {"text": text}
                for body in bodies([said], lambda html, options: database.add_keyboard(chat, html, options)):
                    database.put(chat, body)
            delivery.wake_all()
            await delivery.stop(seconds)
            await api.close()

        asyncio.run(work())

    return run


def texts(fake: FakeTelegram, chat: int = 1) -> list[str]:
    return [call.text for call in fake.sent(chat)]


def test_messages_arrive_in_order_and_leave_the_outbox(fake: FakeTelegram, send: Any, database: Database) -> None:
    send("one", "two", "three")
    assert texts(fake) == ["one", "two", "three"]
    assert not database.chats_to_send()


def test_a_flood_wait_is_kept(fake: FakeTelegram, send: Any) -> None:
    fake.faults.append(Fault("sendMessage", 429, parameters={"retry_after": 2}))
    send("one", "two")
    assert texts(fake) == ["one", "two"]
    assert fake.sent(1)[0].at - fake.faults[0].hits[0] >= 2


@pytest.mark.parametrize("kind", ["page", 500])
def test_what_telegram_could_not_take_is_sent_again(fake: FakeTelegram, send: Any, kind: Any) -> None:
    fake.faults.append(Fault("sendMessage", kind, times=2))
    send("one", "two")
    assert texts(fake) == ["one", "two"]


def test_no_connection_is_no_loss(fake: FakeTelegram, send: Any, database: Database) -> None:
    fake.go_down()
    send("one", seconds=1)
    assert database.chats_to_send() == {1}
    fake.come_up()
    send()
    assert texts(fake) == ["one"]


@pytest.mark.parametrize("kind", ["lost", "garbled"])
def test_a_message_whose_answer_is_lost_is_not_repeated(fake: FakeTelegram, send: Any, kind: Any) -> None:
    fake.faults.append(Fault("sendMessage", kind))
    send("one", "two")
    assert texts(fake) == ["one", "two"]


def test_a_message_that_was_perhaps_cut_off_holds_nothing_up(fake: FakeTelegram, send: Any) -> None:
    fake.faults.append(Fault("sendMessage", "reset"))
    send("one", "two")
    assert texts(fake) == ["two"]


def test_an_alert_that_was_perhaps_cut_off_is_sent_again(fake: FakeTelegram, send: Any) -> None:
    fake.faults.append(Fault("sendMessage", "reset"))
    send({"text": "Call 112 now.", "alert": "emergency"}, "two")
    assert texts(fake) == ["Call 112 now.", "two"]


def test_a_call_that_hangs_does_not_hang_the_chat(
    fake: FakeTelegram, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CALL_LIMIT", 0.5)
    fake.faults.append(Fault("sendMessage", "hang"))
    send("one", "two")
    assert texts(fake) == ["two"]


def test_one_chat_in_trouble_does_not_keep_another(fake: FakeTelegram, send: Any, database: Database) -> None:
    fake.faults.append(Fault("sendMessage", 429, times=99, chat=1, parameters={"retry_after": 30}))
    database.put(2, text_bodies("hello")[0])
    send("one", seconds=2)
    assert texts(fake, 2) == ["hello"]
    assert database.chats_to_send() == {1}
    assert len(fake.sent(1, tried=True)) == 1


def test_nothing_more_goes_to_someone_who_blocked_the_bot(fake: FakeTelegram, send: Any, database: Database) -> None:
    fake.faults.append(Fault("sendMessage", 403, times=99))
    send("one", "two", "three")
    assert len(fake.sent(1, tried=True)) == 1
    assert not database.chats_to_send()


def test_what_telegram_cannot_parse_goes_out_as_plain_text(fake: FakeTelegram, send: Any) -> None:
    fake.faults.append(Fault("sendMessage", 400, matches=lambda params: "parse_mode" in params))
    send({"text": "Title\n1. a < b", "buttons": [{"title": "Yes"}, {"title": "No"}]})
    assert texts(fake) == ["Title\n\n1. a < b\n1. Yes\n2. No"]


def test_what_is_refused_for_good_holds_nothing_up(fake: FakeTelegram, send: Any) -> None:
    fake.faults.append(Fault("sendMessage", 400, times=2))
    send("one", "two")
    assert texts(fake) == ["two"]


def test_a_picture_that_telegram_cannot_fetch_becomes_its_address(fake: FakeTelegram, send: Any) -> None:
    url = "https://unreachable.example.org/a.png"
    send({"text": "Look.", "image": url}, "two")
    assert texts(fake) == [f"Look.\n{url}", "two"]


def test_a_picture_from_a_file_is_sent_as_one(fake: FakeTelegram, send: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG")
    send({"text": "Look & see.", "image": str(path)})
    call = fake.sent(1)[0]
    assert (call.method, call.params["photo"], call.text) == ("sendPhoto", "a.png", "Look & see.")


def test_a_chat_that_moved_is_followed(fake: FakeTelegram, send: Any) -> None:
    fake.faults.append(Fault("sendMessage", 400, chat=1, times=9, parameters={"migrate_to_chat_id": 2}))
    send("one", "two")
    assert texts(fake, 2) == ["one", "two"]


def test_a_token_that_telegram_does_not_know_loses_nothing(fake: FakeTelegram, send: Any, database: Database) -> None:
    send("one", seconds=1, token="1:wrong")
    assert database.chats_to_send() == {1}


def test_after_a_crash_what_was_on_its_way_is_not_repeated_unless_it_is_an_alert(
    fake: FakeTelegram, send: Any, database: Database
) -> None:
    for text, alert in (("one", None), ("two", "urgent"), ("three", None)):
        database.put(1, bodies([{"text": text, "alert": alert}], lambda html, options: 1)[0])
    for _ in range(2):
        # As a kill between the call and its answer leaves them.
        message = database.next_message(1)
        assert message is not None
        database.mark(message.id, True)
        if message.body["params"]["text"].startswith("one"):
            send(seconds=0.0)
            database.drop(message.id)
    send()
    assert texts(fake) == ["two", "three"] or texts(fake) == ["<b>two</b>", "three"]


@pytest.mark.parametrize("fault", ["down", "reset", "page", 401])
def test_no_error_shows_the_token(fake: FakeTelegram, fault: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    if fault == "down":
        fake.go_down()
    else:
        fake.faults.append(Fault("getMe", fault))

    async def work() -> str:
        api = BotApi(TOKEN, fake.url)
        with pytest.raises(ApiError) as caught:
            await api.call("getMe")
        await api.close()
        assert caught.value.__cause__ is None
        return str(caught.value)

    text = asyncio.run(work(), debug=True)
    assert text
    assert TOKEN not in text
    assert TOKEN not in caplog.text


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    ready, done = threading.Event(), threading.Event()
    port = []

    async def proxy() -> None:
        async def answer(request: web.BaseRequest) -> web.Response:
            seen.append(str(request.url))
            return web.json_response({"ok": True, "result": {"username": "x"}})

        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port.append(site._server.sockets[0].getsockname()[1])  # type: ignore[union-attr]
        ready.set()
        while not done.is_set():
            await asyncio.sleep(0.02)
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(proxy()))
    thread.start()
    assert ready.wait(5)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port[0]}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    async def work() -> Any:
        api = BotApi(TOKEN, "http://telegram.invalid")
        try:
            return await api.call("getMe")
        finally:
            await api.close()

    try:
        assert asyncio.run(work()) == {"username": "x"}
    finally:
        done.set()
        thread.join()
    assert seen == [f"http://telegram.invalid/bot{TOKEN}/getMe"]
