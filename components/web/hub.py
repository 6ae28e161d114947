"""The conversations that are going on: who is in which, what was asked, and that nothing is answered twice."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from socketio import AsyncServer

from components.web.gate import Addresses, Bucket, Gate, Refused, is_session, new_session, sender_of
from components.web.messages import Sent, WebOutput, history
from components.web.settings import Settings

logger = logging.getLogger(__name__)

#: Conversations, and ids of answered messages in each, that are kept in memory; the store knows the rest.
TALKS, ANSWERED = 5_000, 50
_MESSAGE_ID = re.compile(r"[0-9a-f-]{16,40}")

Answer = dict[str, Any]


@dataclass
class Talk:
    """One conversation. ``running``: the message that is being answered, and what the bot has said to it so far."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    tasks: dict[str, asyncio.Future[Answer]] = field(default_factory=dict)
    answered: OrderedDict[str, None] = field(default_factory=OrderedDict)
    running: Optional[tuple[Sent, WebOutput]] = None


@dataclass
class Visitor:
    """One connection. ``sender`` is empty until it joined; ``until``: Unix time at which its token ends."""

    address: str
    bucket: Bucket
    bound: Optional[str] = None
    until: Optional[float] = None
    sender: str = ""


class Hub:
    """Answers the widget's requests.

    Args:
        settings: the channel's.
        sio: the socket.io server.
        on_new_message: hands a message to Rasa and returns when its turn is over and saved.
        store: finds Rasa's tracker store, which is there once the server runs.
    """

    def __init__(
        self,
        settings: Settings,
        sio: AsyncServer,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        store: Callable[[], TrackerStore],
    ) -> None:
        self._settings = settings
        self._sio = sio
        self._on_new_message = on_new_message
        self._store = store
        self._gate = Gate(settings)
        self._addresses = Addresses(settings)
        self._visitors: dict[str, Visitor] = {}
        self._talks: OrderedDict[str, Talk] = OrderedDict()

    @property
    def gate(self) -> Gate:
        """Who may connect."""
        return self._gate

    def _talk(self, sender: str) -> Talk:
        talk = self._talks.setdefault(sender, Talk())
        self._talks.move_to_end(sender)
        if len(self._talks) > TALKS:
            oldest = next(iter(self._talks))
            if not self._talks[oldest].tasks:
                del self._talks[oldest]
        return talk

    def output(self, turn: str = "") -> WebOutput:
        """An output channel to every tab of a conversation."""

        async def send(sender: str, messages: list[Sent]) -> None:
            await self._sio.emit("messages", messages, room=sender)

        return WebOutput(send, turn)

    def connect(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        """Lets a connection in.

        Raises:
            Refused: its token is not good, or its address has too many connections.
        """
        address = self._gate.address(environ["sanic.request"])
        bound, until = self._gate.sender(auth.get("token") if isinstance(auth, dict) else None)
        self._addresses.enter(address)
        self._visitors[sid] = Visitor(address, Bucket(self._settings.socket_rate), bound, until)

    def disconnect(self, sid: str) -> None:
        """Forgets a connection."""
        visitor = self._visitors.pop(sid, None)
        if visitor:
            self._addresses.leave(visitor.address)

    def _spend(self, visitor: Visitor) -> float:
        """0.0, or the seconds to wait; both limits count."""
        return max(visitor.bucket.spend(), self._addresses.spend(visitor.address))

    async def join(self, sid: str, data: Any) -> Answer:
        """Puts a connection into its conversation: the one of its token, or of its session, or a new one.

        Returns:
            ``session`` (absent with a token), ``messages`` so far, whether the bot is ``typing``, and ``max_chars``.
        """
        visitor = self._visitors[sid]
        wait = self._spend(visitor)
        if wait:
            return {"status": "limited", "retry_after": wait}
        asked = data.get("session") if isinstance(data, dict) else None
        session = str(asked) if is_session(asked) else new_session()
        sender = visitor.bound or sender_of(session)
        messages, known = await self._so_far(sender)
        if not visitor.bound and not known:
            # Only ids that this server made are taken up; of an unknown one nothing is lost.
            session = new_session()
            sender = sender_of(session)
        talk = self._talk(sender)
        if visitor.sender and visitor.sender != sender:
            await self._sio.leave_room(sid, visitor.sender)
        visitor.sender = sender
        await self._sio.enter_room(sid, sender)
        answer = {
            "status": "done",
            "messages": messages,
            "typing": talk.running is not None,
            "max_chars": self._settings.max_chars,
        }
        return answer if visitor.bound else {**answer, "session": session}

    async def _so_far(self, sender: str) -> tuple[list[Sent], bool]:
        """The conversation with the turn that is going on, and whether there is one at all."""
        while True:
            before = self._running(sender)
            tracker = await self._store().retrieve_full_tracker(sender)
            running = self._running(sender)
            if running is before:
                break
        messages = history(tracker)
        if running and running[0]["id"] not in _ids(tracker):
            messages += [running[0], *running[1].said]
        return messages, bool(messages) or sender in self._talks

    def _running(self, sender: str) -> Optional[tuple[Sent, WebOutput]]:
        talk = self._talks.get(sender)
        return talk.running if talk else None

    async def say(self, sid: str, data: Any) -> Answer:
        """Takes a message of the user. The answer comes once the bot's turn is over and saved.

        A message that was sent again, after a lost connection or a restart, is answered once.

        Returns:
            ``status``: ``done``, ``limited`` (with ``retry_after`` seconds), ``too_long``, ``failed``, ``refused``
            (the token ended) or ``gone`` (join first).
        """
        visitor = self._visitors[sid]
        if not visitor.sender:
            return {"status": "gone"}
        if visitor.until is not None and time.time() >= visitor.until:
            return {"status": "refused"}
        if not isinstance(data, dict) or not _MESSAGE_ID.fullmatch(str(data.get("id"))):
            return {"status": "failed"}
        name, text, title = str(data["id"]), str(data.get("text") or "").strip(), str(data.get("title") or "").strip()
        talk = self._talk(visitor.sender)
        if name in talk.tasks:
            return await asyncio.shield(talk.tasks[name])
        if name in talk.answered:
            return {"status": "done"}
        wait = self._spend(visitor)
        if wait:
            return {"status": "limited", "retry_after": wait}
        if not text:
            return {"status": "failed"}
        if max(len(text), len(title)) > self._settings.max_chars:
            return {"status": "too_long"}
        again = bool(data.get("again"))
        task = asyncio.ensure_future(self._answer(sid, visitor.sender, talk, name, text, title, again))
        talk.tasks[name] = task
        try:
            return await asyncio.shield(task)
        finally:
            talk.tasks.pop(name, None)

    async def _answer(self, sid: str, sender: str, talk: Talk, name: str, text: str, title: str, again: bool) -> Answer:
        async with talk.lock:
            if again and name in _ids(await self._store().retrieve_full_tracker(sender)):
                return {"status": "done"}
            user: Sent = {"id": name, "turn": name, "from": "user", "text": title or text}
            output = self.output(name)
            talk.running = (user, output)
            try:
                await self._sio.emit("messages", [user], room=sender, skip_sid=sid)
                await self._sio.emit("typing", True, room=sender)
                metadata = {"title": title} if title and title != text else {}
                await self._on_new_message(UserMessage(text, output, sender, None, "web", name, metadata))
            except Exception as error:  # the words of the user must not reach the log with it
                logger.error("A message could not be answered: %s", type(error).__name__)
                return {"status": "failed"}
            finally:
                await output.flush(sender)
                talk.running = None
                await self._sio.emit("typing", False, room=sender)
            talk.answered[name] = None
            if len(talk.answered) > ANSWERED:
                talk.answered.popitem(last=False)
        if await self._deleted(sender):
            await self._sio.emit("forgotten", name, room=sender)
        return {"status": "done"}

    async def _deleted(self, sender: str) -> bool:
        """Whether the turn ended with the deletion: the user asked in words to be forgotten."""
        try:
            return not await self._inner().exists(sender)
        except Exception as error:  # a store in trouble has said so already; the answer stands
            logger.error("The store did not answer: %s", type(error).__name__)
            return False

    def _inner(self) -> TrackerStore:
        """The store itself: Rasa's wrapper passes neither ``delete`` nor ``exists`` on."""
        store = self._store()
        return store._tracker_store if isinstance(store, FailSafeTrackerStore) else store

    async def forget(self, sid: str) -> Answer:
        """Deletes the conversation from the store; every tab of it is told.

        Returns:
            ``status``: ``done``, or ``failed`` if the store cannot delete.
        """
        visitor = self._visitors[sid]
        sender = visitor.sender
        if not sender:
            return {"status": "gone"}
        wait = self._spend(visitor)
        if wait:
            return {"status": "limited", "retry_after": wait}
        talk = self._talk(sender)
        async with talk.lock:
            try:
                await self._inner().delete(sender)  # type: ignore[attr-defined]
            except Exception as error:
                logger.error("A conversation could not be deleted: %s", type(error).__name__)
                return {"status": "failed"}
            talk.answered.clear()
        await self._sio.emit("forgotten", None, room=sender, skip_sid=sid)
        if not visitor.bound:
            # The old id opens nothing any more.
            self._talks.pop(sender, None)
            for other_sid, other in self._visitors.items():
                if other.sender == sender:
                    other.sender = ""
                    await self._sio.leave_room(other_sid, sender)
        return {"status": "done"}


def _ids(tracker: Optional[DialogueStateTracker]) -> set[Optional[str]]:
    """The ids of the user's messages in a conversation."""
    events = tracker.events if tracker else ()
    return {event.message_id for event in events if isinstance(event, UserUttered)}


__all__ = ["Hub", "Refused", "Talk", "Visitor"]
