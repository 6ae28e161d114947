"""The REST channel: Rasa's own, made safe for whatever a client sends."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint
from sanic.exceptions import SanicException
from sanic.request import Request

from backtalk.phrases import phrases

#: Characters that a sender id may have; the tracker store's column has 255.
LONGEST_SENDER = 200
#: Messages that may wait for their answer at once. The last of them waits some five seconds (`make load`); whoever
#: comes then is told to come back, and what to do in an emergency, rather than left to wait for longer and longer.
WAITING = 250


def _body(request: Request) -> dict[str, Any]:
    """The JSON object of a request; an empty one for anything else, which the bot answers as an empty message."""
    try:
        content = request.json
    except SanicException:
        return {}
    return content if isinstance(content, dict) else {}


class RestChannel(RestInput):
    """``POST /webhooks/rest/webhook`` with ``sender`` and ``message``.

    Rasa's own gives every message without a sender to one conversation named ``default``, which its writers would
    share, answers what is not JSON, or not text, with an error, and lets any number of messages wait.
    """

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Rasa's own, with a limit to the messages that wait."""
        waiting = 0

        async def unless_busy(message: UserMessage) -> None:
            nonlocal waiting
            if waiting >= WAITING:
                await message.output_channel.send_text_message(message.sender_id, phrases().say("busy"))
                return
            waiting += 1
            try:
                await on_new_message(message)
            finally:
                waiting -= 1

        return super().blueprint(unless_busy)

    async def _extract_sender(self, req: Request) -> Optional[str]:
        sender = _body(req).get("sender")
        if not isinstance(sender, (str, int)) or sender == "":
            # A conversation of its own, which nobody can go on with: better than somebody else's, and better than no
            # answer, since the message may be an emergency.
            return uuid.uuid4().hex
        text = str(sender)
        return text if len(text) <= LONGEST_SENDER else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

    def _extract_message(self, req: Request) -> Optional[str]:
        message = _body(req).get("message")
        return message if isinstance(message, str) else ""

    def _extract_input_channel(self, req: Request) -> str:
        # The name decides whether the message contract's cards are sent: it is not the client's to choose.
        return self.name()

    def get_metadata(self, request: Request) -> Optional[dict[str, Any]]:
        metadata = _body(request).get("metadata")
        return metadata if isinstance(metadata, dict) else None
