"""Trackers of the Rasa server, made by hand."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from backtalk.conversation import Message
from components.red_flags import RED_FLAGS
from tests.actions.builder import parse_data


def user(message: Message, *flags: str, doubtful: tuple[str, ...] = (), channel: str = "rest") -> UserUttered:
    """What Rasa keeps of a message."""
    raw: dict[str, Any] = parse_data(message)
    if flags or doubtful:
        raw[RED_FLAGS] = {"flags": list(flags), "doubtful": list(doubtful)}
    return UserUttered(
        raw["text"], raw["intent"], raw["entities"], parse_data=raw, input_channel=channel  # type: ignore[arg-type]
    )  # fmt: skip


def tracker(domain: Domain, *events: Event, **slots: Any) -> DialogueStateTracker:
    """A conversation of these events, after the slots were set."""
    found = DialogueStateTracker("test", domain.slots)
    for name, value in slots.items():
        found.update(SlotSet(name, value))
    for event in events:
        found.update(event)
    return found
