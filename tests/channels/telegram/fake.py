"""A Bot API server on loopback, after Telegram's public description: real HTTP, its rules, errors, faults at will."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Callable, Optional

import aiohttp
from aiohttp import web

TOKEN = "700001:" + "AAtesttoken_" + "x" * 24
USERNAME = "backtalk_test_bot"
WORDS = {
    429: "Too Many Requests: retry after {retry_after}", 403: "Forbidden: bot was blocked by the user",
    400: "Bad Request: can't parse entities", 401: "Unauthorized", 500: "Internal Server Error",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
}  # fmt: skip
TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}


@dataclass
class Call:
    """One call of the bot's. ``ok``: it was carried out. ``at``: seconds of the monotonic clock when it came in."""

    method: str
    params: dict[str, Any]
    at: float
    ok: bool = False
    message_id: int = 0

    @property
    def chat(self) -> int:
        """The chat it is for."""
        return int(self.params.get("chat_id", 0))

    @property
    def text(self) -> str:
        """The words, as a person reads them."""
        return strip(self.params.get("text") or self.params.get("caption") or "", self.params.get("parse_mode"))

    @property
    def keys(self) -> list[list[dict[str, Any]]]:
        """The buttons, by row."""
        return self.params.get("reply_markup", {}).get("inline_keyboard", [])


@dataclass
class Fault:
    """What goes wrong with the next calls of a method.

    ``kind``: 429, 403, 400, 401, 409, 500, "page" (502 with a proxy's page), "reset" (closed, not carried out), "lost"
    (carried out, closed without an answer), "garbled" (carried out, 200 with a broken body), "hang" (never answered).
    """

    method: str
    kind: Any
    times: int = 1
    chat: Optional[int] = None
    parameters: dict[str, Any] = field(default_factory=dict)
    matches: Callable[[dict[str, Any]], bool] = lambda params: True
    hits: list[float] = field(default_factory=list)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in TAGS:
            raise ValueError(f'Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise ValueError("Unmatched end tag")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def strip(text: str, parse_mode: Optional[str]) -> str:
    """The text without its markup.

    Raises:
        ValueError: as Telegram, which refuses what it cannot parse.
    """
    if parse_mode != "HTML":
        return text
    parser = _Parser()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise ValueError("Can't find end tag")
    return "".join(parser.words)


def units(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


class FakeTelegram:
    """The server, in a thread of its own. Its methods may be called from the test's thread."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.webhook: Optional[dict[str, Any]] = None
        self.webhook_answers: list[tuple[int, int]] = []
        self.port = 0
        self._updates: list[dict[str, Any]] = []
        self._numbers = itertools.count(870_000)
        self._messages = defaultdict(lambda: itertools.count(100))
        self._poll: Optional["asyncio.Future[None]"] = None
        self._news = asyncio.Event()
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.run(self._start())

    def run(self, coroutine: Any) -> Any:
        """Runs a coroutine in the server's thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    async def _start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    def go_down(self) -> None:
        """No longer listens."""
        self.run(self._runner.cleanup())

    def come_up(self) -> None:
        """Listens again, where it did before."""
        self.run(self._start(self.port))

    def close(self) -> None:
        """Ends the server."""
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        await self._runner.cleanup()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    # --- the bot's calls

    async def _call(self, request: web.Request) -> web.StreamResponse:
        at = time.monotonic()
        if request.match_info["token"] != TOKEN:
            return _error(401, "Unauthorized")
        method = request.match_info["method"]
        if request.content_type == "application/json":
            params = await request.json()
        else:
            form = await request.post()
            params = {}
            for key, value in form.items():
                params[key] = value.filename if isinstance(value, web.FileField) else _maybe_json(str(value))
                if isinstance(value, web.FileField):
                    value.file.close()
        call = Call(method, params, at)
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
        fault = self._fault(method, params)
        if fault:
            fault.hits.append(at)
            if fault.kind not in ("lost", "garbled"):
                return await self._fail(request, fault)
        answer = await self._answer(call)
        with self._changed:
            call.ok = answer.status == 200
            self._changed.notify_all()
        if fault and fault.kind == "garbled":
            return web.Response(text='{"ok": tru', content_type="application/json")
        if fault:
            return _cut(request)
        return answer

    def _fault(self, method: str, params: dict[str, Any]) -> Optional[Fault]:
        for fault in self.faults:
            mine = fault.chat is None or str(fault.chat) == str(params.get("chat_id"))
            if fault.method in (method, "*") and fault.times > 0 and mine and fault.matches(params):
                fault.times -= 1
                return fault
        return None

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind == "reset":
            return _cut(request)
        if fault.kind == "hang":
            await asyncio.sleep(3600)
        if fault.kind == "page":
            return web.Response(status=502, text="<html><body>502 Bad Gateway</body></html>", content_type="text/html")
        return _error(fault.kind, WORDS[fault.kind].format(**fault.parameters), fault.parameters)

    async def _answer(self, call: Call) -> web.Response:
        handler = getattr(self, f"_on_{call.method}", None)
        if handler is None:
            return _error(404, "Not Found")
        try:
            return web.json_response({"ok": True, "result": await handler(call)})
        except ValueError as error:
            return _error(400, f"Bad Request: {error}")
        except Conflict as error:
            return _error(409, f"Conflict: {error}")

    async def _on_getMe(self, call: Call) -> Any:
        return {"id": 700001, "is_bot": True, "first_name": "Backtalk", "username": USERNAME}

    async def _on_deleteWebhook(self, call: Call) -> Any:
        self.webhook = None
        return True

    async def _on_setWebhook(self, call: Call) -> Any:
        self.webhook = call.params
        return True

    async def _on_setMyCommands(self, call: Call) -> Any:
        for command in call.params["commands"]:
            if not 1 <= len(command["description"]) <= 256 or not 1 <= len(command["command"]) <= 32:
                raise ValueError("BOT_COMMAND_INVALID")
        return True

    async def _on_getUpdates(self, call: Call) -> Any:
        if self.webhook:
            raise Conflict("can't use getUpdates method while webhook is active; use deleteWebhook first")
        if self._poll and not self._poll.done():
            self._poll.set_result(None)
        mine = self._poll = self._loop.create_future()
        offset = call.params.get("offset")
        if offset is not None:
            self._updates = [one for one in self._updates if one.get("update_id", offset) >= offset]
        limit = time.monotonic() + float(call.params.get("timeout", 0))
        while not self._updates and time.monotonic() < limit:
            self._news.clear()
            news = asyncio.ensure_future(self._news.wait())
            await asyncio.wait({news, mine}, timeout=limit - time.monotonic(), return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if mine.done():
                raise Conflict("terminated by other getUpdates request")
        return self._updates[: call.params.get("limit", 100)]

    async def _on_sendMessage(self, call: Call) -> Any:
        _check_text(call.params, "text", 4096)
        return self._sent(call)

    async def _on_sendPhoto(self, call: Call) -> Any:
        if not call.params.get("photo") or "unreachable" in call.params["photo"]:
            raise ValueError("wrong file identifier/HTTP URL specified")
        _check_text(call.params, "caption", 1024, empty=True)
        return self._sent(call)

    async def _on_sendAnimation(self, call: Call) -> Any:
        _check_text(call.params, "caption", 1024, empty=True)
        return self._sent(call)

    async def _on_editMessageText(self, call: Call) -> Any:
        _check_text(call.params, "text", 4096)
        return {"message_id": call.params["message_id"]}

    async def _on_editMessageReplyMarkup(self, call: Call) -> Any:
        return {"message_id": call.params["message_id"]}

    async def _on_answerCallbackQuery(self, call: Call) -> Any:
        if units(call.params.get("text") or "") > 200:
            raise ValueError("MESSAGE_TOO_LONG")
        return True

    async def _on_sendChatAction(self, call: Call) -> Any:
        return True

    def _sent(self, call: Call) -> dict[str, Any]:
        for row in call.keys:
            if len(row) > 8:
                raise ValueError("too many buttons in a row")
            for key in row:
                if "url" not in key and not 1 <= len(key["callback_data"].encode()) <= 64:
                    raise ValueError("BUTTON_DATA_INVALID")
        call.message_id = next(self._messages[call.chat])
        return {"message_id": call.message_id, "date": int(time.time()), "chat": {"id": call.chat, "type": "private"}}

    # --- people

    def update(self, **content: Any) -> dict[str, Any]:
        """A new update that holds this, not yet sent."""
        return {"update_id": next(self._numbers), **content}

    def message(self, chat: int, text: Optional[str] = None, /, kind: str = "message", **fields: Any) -> dict[str, Any]:
        """An update with a message in a private chat, not yet sent."""
        body = {
            "message_id": next(self._messages[chat]),
            "from": {"id": chat, "is_bot": False, "first_name": "Ada", "language_code": "en"},
            "chat": {"id": chat, "first_name": "Ada", "type": "private"},
            "date": int(time.time()),
        }
        if text is not None:
            body["text"] = text
        return self.update(**{kind: {**body, **fields}})

    def deliver(self, *updates: dict[str, Any], secret: Optional[str] = None) -> list[int]:
        """Sends updates: by webhook if one is set (and returns the statuses), otherwise to the next poll."""
        if self.webhook:
            return [self.run(self._post(update, secret)) for update in updates]

        def put() -> None:
            self._updates.extend(updates)
            self._news.set()

        self._loop.call_soon_threadsafe(put)
        return []

    async def _post(self, update: Any, secret: Optional[str]) -> int:
        hook = self.webhook or {}
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret if secret is not None else hook.get("secret_token", "")}
        async with (
            aiohttp.ClientSession() as session,
            session.post(hook["url"], json=update, headers=headers) as answer,
        ):
            await answer.read()
            self.webhook_answers.append((update.get("update_id", 0), answer.status))
            return answer.status

    def write(self, chat: int, text: str, /, **fields: Any) -> dict[str, Any]:
        """A person writes; returns the update."""
        update = self.message(chat, text, **fields)
        self.deliver(update)
        return update

    def press(self, call: Call, title: str) -> dict[str, Any]:
        """A person presses a button of a message; returns the update."""
        key = next(key for row in call.keys for key in row if key["text"] == title)
        update = self.update(
            callback_query={
                "id": str(next(self._numbers)),
                "from": {"id": call.chat, "is_bot": False, "first_name": "Ada"},
                "chat_instance": "1",
                "message": {
                    "message_id": call.message_id,
                    "date": int(time.time()),
                    "chat": {"id": call.chat, "type": "private"},
                    "text": call.text,
                    "reply_markup": call.params["reply_markup"],
                },
                "data": key["callback_data"],
            }
        )
        self.deliver(update)
        return update

    # --- what the test sees

    def sent(self, chat: int, tried: bool = False) -> list[Call]:
        """The messages that arrived in a chat; with ``tried``, also those that failed."""
        methods = ("sendMessage", "sendPhoto", "sendAnimation")
        return [one for one in list(self.calls) if one.method in methods and one.chat == chat and (one.ok or tried)]

    def of(self, method: str, chat: Optional[int] = None) -> list[Call]:
        """All calls of a method."""
        return [call for call in list(self.calls) if call.method == method and (chat is None or call.chat == chat)]

    def wait(self, condition: Callable[[], Any], limit: float = 20) -> Any:
        """Waits until the condition holds, and returns its value.

        Raises:
            AssertionError: it did not within the limit (seconds).
        """
        end = time.monotonic() + limit
        while True:
            value = condition()
            if value:
                return value
            with self._changed:
                if not self._changed.wait(min(0.1, max(0.0, end - time.monotonic()))) and time.monotonic() >= end:
                    raise AssertionError(f"nothing came within {limit} seconds; latest: {self.calls[-3:]}")

    def answers(self, chat: int, count: int = 1, after: int = 0, limit: float = 20) -> list[Call]:
        """Waits for this many messages in the chat beyond the first ``after``."""
        return self.wait(lambda: found if len(found := self.sent(chat)[after:]) >= count else None, limit)

    def quiet(self, chat: int, seconds: float = 2.0) -> list[Call]:
        """The chat's messages once none has come for this long."""
        count, since = len(self.sent(chat)), time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.05)
            if len(self.sent(chat)) != count:
                count, since = len(self.sent(chat)), time.monotonic()
        return self.sent(chat)


class Conflict(Exception):
    """Two programs read the same bot's updates."""


def _error(code: int, text: str, parameters: Optional[dict[str, Any]] = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": text}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=code)


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def _maybe_json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _check_text(params: dict[str, Any], name: str, limit: int, empty: bool = False) -> None:
    raw = params.get(name) or ""
    try:
        text = strip(raw, params.get("parse_mode"))
    except ValueError as error:
        raise ValueError(f"can't parse entities: {error}") from None
    if not text.strip() and not empty:
        raise ValueError("message text is empty")
    if units(text) > limit:
        raise ValueError("message is too long")
