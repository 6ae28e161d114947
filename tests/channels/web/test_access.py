"""Who gets in, how fast, with how much; and that nobody gets into another one's conversation."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Awaitable, Callable, Optional

import aiohttp
import jwt
import pytest
import socketio
from playwright.sync_api import expect

from tests.channels.web.chat import Chat
from tests.channels.web.conftest import Site
from tests.channels.web.servers import Bot
from tests.channels.web.variants import KEY

# The socket.io client wants a name that the aiohttp which Rasa pins does not have yet.
if not hasattr(aiohttp, "ClientWSTimeout"):
    aiohttp.ClientWSTimeout = lambda ws_close: ws_close  # type: ignore[attr-defined]

Client = socketio.AsyncClient
EVIL = "http://evil.example"


def talk(act: Callable[[], Awaitable[Any]]) -> Any:
    """Runs a client in a thread of its own: the browser's event loop has this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(act())).result(60)  # type: ignore[arg-type]


async def connected(
    bot: Bot, path: str = "web", origin: Optional[str] = None, token: Optional[str] = None, **options: Any
) -> Client:
    """A client that is connected."""
    client = Client(reconnection=False)
    headers = {**({"Origin": origin} if origin else {}), **options.pop("headers", {})}
    auth = {"token": token} if token else None
    where = f"webhooks/{path}/socket.io"
    try:
        await client.connect(bot.base, headers=headers, auth=auth, socketio_path=where, wait_timeout=10, **options)
    except socketio.exceptions.ConnectionError:
        # The client leaves this to the garbage collector.
        if client.eio.http:
            await client.eio.http.close()
        raise
    return client


def outcome(bot: Bot, *arguments: Any, **options: Any) -> str:
    """ "in" if a client gets in and can join, else "out"."""

    async def act() -> str:
        try:
            client = await connected(bot, *arguments, **options)
        except socketio.exceptions.ConnectionError:
            return "out"
        answer = await client.call("join", {})
        # Without waiting for the long poll that is under way.
        await client.eio.disconnect(abort=True)
        return "in" if answer["status"] == "done" else "out"

    return str(talk(act))


def message(number: int = 0, text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"id": f"{number:032x}", "text": text, **more}


@pytest.mark.parametrize("transport", ["polling", "websocket"])
class TestOrigins:
    def test_a_foreign_page_is_refused(self, bot: Bot, transport: str) -> None:
        assert outcome(bot, origin=EVIL, transports=[transport]) == "out"

    def test_a_page_without_an_origin_of_its_own_is_refused(self, bot: Bot, transport: str) -> None:
        assert outcome(bot, origin="null", transports=[transport]) == "out"

    def test_the_own_page_gets_in(self, bot: Bot, transport: str) -> None:
        assert outcome(bot, origin=bot.base, transports=[transport]) == "in"

    def test_a_listed_site_gets_in_where_it_is_listed(self, bot: Bot, site: Site, transport: str) -> None:
        assert outcome(bot, "embedded", origin=site.origin, transports=[transport]) == "in"
        assert outcome(bot, "web", origin=site.origin, transports=[transport]) == "out"

    def test_forwarded_headers_of_strangers_are_not_believed(self, bot: Bot, transport: str) -> None:
        headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
        assert outcome(bot, origin=EVIL, transports=[transport], headers=headers) == "out"

    def test_behind_a_trusted_proxy_the_public_address_is_the_own(self, bot: Bot, transport: str) -> None:
        headers = {"X-Forwarded-Host": "chat.example", "X-Forwarded-Proto": "https"}
        chosen = {"transports": [transport], "headers": headers}
        assert outcome(bot, "proxied", origin="https://chat.example", **chosen) == "in"
        assert outcome(bot, "proxied", origin="http://chat.example", **chosen) == "out"


def test_a_foreign_page_in_a_browser_gets_no_answer(bot: Bot, tab: Callable[..., Chat], foreign: Site) -> None:
    address = foreign.page(f'<script src="{bot.base}/webhooks/web/widget.js" data-open="true"></script>')
    chat = tab()
    chat.page.goto(address)
    chat.write("hello")
    chat.page.wait_for_timeout(3000)
    expect(chat.page.get_by_text("Waiting to be sent")).to_be_visible()
    expect(chat.latest.locator(":scope > *")).to_have_count(0)


@pytest.mark.parametrize(("headers", "query"), [({"Sec-Fetch-Site": "cross-site"}, ""), ({}, "&j=0")])
def test_there_is_no_way_round_the_origin_rule(bot: Bot, headers: dict[str, str], query: str) -> None:
    url = f"{bot.base}/webhooks/web/socket.io/?EIO=4&transport=polling{query}"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10)
    assert refused.value.code == 403
    refused.value.close()


def signed(key: str = KEY, **claims: Any) -> str:
    return jwt.encode(claims, key, algorithm="HS256")


@pytest.mark.parametrize(
    "token",
    [
        None,
        "nonsense",
        signed("another key of thirty-two bytes or more", sub="ann"),
        signed(sub="ann", exp=1),
        signed(name="ann"),
        jwt.encode({"sub": "ann"}, "", algorithm="none"),
    ],
    ids=["none", "nonsense", "wrong key", "too old", "names nobody", "unsigned"],
)
def test_a_bad_token_is_refused(bot: Bot, token: Optional[str]) -> None:
    assert outcome(bot, "tokens", token=token) == "out"


def test_a_conversation_belongs_to_whom_the_token_names(bot: Bot) -> None:
    async def act() -> list[Any]:
        name, found = f"ann-{time.time()}", []
        ann = await connected(bot, "tokens", token=signed(sub=name))
        joined = await ann.call("join", {})
        assert "session" not in joined
        await ann.call("say", message(1))
        for who in (name, "bob"):
            client = await connected(bot, "tokens", token=signed(sub=who))
            # A session id, even a known one, opens nothing here.
            found.append(len((await client.call("join", {"session": "0" * 32}))["messages"]))
            await client.disconnect()
        await ann.disconnect()
        return found

    own, other = talk(act)
    assert own >= 2
    assert other == 0


def test_a_token_that_ends_ends_the_conversation(bot: Bot) -> None:
    async def act() -> list[str]:
        client = await connected(bot, "tokens", token=signed(sub="cleo", exp=time.time() + 2))
        await client.call("join", {})
        answers = [(await client.call("say", message(1)))["status"]]
        await asyncio.sleep(2.2)
        answers.append((await client.call("say", message(2)))["status"])
        await client.disconnect()
        return answers

    assert talk(act) == ["done", "refused"]


def test_a_socket_that_writes_too_fast_has_to_wait(bot: Bot) -> None:
    async def act() -> list[str]:
        client = await connected(bot, "limited", headers={"X-Forwarded-For": "10.0.0.1"})
        await client.call("join", {})
        answers = [await client.call("say", message(n)) for n in range(5)]
        assert all(0 < one["retry_after"] <= 2 for one in answers if one["status"] == "limited")
        await asyncio.sleep(1)
        answers.append(await client.call("say", message(9)))
        await client.disconnect()
        return [one["status"] for one in answers]

    statuses = talk(act)
    assert statuses.count("limited") >= 3
    assert statuses[-1] == "done"


def test_an_address_that_writes_too_fast_has_to_wait_on_every_socket(bot: Bot) -> None:
    async def act(address: str) -> list[str]:
        answers = []
        for _ in range(4):
            client = await connected(bot, "limited", headers={"X-Forwarded-For": address})
            answers += [(await client.call("join", {}))["status"], (await client.call("say", message()))["status"]]
            await client.disconnect()
        return answers

    assert talk(lambda: act("10.0.0.2")).count("limited") >= 1
    assert talk(lambda: act("10.0.0.3"))[0] == "done"


def test_an_address_may_hold_so_many_connections(bot: Bot) -> None:
    async def act() -> list[str]:
        headers = {"X-Forwarded-For": "10.0.0.4"}
        held = [await connected(bot, "limited", headers=headers) for _ in range(2)]
        found = []
        for _ in range(2):
            try:
                held.append(await connected(bot, "limited", headers=headers))
                found.append("in")
            except socketio.exceptions.ConnectionError:
                found.append("out")
            await held.pop(0).disconnect()
        for client in held:
            await client.disconnect()
        return found

    assert talk(act) == ["out", "in"]


def test_the_widget_waits_and_sends_then(tab: Callable[..., Chat]) -> None:
    chat = tab("/webhooks/limited/")
    for number in range(4):
        chat.write(f"hello {number}")
    expect(chat.page.get_by_text("That was fast")).to_be_visible()
    expect(chat.turns).to_have_count(4)
    chat.until("!document.querySelector('backtalk-chat').line.outbox.length", 30_000)
    expect(chat.page.get_by_text("That was fast")).to_have_count(0)


def test_a_long_message_is_refused_and_the_box_takes_none(bot: Bot, tab: Callable[..., Chat]) -> None:
    async def act() -> str:
        client = await connected(bot, "limited", headers={"X-Forwarded-For": "10.0.0.5"})
        await client.call("join", {})
        answer = await client.call("say", message(1, "x" * 51))
        await client.disconnect()
        return str(answer["status"])

    assert talk(act) == "too_long"
    chat = tab("/webhooks/limited/")
    chat.box.press_sequentially("x" * 60)
    assert len(chat.box.input_value()) == 50


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_a_huge_packet_ends_the_connection_and_not_the_server(bot: Bot, transport: str) -> None:
    async def act() -> bool:
        client = await connected(bot, transports=[transport])
        await client.call("join", {})
        await client.emit("say", message(1, "x" * 200_000))
        for _ in range(100):
            if not client.connected:
                return True
            await asyncio.sleep(0.1)
        await client.disconnect()
        return False

    assert talk(act)
    assert outcome(bot) == "in"


@pytest.mark.parametrize(
    "data", [None, 7, [], {}, {"id": "x", "text": "hi"}, message(1, ""), {"id": "0" * 32, "text": {"a": 1}}]
)
def test_odd_packets_break_nothing(bot: Bot, data: Any) -> None:
    async def act() -> str:
        client = await connected(bot)
        before = await client.call("say", message(2))
        assert before["status"] == "gone"
        await client.call("join", data)
        answer = await client.call("say", data)
        after = await client.call("say", message(3))
        await client.disconnect()
        return f"{answer['status']} {after['status']}"

    assert talk(act) in ("failed done", "done done")


def test_a_session_id_that_the_server_did_not_make_is_not_taken(bot: Bot) -> None:
    async def act() -> tuple[str, str]:
        client = await connected(bot)
        first = (await client.call("join", {"session": "a" * 32}))["session"]
        again = (await client.call("join", {"session": first}))["session"]
        await client.disconnect()
        assert first != "a" * 32
        return first, again

    first, again = talk(act)
    assert first == again
    assert len(first) == 32


def test_a_deleted_session_opens_nothing(bot: Bot) -> None:
    async def act() -> tuple[str, dict[str, Any]]:
        client = await connected(bot)
        session = (await client.call("join", {}))["session"]
        await client.call("say", message(1))
        assert (await client.call("forget", {}))["status"] == "done"
        assert (await client.call("say", message(2)))["status"] == "gone"
        joined = await client.call("join", {"session": session})
        await client.disconnect()
        return session, joined

    session, joined = talk(act)
    assert joined["messages"] == []
    assert joined["session"] != session


def test_neither_words_nor_session_ids_are_in_the_log_or_in_addresses(bot: Bot, chat: Chat) -> None:
    marker = "my lower back hurts since the ocelot carnival"
    chat.say(marker)
    chat.say("I can't pee since this morning and my legs are numb")
    session = chat.session()
    assert session
    log = bot.log.read_text(encoding="utf-8", errors="replace")
    assert log
    for secret in ("ocelot", "legs are numb", session):
        assert secret not in log
    assert not [url for url in chat.requests if session in url]
    assert session not in json.dumps(bot.events(marker))


def test_the_page_may_do_nothing_but_run_the_widget(bot: Bot) -> None:
    request = urllib.request.Request(f"{bot.base}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["../package.json", "..%2fpackage.json", "%2e%2e/package.json", "index.js", "src/"])
def test_no_other_file_is_served(bot: Bot, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{bot.base}/webhooks/web/{path}", timeout=10)
    assert refused.value.code == 404
    refused.value.close()
