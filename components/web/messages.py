"""Messages as the widget gets them: the same shape when they are said and when they are read from the store."""

from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable, Mapping, Optional

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

#: How much of a conversation is shown again after a reload.
HISTORY_LIMIT = 300
#: Seconds after which what is ready of a slow turn goes out.
PATIENCE = 0.2

Sent = dict[str, Any]


def parts(data: Mapping[str, Any]) -> list[Sent]:
    """A bot message in its parts: text with its buttons, card, picture, attachment."""
    found: list[Sent] = []
    buttons = [
        {"title": str(one.get("title")), "payload": str(one.get("payload") or one.get("title"))}
        for one in data.get("buttons") or data.get("quick_replies") or []
        if one.get("title")
    ]
    if data.get("text"):
        found.append({"text": str(data["text"]), **({"buttons": buttons} if buttons else {})})
    for key in ("custom", "image", "attachment"):
        if data.get(key):
            found.append({key: data[key]})
    for element in data.get("elements") or []:
        text = ": ".join(str(element[key]) for key in ("title", "subtitle") if element.get(key))
        found += parts({"text": text, "buttons": element.get("buttons"), "image": element.get("image_url")})
    return found


def numbered(messages: list[Sent], turn: str, first: int) -> list[Sent]:
    """Bot messages with their ids: the same ones live and from the store, so that none is ever shown twice."""
    return [
        {"id": f"{turn}:{number}", "turn": turn, "from": "bot", **message}
        for number, message in enumerate(messages, first)
    ]


def history(tracker: Optional[DialogueStateTracker]) -> list[Sent]:
    """What was said in a conversation, oldest first."""
    shown: list[Sent] = []
    turn, count = "0", 0
    for event in tracker.events if tracker else ():
        if isinstance(event, UserUttered) and event.text and event.text != "/session_start":
            turn, count = str(event.message_id), 0
            text = (event.metadata or {}).get("title") or event.text
            shown.append({"id": turn, "turn": turn, "from": "user", "text": text})
        elif isinstance(event, BotUttered):
            said = numbered(parts(event.message()), turn, count)
            count += len(said)
            shown += said
    return shown[-HISTORY_LIMIT:]


class WebOutput(OutputChannel):
    """Sends the messages of one turn.

    They go out together, so that the widget can draw a card in place of the text that says the same; what is ready
    after ``PATIENCE`` goes out in any case.

    Args:
        send: takes the messages to the browser.
        turn: id of the user's message; a message that answers none has no turn and goes out at once.
    """

    def __init__(self, send: Callable[[str, list[Sent]], Awaitable[None]], turn: str = "") -> None:
        self._send = send
        self._turn = turn
        self._waiting: list[Sent] = []
        self._count = 0
        self._timer: Optional[asyncio.TimerHandle] = None
        self.said: list[Sent] = []

    @classmethod
    def name(cls) -> str:
        """The name that ``backtalk.wire.CARD_CHANNELS`` knows."""
        return "web"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Takes one message of the bot."""
        said = numbered(parts(message), self._turn or f"t{id(message):x}", self._count)
        self._count += len(said)
        self._waiting += said
        self.said += said
        if not self._turn:
            await self.flush(recipient_id)
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PATIENCE, lambda: loop.create_task(self.flush(recipient_id)))

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        await self.send_response(recipient_id, {"text": text, **kwargs})

    async def flush(self, recipient_id: str) -> None:
        """Sends what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        if waiting:
            await self._send(recipient_id, waiting)
