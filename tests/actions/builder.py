"""Trackers made by hand, and actions run on them: what every action test starts from."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from typing import Any, Iterable, Optional

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from backtalk.conversation import Message, Reply, State
from backtalk.facts import Fact
from backtalk.wire import READING, entity, reading
from tests.messages import message

#: Words that stand for a user's own: they must never turn up in a log.
SECRET = "my-secret-words"


@dataclass
class Told:
    """What an action did.

    Attributes:
        texts: in order. responses: names of the domain's responses. buttons: titles.
        card: the one custom message. slots: those that were set.
    """

    texts: list[str] = field(default_factory=list)
    responses: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    card: Optional[dict[str, Any]] = None
    slots: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that is said."""
        return "\n".join(self.texts)

    @property
    def remedies(self) -> list[str]:
        """Ids on the card."""
        return [one["id"] for one in (self.card or {}).get("remedies", [])]

    @property
    def withheld(self) -> list[str]:
        """Ids on the card."""
        return [one["id"] for one in (self.card or {}).get("withheld", [])]


def parse_data(said: Message) -> dict[str, Any]:
    """A message as Rasa's parse data."""
    return {
        "text": said.text,
        "intent": {"name": said.intent, "confidence": said.asks[0].confidence},
        "entities": [entity(fact) for fact in said.facts],
        READING: reading(said),
    }


class Talk:
    """A conversation with one user: messages in, actions run, slots kept.

    Args:
        channel: as Rasa names it.
    """

    def __init__(self, channel: str = "rest", **slots: Any) -> None:
        self.channel = channel
        self.slots: dict[str, Any] = {"profile": None, "focus": None, "pending": None, "triage": None, "region": None}
        self.slots.update(slots)
        self.events: list[dict[str, Any]] = [{"event": "action", "name": "action_session_start", "timestamp": 1.0}]

    def say(self, intent: str, *entries: Any, text: str = "", facts: Iterable[Fact] = ()) -> "Talk":
        """The user writes something."""
        said = message(intent, *entries, text=text or SECRET, facts=facts)
        self.events.append(
            {
                "event": "user",
                "timestamp": 1.0 + len(self.events),
                "text": said.text,
                "parse_data": parse_data(said),
                "input_channel": self.channel,
            }
        )
        return self

    def tracker(self) -> Tracker:
        """As the action server gets it."""
        users = [event for event in self.events if event["event"] == "user"]
        latest = copy.deepcopy(users[-1]["parse_data"]) if users else {}
        return Tracker(
            sender_id="test",
            slots=copy.deepcopy(self.slots),
            latest_message=latest,
            events=copy.deepcopy(self.events),
            paused=False,
            followup_action=None,
            active_loop={},
            latest_action_name=None,
        )

    def run(self, action: Action) -> Told:
        """The bot acts; its slots are kept for the next turn."""
        dispatcher = CollectingDispatcher()
        events = asyncio.run(action.run(dispatcher, self.tracker(), {}))  # type: ignore[arg-type]
        told = Told()
        for one in dispatcher.messages:
            if one.get("text"):
                told.texts.append(one["text"])
            if one.get("response"):
                told.responses.append(one["response"])
            told.buttons += [button["title"] for button in one.get("buttons") or []]
            if one.get("custom"):
                assert told.card is None, "one card a turn"
                told.card = one["custom"]
        for event in events or []:
            assert event["event"] == "slot"
            told.slots[event["name"]] = event["value"]
        self.slots.update(told.slots)
        self.events.append({"event": "action", "name": action.name(), "timestamp": 1.0 + len(self.events)})
        return told


class Breaks(Exception):
    """An error whose text quotes the user."""


def breaking(self: Any, message: Message, state: State, changed: list[str]) -> Reply:
    """A reply that fails."""
    raise Breaks(f"could not read {SECRET}: {message.text}")
