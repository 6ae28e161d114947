"""Takes updates in, and works them off: one at a time within a chat, chats beside each other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import sqlite3
import time
from typing import Any, Coroutine, Optional

from backtalk.phrases import Phrases
from backtalk.store import store
from components.telegram.api import ApiError, BotApi
from components.telegram.conversations import Conversations
from components.telegram.database import Database, Keyboard, Waiting, digest
from components.telegram.delivery import Delivery
from components.telegram.limits import Floods
from components.telegram.messages import bodies, link_body, text_bodies
from components.telegram.rendering import MAX_TEXT, blocks, utf16
from components.telegram.updates import Fate, Incoming, read, update_id_of

logger = logging.getLogger(__name__)

#: What the bot already does for a command, as the intent of its rule. "restart" is not Rasa's own restart: that one
#: would forget an open alert.
INTENTS = {"help": "/ask_capabilities", "stop": "/stop", "restart": "/start_over", "privacy": "/ask_privacy"}
#: Commands whose answer the channel adds a line to.
ADDED = {"help": "telegram_commands", "privacy": "telegram_privacy"}
#: An update is given up after this many turns that the process did not survive.
MAX_ATTEMPTS = 3
#: A turn shows the typing sign once it has taken this long, in seconds: Telegram recommends it for answers that take a
#: noticeable time only, and most take less. It shows it for five seconds.
TYPING_AFTER = 0.2
TYPING_EVERY = 4.5
#: The answer waits this long, in seconds, for a sign that is on its way.
TYPING_SETTLE = 0.05


class Desk:
    """The working side.

    Args:
        api, database, delivery, conversations: the bot's.
        phrases: the project's; the channel's own begin with ``telegram_``.
        allowed: the chats that are answered; empty means all.
    """

    def __init__(
        self,
        api: BotApi,
        database: Database,
        delivery: Delivery,
        conversations: Conversations,
        phrases: Phrases,
        allowed: frozenset[int],
    ) -> None:
        self._api = api
        self._database = database
        self._delivery = delivery
        self._conversations = conversations
        self._phrases = phrases
        self._allowed = allowed
        self._floods = Floods()
        self._username: Optional[str] = None
        self._bot_id: Optional[int] = None
        self._workers: dict[int, "asyncio.Task[None]"] = {}
        self._aside: set["asyncio.Task[None]"] = set()
        self._strangers: set[int] = set()
        self._albums: dict[int, str] = {}
        self._forgotten: set[int] = set()
        self._stopping = False

    def open(self, username: str, bot_id: Optional[int]) -> None:
        """Begins to work: who the bot is, is known now."""
        self._username, self._bot_id = username, bot_id
        for chat in self._database.chats_waiting():
            self._wake(chat)

    async def stop(self, limit: float) -> None:
        """Lets running turns end within the limit (seconds). What has not begun waits for the next start."""
        self._stopping = True
        running = [*self._workers.values(), *self._aside]
        if running:
            _, late = await asyncio.wait(running, timeout=limit)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # --- taking in

    def accept(self, update: dict[str, Any]) -> None:
        """Takes an update in. When this returns, it will not be lost, and not be answered twice.

        Raises:
            sqlite3.Error: it could not be stored.
        """
        number = update_id_of(update)
        if number is None or self._database.known(number, update):
            return
        incoming = read(update, self._username, self._bot_id)
        with self._database.together():
            keep = self._keep(incoming)
            self._database.receive(number, incoming.chat, update, keep)
        if incoming.query:
            self._acknowledge(incoming)
        if keep and incoming.chat is not None:
            self._wake(incoming.chat)

    def _keep(self, incoming: Incoming) -> bool:
        """Whether there is work to do; what can be settled at once is."""
        chat = incoming.chat
        if incoming.fate is Fate.IGNORED or chat is None:
            return False
        if self._allowed and chat not in self._allowed:
            if chat > 0 and chat not in self._strangers and incoming.fate is not Fate.BLOCKED:
                self._strangers.add(chat)
                self._say(chat, self._phrases.say("telegram_stranger"))
            return False
        if incoming.fate is Fate.BLOCKED:
            return True
        now = time.time()
        flood, untold = self._floods.count(chat, now, incoming.written or now)
        if flood and untold and chat > 0:
            logger.warning("A Telegram chat sends more than can be answered; what is too much is left out.")
            self._say(chat, self._phrases.say("telegram_flood"), urgent=True)
        return not flood

    def _acknowledge(self, incoming: Incoming) -> None:
        live = incoming.fate is Fate.PRESS and self._pressed(incoming) is not None
        text = None if live else self._phrases.say("telegram_old_button")
        self._beside(
            self._api.call("answerCallbackQuery", {"callback_query_id": incoming.query, "text": text}, limit=10)
        )

    def _beside(self, call: Coroutine[Any, Any, Any]) -> None:
        """Makes a call that nothing waits for, and that may fail."""

        async def run() -> None:
            with contextlib.suppress(ApiError):
                await call

        task = asyncio.create_task(run())
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    # --- working off

    def _wake(self, chat: int) -> None:
        if self._username is not None and chat not in self._workers and not self._stopping:
            self._workers[chat] = asyncio.create_task(self._work(chat))

    async def _work(self, chat: int) -> None:
        try:
            while not self._stopping:
                update = self._database.next_update(chat)
                if update is None:
                    return
                incoming = read(update.body, self._username, self._bot_id)
                try:
                    await self._handle(chat, incoming, update)
                except sqlite3.Error:
                    raise
                except Exception as error:
                    # Only the kind of the error: its text may quote what somebody wrote.
                    logger.error("A Telegram update failed: %s", type(error).__name__)
                    self._answer(chat, update, text_bodies(self._phrases.say("sorry")))
        except sqlite3.Error as error:
            logger.error("The Telegram database fails (%s); updates wait for the next start.", error)
        finally:
            # No await between the last look and this: nothing can slip in unseen.
            self._workers.pop(chat, None)

    async def _handle(self, chat: int, incoming: Incoming, update: Waiting) -> None:
        fate = incoming.fate
        if fate is Fate.TEXT:
            await self._talk(chat, incoming, update, incoming.text)
        elif fate is Fate.EDIT and self._is_correction(chat, incoming):
            await self._talk(chat, incoming, update, incoming.text, reply_to=incoming.message)
        elif fate is Fate.COMMAND:
            await self._command(chat, incoming, update)
        elif fate is Fate.PRESS:
            await self._press(chat, incoming, update)
        elif fate is Fate.CANNOT_READ:
            again = incoming.album is not None and self._albums.get(chat) == incoming.album
            if incoming.album:
                self._albums[chat] = incoming.album
            text = self._phrases.say(f"telegram_{incoming.text}")
            self._answer(chat, update, [] if again else text_bodies(text), incoming)
        elif fate is Fate.GROUP:
            url = f"https://t.me/{self._username}?start=group"
            offer = link_body(self._phrases.say("telegram_group"), self._phrases.say("telegram_group_button"), url)
            self._answer(chat, update, [offer])
        else:
            if fate is Fate.BLOCKED:
                self._database.drop_chat(chat)
            self._database.finish(update)

    def _is_correction(self, chat: int, incoming: Incoming) -> bool:
        latest = self._database.latest(chat)
        return latest is not None and latest[0] == incoming.message and latest[1] != digest(incoming.text)

    async def _command(self, chat: int, incoming: Incoming, update: Waiting) -> None:
        name = incoming.command
        if name == "forget":
            await self._conversations.forget(chat)
            self._forgotten.discard(chat)
            with self._database.together():
                self._database.forget(chat)
                self._settle(chat, update, text_bodies(self._phrases.say("forgotten")), None)
            self._database.wipe()
            self._delivery.wake(chat)
        elif name == "start" and incoming.text in store():
            # A link to one entry of the guide: t.me/<bot>?start=<id>.
            await self._talk(chat, incoming, update, store()[incoming.text].title, before="telegram_start")
        elif name in INTENTS:
            await self._talk(chat, incoming, update, INTENTS[name], after=ADDED.get(name))
        else:
            text = self._phrases.say(f"telegram_{name or 'unknown_command'}")
            self._answer(chat, update, text_bodies(text), incoming)

    def _pressed(self, incoming: Incoming) -> Optional[tuple[Keyboard, str, str]]:
        """The buttons, and the pressed one's title and payload; None if it does not count (any more)."""
        number, _, place = incoming.text.partition(":")
        if incoming.chat is None or not (number.isdecimal() and place.isdecimal() and len(incoming.text) <= 24):
            return None
        keyboard = self._database.keyboard(incoming.chat, int(number))
        if keyboard is None or int(place) >= len(keyboard.options):
            return None
        return (keyboard, *keyboard.options[int(place)])

    async def _press(self, chat: int, incoming: Incoming, update: Waiting) -> None:
        pressed = self._pressed(incoming)
        if pressed is None:
            self._database.finish(update)
            return
        keyboard, title, payload = pressed
        self._show_choice(chat, incoming.message, keyboard, title)
        await self._talk(chat, incoming, update, payload)

    def _show_choice(self, chat: int, message: int, keyboard: Keyboard, title: str) -> None:
        """The pressed choice takes the buttons' place."""
        chosen = "\n\n".join(blocks(self._phrases.say("telegram_chosen", choice=title)))
        text = f"{keyboard.html}\n\n{chosen}"
        where = {"chat_id": chat, "message_id": message}
        if utf16(text) > MAX_TEXT:
            self._beside(self._api.call("editMessageReplyMarkup", where))
            return
        params = {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
        self._beside(self._api.call("editMessageText", {**where, **params}))

    # --- turns

    async def _talk(
        self,
        chat: int,
        incoming: Incoming,
        update: Waiting,
        text: str,
        reply_to: Optional[int] = None,
        before: Optional[str] = None,
        after: Optional[str] = None,
    ) -> None:
        """A turn of the conversation, and its answer."""
        name = f"telegram-{update.update_id}-{update.digest}"
        if update.attempts >= MAX_ATTEMPTS:
            logger.error("A Telegram update ended the process %d times and is given up.", update.attempts)
            self._answer(chat, update, text_bodies(self._phrases.say("sorry")), incoming)
            return
        said = await self._conversations.said(chat, name) if update.attempts else None
        if said is None:
            self._database.begin(update)
            typing = Typing(self._api, chat)
            try:
                said = await self._conversations.turn(chat, text, name)
            finally:
                await typing.end()
        if not any(str(message.get("text") or message.get("image") or "").strip() for message in said):
            # Silence would be worst of all.
            said = [{"text": self._phrases.say("sorry")}]
        extra = [{"text": self._phrases.say(one)} for one in (before, after) if one]
        said = [*extra, *said] if before else [*said, *extra]
        forgotten = chat in self._forgotten
        with self._database.together():
            if forgotten:
                self._database.forget(chat)
            self._database.close_keyboards(chat)
            found = bodies(said, lambda html, options: self._database.add_keyboard(chat, html, options), reply_to)
            self._settle(chat, update, found, None if forgotten else incoming)
        if forgotten:
            self._forgotten.discard(chat)
            self._database.wipe()
        self._delivery.wake(chat)

    def forgotten(self, sender: str) -> None:
        """A conversation was deleted: what belongs to it here goes with the turn that runs."""
        if re.fullmatch(r"\d{1,18}", sender) and int(sender) in self._workers:
            self._forgotten.add(int(sender))

    def _answer(
        self, chat: int, update: Waiting, found: list[dict[str, Any]], incoming: Optional[Incoming] = None
    ) -> None:
        """An answer that needs no turn."""
        with self._database.together():
            self._settle(chat, update, found, incoming)
        self._delivery.wake(chat)

    def _settle(self, chat: int, update: Waiting, found: list[dict[str, Any]], incoming: Optional[Incoming]) -> None:
        """Within one transaction: the update is done, and its answer waits to be sent."""
        for body in found:
            self._database.put(chat, body)
        if incoming and incoming.message and incoming.fate is not Fate.PRESS:
            self._database.note_latest(chat, incoming.message, incoming.text)
        self._database.finish(update)

    def _say(self, chat: int, text: str, urgent: bool = False) -> None:
        for body in text_bodies(text):
            self._database.put(chat, body, urgent)
        self._delivery.wake(chat)


class Typing:
    """The sign that the bot is writing, shown from soon on until ``end``."""

    def __init__(self, api: BotApi, chat: int) -> None:
        self._api = api
        self._chat = chat
        self._call: Optional["asyncio.Task[Any]"] = None
        self._loop = asyncio.create_task(self._run())

    async def _run(self) -> None:
        await asyncio.sleep(TYPING_AFTER)
        while True:
            params = {"chat_id": self._chat, "action": "typing"}
            self._call = asyncio.create_task(self._api.call("sendChatAction", params, limit=10))
            await asyncio.wait([self._call])
            if self._call.exception():
                return
            await asyncio.sleep(TYPING_EVERY)

    async def end(self) -> None:
        """Shows it no longer. A sign on its way may arrive first: behind the answer it would stay for five seconds."""
        self._loop.cancel()
        if self._call is not None and not self._call.done():
            await asyncio.wait([self._call], timeout=TYPING_SETTLE)
            self._call.cancel()
        if self._call is not None and self._call.done() and not self._call.cancelled():
            self._call.exception()
