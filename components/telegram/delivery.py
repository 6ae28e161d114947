"""Sends what waits in the outbox: in order within a chat, chats beside each other, never faster than Telegram likes.

A message leaves the outbox when Telegram has it, or when it can never have it. What certainly did not arrive is sent
again for as long as it takes. What may have arrived is not sent twice, except an alert: better twice than not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from pathlib import Path
from typing import Any

from components.telegram.api import CALL_LIMIT, MEDIA_LIMIT, ApiError, BotApi
from components.telegram.database import Database, Outgoing
from components.telegram.limits import Pace
from components.telegram.rendering import MAX_TEXT, numbered, plain, utf16

logger = logging.getLogger(__name__)

#: Waits between attempts, in seconds; the last one is repeated.
BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: Seconds of waiting for the next message after which the chat shows that more is coming.
NOTICEABLE = 0.4
#: How often an alert is sent whose answer got lost.
ALERT_ATTEMPTS = 3


class Delivery:
    """The sending side.

    Args:
        api: the bot's. database: its rows. pace: the limits.
    """

    def __init__(self, api: BotApi, database: Database, pace: Pace) -> None:
        self._api = api
        self._database = database
        self._pace = pace
        self._tasks: dict[int, "asyncio.Task[None]"] = {}
        self._signs: set["asyncio.Task[None]"] = set()
        self._stopping = False

    def wake(self, chat: int) -> None:
        """Something may wait for the chat."""
        if chat not in self._tasks and not self._stopping:
            self._tasks[chat] = asyncio.create_task(self._run(chat))

    def wake_all(self) -> None:
        """After a start."""
        for chat in self._database.chats_to_send():
            self.wake(chat)

    async def stop(self, limit: float) -> None:
        """Sends what can be sent within the limit (seconds); the rest waits for the next start."""
        end = time.monotonic() + limit
        while self._tasks and time.monotonic() < end:
            await asyncio.wait(list(self._tasks.values()), timeout=end - time.monotonic())
        self._stopping = True
        left = [*self._tasks.values(), *self._signs]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _run(self, chat: int) -> None:
        failures = 0
        try:
            while True:
                message = self._database.next_message(chat)
                if message is None:
                    return
                if message.sending and not _again(message.body):
                    # The last start ended while it was on its way.
                    self._database.drop(message.id)
                    continue
                if self._pace.delay(chat, time.monotonic()) > NOTICEABLE:
                    self._show_typing(chat)
                await self._pace.turn(chat)
                # An urgent one may have come meanwhile.
                message = self._database.next_message(chat)
                if message is None:
                    return
                try:
                    await self._send(chat, message)
                    failures = 0
                except ApiError as error:
                    wait = self._failed(chat, message, error, failures)
                    failures = failures + 1 if wait else 0
                    await asyncio.sleep(wait)
        except sqlite3.Error as error:
            logger.error("The Telegram database fails (%s); messages wait for the next start.", error)
        finally:
            # No await between the last look and this: nothing can slip in unseen.
            self._tasks.pop(chat, None)

    def _show_typing(self, chat: int) -> None:
        """Shows that more comes; whether that works is of no matter."""

        async def show() -> None:
            with contextlib.suppress(ApiError):
                await self._api.call("sendChatAction", {"chat_id": chat, "action": "typing"}, limit=NOTICEABLE)

        task = asyncio.create_task(show())
        self._signs.add(task)
        task.add_done_callback(self._signs.discard)

    async def _send(self, chat: int, message: Outgoing) -> None:
        body = message.body
        self._database.mark(message.id, True)
        file = (body["file"][0], Path(body["file"][1])) if body.get("file") else None
        limit = CALL_LIMIT if body["method"] == "sendMessage" else MEDIA_LIMIT
        try:
            await self._api.call(body["method"], {"chat_id": chat, **body["params"]}, limit, file)
        except OSError:  # the picture's file cannot be read
            self._database.replace(message.id, fallback(body))
            return
        self._database.drop(message.id)

    def _failed(self, chat: int, message: Outgoing, error: ApiError, failures: int) -> float:
        """Decides what a failure means. Returns the seconds to wait; 0 if the message is settled."""
        method = message.body["method"]
        if error.retry_after is not None:
            self._database.mark(message.id, False)
            self._pace.hold(chat, time.monotonic() + error.retry_after)
            logger.warning("Telegram asks to wait %.0f s before the next message to a chat.", error.retry_after)
            return error.retry_after
        if error.migrate_to is not None:
            self._database.mark(message.id, False)
            self._database.move_chat(chat, error.migrate_to)
            self.wake(error.migrate_to)
            return 0
        if error.code == 403:
            dropped = self._database.drop_chat(chat)
            logger.info("A Telegram chat cannot be written to (%s); %d messages for it are dropped.", error, dropped)
            return 0
        if error.maybe_done:
            if _again(message.body) and failures + 1 < ALERT_ATTEMPTS:
                self._database.mark(message.id, False)
                return BACKOFF[min(failures, len(BACKOFF) - 1)]
            logger.warning("Telegram's answer to %s was lost (%s); it is not repeated.", method, error)
            self._database.drop(message.id)
            return 0
        if 400 <= error.code < 500 and error.code not in (401, 404, 409):
            if message.body.get("plain"):
                logger.error("Telegram refused %s for good: %s", method, error)
                self._database.drop(message.id)
            else:
                logger.warning("Telegram refused %s, so it goes out as plain text: %s", method, error)
                self._database.replace(message.id, fallback(message.body))
            return 0
        self._database.mark(message.id, False)
        wait = BACKOFF[min(failures, len(BACKOFF) - 1)]
        if failures in (0, len(BACKOFF)):
            logger.warning("Telegram cannot take %s now, trying again: %s", method, error)
        return wait


def _again(body: dict[str, Any]) -> bool:
    return bool(body.get("alert"))


def fallback(body: dict[str, Any]) -> dict[str, Any]:
    """The same message as plain text: without styles, buttons as numbered lines, a picture as its address."""
    params = body["params"]
    text = plain(params.get("text") or params.get("caption") or "")
    keys = [key for row in params.get("reply_markup", {}).get("inline_keyboard", []) for key in row]
    lines = numbered(text, [key["text"] for key in keys]) if keys else text
    for name in ("photo", "animation", "document"):
        if str(params.get(name, "")).startswith("http"):
            lines = "\n".join(filter(None, [lines, params[name]]))
    if utf16(lines) > MAX_TEXT:
        lines = text
    alert = body.get("alert", False)
    return {"method": "sendMessage", "params": {"text": lines or "\u2026"}, "alert": alert, "plain": True}
