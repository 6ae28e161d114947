"""The Telegram channel: ``components.telegram.channel.TelegramInput:`` in a credentials file.

Nothing about Telegram stops the server: what fails is said in one plain sentence, and tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import sqlite3
import time
from typing import Any, Iterator, Optional

from rasa.core.channels.channel import InputChannel, OutputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from backtalk.phrases import phrases
from components.telegram.api import ApiError, BotApi
from components.telegram.conversations import NAME, Conversations, OnMessage, TelegramOutput
from components.telegram.database import Database, InUse
from components.telegram.delivery import Delivery
from components.telegram.desk import Desk
from components.telegram.limits import Pace
from components.telegram.messages import bodies
from components.telegram.settings import TOKEN, Settings, SettingsError, read_settings
from components.telegram.updates import ALLOWED_UPDATES, COMMANDS, update_id_of
from components.tracker_store import on_forget

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
#: Updates are a few KB; Telegram's longest message with all its entities stays below 100.
MAX_BODY = 1_000_000
#: Seconds that Telegram holds a poll open, and that it may then be late.
POLL, POLL_LATE = 20, 8
#: Waits between attempts to reach Telegram, in seconds; the last one is repeated.
BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
#: A server that answers an idle poll at once is not asked more often than this, in seconds.
IDLE = 0.1
#: Seconds that new updates are worked on before the next poll.
HEAD_START = 0.02
#: Seconds for running turns to end, and then for their answers to be sent, when the server stops.
TURNS_LIMIT, SEND_LIMIT = 15.0, 5.0


class TelegramInput(InputChannel):
    """Receives updates, by long polling or, if ``webhook_url`` is set, by webhook.

    Args:
        settings: None if they cannot be used: the channel then stays silent, and the others run.
    """

    def __init__(self, settings: Optional[Settings]) -> None:
        self._settings = settings
        self._database: Optional[Database] = None
        self._desk: Optional[Desk] = None
        self._delivery: Optional[Delivery] = None
        self._api: Optional[BotApi] = None
        self._main: Optional["asyncio.Task[None]"] = None
        self._offset: Optional[int] = None
        self._trouble = ""

    @classmethod
    def name(cls) -> str:
        """As the conversation and the URL know the channel."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "TelegramInput":
        """From the channel's block of ``credentials.yml``, which may be empty, and from the environment."""
        try:
            return cls(read_settings(credentials))
        except SettingsError as error:
            logger.error("Telegram is off: %s", error)
            return cls(None)

    def get_output_channel(self) -> OutputChannel:
        """For messages that no update asked for."""

        def keep(recipient: str, message: dict[str, Any]) -> None:
            database, delivery = self._database, self._delivery
            if database is None or delivery is None:
                raise RuntimeError("the Telegram channel is not running")
            chat = int(recipient)
            for body in bodies([message], lambda html, options: database.add_keyboard(chat, html, options)):
                database.put(chat, body)
            delivery.wake(chat)

        return TelegramOutput(keep)

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes, and the start and stop with the server. No call to the network is made here."""
        routes = Blueprint("telegram_webhook", __name__)

        @routes.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok" if self._settings else "off"})

        settings = self._settings
        if settings is None:
            return routes

        @routes.listener("after_server_start")
        async def start(app: Sanic, _: Any) -> None:
            self._main = asyncio.create_task(self._run(app, on_new_message, settings))

        @routes.listener("before_server_stop")
        async def stop(app: Sanic, _: Any) -> None:
            await self._stop()

        if settings.webhook_url:

            @routes.route("/webhook", methods=["POST"], stream=True)
            async def webhook(request: Request) -> HTTPResponse:
                return await self._delivered(request, settings)

        return routes

    # --- receiving

    async def _delivered(self, request: Request, settings: Settings) -> HTTPResponse:
        """Takes an update in; the work comes after the answer. A body without the secret is not even read."""
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), settings.secret.encode()):
            return response.text("forbidden", status=403)
        raw = b""
        if request.stream is not None:
            async for chunk in request.stream:
                raw += chunk
                if len(raw) > MAX_BODY:
                    return response.text("too large", status=413)
        try:
            update = json.loads(raw)
        except (ValueError, RecursionError):
            return response.text("this is no JSON", status=400)
        if self._desk is None:
            return response.text("starting", status=503)
        try:
            self._accept(self._desk, update)
        except sqlite3.Error as error:
            # Telegram brings it again.
            logger.error("The Telegram database cannot be written: %s", error)
            return response.text("cannot store", status=503)
        return response.text("ok")

    @staticmethod
    def _accept(desk: Desk, update: Any) -> None:
        try:
            desk.accept(update)
        except sqlite3.Error:
            raise
        except Exception as error:
            # One update must not keep the others out. Its text stays out of the log.
            logger.error("A Telegram update could not be read: %s", type(error).__name__)

    async def _run(self, app: Sanic, on_message: OnMessage, settings: Settings) -> None:
        while True:
            try:
                await self._serve(app, on_message, settings)
            except Exception as error:
                self._complain(f"The Telegram channel failed ({type(error).__name__}) and starts anew.")
                logger.debug("Telegram: %s", type(error).__name__)
                await self._close()
                await asyncio.sleep(5)

    async def _serve(self, app: Sanic, on_message: OnMessage, settings: Settings) -> None:
        database = self._database = await self._open(settings)
        api = self._api = BotApi(settings.token, settings.api_base_url)
        delivery = self._delivery = Delivery(api, database, Pace())
        desk = self._desk = Desk(
            api, database, delivery, Conversations(app, on_message), phrases(), settings.allowed_chats
        )
        on_forget.append(desk.forgotten)
        me = await self._until_done(api, "getMe", {})
        me = me if isinstance(me, dict) else {}
        desk.open(str(me.get("username") or ""), me.get("id") if isinstance(me.get("id"), int) else None)
        delivery.wake_all()
        how = "by long polling"
        if settings.webhook_url:
            how = "by webhook"
            wanted = {"url": settings.webhook_url, "secret_token": settings.secret, "allowed_updates": ALLOWED_UPDATES}
            await self._until_done(api, "setWebhook", wanted)
        else:
            # Telegram refuses polling while a webhook is set.
            await self._until_done(api, "deleteWebhook", {}, unless=(400, 404))
        logger.info("Telegram: @%s answers %s: https://t.me/%s", me.get("username"), how, me.get("username"))
        menu = asyncio.create_task(self._menu(api))
        try:
            if settings.webhook_url:
                await asyncio.Event().wait()
            await self._poll(api, desk)
        finally:
            menu.cancel()

    async def _open(self, settings: Settings) -> Database:
        while True:
            try:
                return Database(settings.database, settings.bot)
            except InUse as error:
                self._complain(f"{error}, so this one waits until that one stops.")
            except (sqlite3.Error, OSError) as error:
                self._complain(f"The Telegram database cannot be opened ({error}), trying again.")
            await asyncio.sleep(2)

    async def _menu(self, api: BotApi) -> None:
        """The bot's menu of commands: a convenience, so it is given up after some attempts."""
        commands = [{"command": name, "description": phrases().say(f"telegram_menu_{name}")} for name in COMMANDS]
        for wait in BACKOFF:
            try:
                await api.call("setMyCommands", {"commands": commands})
                return
            except ApiError as error:
                if 400 <= error.code < 429:
                    logger.warning("Telegram does not take the menu of commands: %s", error)
                    return
                await asyncio.sleep(error.retry_after or wait)

    async def _until_done(self, api: BotApi, method: str, params: dict[str, Any], unless: tuple[int, ...] = ()) -> Any:
        """Calls until it works, or is refused with one of these codes."""
        waits = _waits()
        while True:
            try:
                result = await api.call(method, params)
                self._well()
                return result
            except ApiError as error:
                if error.code in unless:
                    return None
                wait = next(waits) if error.retry_after is None else error.retry_after
                self._complain(_sentence(error))
                await asyncio.sleep(wait)

    async def _poll(self, api: BotApi, desk: Desk) -> None:
        waits = _waits()
        while True:
            began = time.monotonic()
            params = {"timeout": POLL, "offset": self._offset, "allowed_updates": ALLOWED_UPDATES}
            try:
                updates = await api.call("getUpdates", params, limit=POLL + POLL_LATE)
                if not isinstance(updates, list):
                    raise ApiError("no list of updates")
            except ApiError as error:
                self._complain(_sentence(error))
                if error.code == 409 and "webhook" in str(error).lower():
                    with contextlib.suppress(ApiError):
                        await api.call("deleteWebhook")
                await asyncio.sleep(next(waits) if error.retry_after is None else error.retry_after)
                continue
            numbered = sorted(
                ((number, update) for update in updates if (number := update_id_of(update)) is not None),
                key=lambda pair: pair[0],
            )
            before = self._offset
            try:
                for number, update in numbered:
                    self._accept(desk, update)
                    # Asking from here on tells Telegram that all before is safe with us.
                    self._offset = max(self._offset or 0, number + 1)
            except sqlite3.Error as error:
                self._complain(f"The Telegram database cannot be written ({error}), trying again.")
                await asyncio.sleep(next(waits))
                continue
            waits = _waits()
            self._well()
            if self._offset != before:
                # The turns go first; the next poll has time.
                await asyncio.sleep(HEAD_START)
            elif time.monotonic() - began < IDLE:
                await asyncio.sleep(IDLE)

    # --- stopping

    async def _stop(self) -> None:
        """Takes nothing new in, lets running turns end, sends their answers."""
        if self._main is not None:
            self._main.cancel()
            await asyncio.wait([self._main])
        if self._desk is not None:
            await self._desk.stop(TURNS_LIMIT)
        if self._delivery is not None:
            await self._delivery.stop(SEND_LIMIT)
        if self._offset is not None and self._api is not None:
            with contextlib.suppress(ApiError):  # what is safe with us need not come again
                await self._api.call("getUpdates", {"offset": self._offset, "limit": 1, "timeout": 0}, limit=2)
        await self._close()

    async def _close(self) -> None:
        if self._desk is not None:
            with contextlib.suppress(ValueError):
                on_forget.remove(self._desk.forgotten)
            await self._desk.stop(0)
        if self._delivery is not None:
            await self._delivery.stop(0)
        if self._api is not None:
            await self._api.close()
        if self._database is not None:
            self._database.close()
        self._desk = self._delivery = self._api = self._database = None

    # --- what is said in the log

    def _complain(self, sentence: str) -> None:
        """Once, until it changes or all is well."""
        if sentence != self._trouble:
            self._trouble = sentence
            logger.warning("Telegram: %s", sentence)

    def _well(self) -> None:
        if self._trouble:
            self._trouble = ""
            logger.info("Telegram: all is well again.")


def _waits() -> Iterator[float]:
    yield from BACKOFF
    while True:
        yield BACKOFF[-1]


def _sentence(error: ApiError) -> str:
    if error.code in (401, 404):
        return f"Telegram does not know this bot's token; check {TOKEN}. Trying again."
    if error.code == 409:
        return "Another program reads this bot's messages too, or a webhook is set; stop the other one. Trying again."
    if error.retry_after is not None:
        return f"Telegram asks to wait {error.retry_after:.0f} s. Trying again then."
    if error.code in (0, 500, 502, 503, 504):
        return f"Telegram cannot be reached ({error}). Trying again."
    return f"Telegram refuses ({error}). Trying again."
