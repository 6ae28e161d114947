"""The edge to Rasa: a turn's messages are gathered, not sent, so that no failure of the network reaches into a turn."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Sanic

NAME = "telegram"
OnMessage = Callable[[UserMessage], Awaitable[Any]]


class TelegramOutput(OutputChannel):
    """Hands each message of the bot's, whole, to ``keep`` with the recipient's id."""

    def __init__(self, keep: Callable[[str, dict[str, Any]], None]) -> None:
        self._keep = keep

    @classmethod
    def name(cls) -> str:
        """As the conversation knows the channel."""
        return NAME

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Takes text, buttons and picture together: Telegram shows them as one message."""
        self._keep(recipient_id, dict(message))

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """For Rasa's own senders of bare text."""
        self._keep(recipient_id, {"text": text})


class Conversations:
    """Rasa's conversations, by chat.

    Args:
        app: Rasa's server; its agent is looked up at each use, as a new model brings a new one.
        on_message: takes a message to the agent.
    """

    def __init__(self, app: Sanic, on_message: OnMessage) -> None:
        self._app = app
        self._on_message = on_message

    async def turn(self, chat: int, text: str, message_id: str) -> list[dict[str, Any]]:
        """Runs a turn and returns the bot's messages."""
        said: list[dict[str, Any]] = []
        output = TelegramOutput(lambda _, message: said.append(message))
        await self._on_message(UserMessage(text, output, str(chat), input_channel=NAME, message_id=message_id))
        return said

    async def said(self, chat: int, message_id: str) -> Optional[list[dict[str, Any]]]:
        """What the bot said in an earlier turn; None if that turn was never completed, and so left no trace."""
        agent = getattr(self._app.ctx, "agent", None)
        tracker = await agent.tracker_store.retrieve(str(chat)) if agent and agent.tracker_store else None
        found: list[dict[str, Any]] = []
        for event in reversed(tracker.events if tracker else []):
            if isinstance(event, BotUttered):
                found.append(event.message())
            elif isinstance(event, UserUttered):
                if event.message_id == message_id:
                    return found[::-1]
                found = []
        return None

    async def forget(self, chat: int) -> None:
        """Deletes the chat's conversation.

        Raises:
            RuntimeError: the tracker store cannot delete.
        """
        agent = getattr(self._app.ctx, "agent", None)
        store = getattr(agent, "tracker_store", None)
        # Rasa wraps the store that endpoints.yml names into one that survives its failures.
        store = getattr(store, "_tracker_store", store)
        if agent is None or store is None or not hasattr(store, "delete"):
            raise RuntimeError("the tracker store cannot delete a conversation")
        async with agent.lock_store.lock(str(chat)):
            await store.delete(str(chat))
