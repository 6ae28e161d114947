"""Starting afresh, and forgetting everything."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from backtalk.phrases import phrases

#: What a conversation carries.
SLOTS = ("profile", "focus", "pending", "triage", "region")


class ActionForget(Action):
    """Empties what is remembered. The tracker store deletes the conversation once this turn is saved."""

    def name(self) -> str:
        return "action_forget"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        dispatcher.utter_message(text=phrases().say("forgotten"))
        return [SlotSet(slot, None) for slot in SLOTS]


class ActionStartOver(Action):
    """A new subject: the talk so far is dropped; who the person is, and an open red flag, are kept."""

    def name(self) -> str:
        return "action_start_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        if tracker.get_slot("focus"):
            dispatcher.utter_message(text=phrases().say("started_over"))
        else:
            # "/start" and the like, as the first words of a conversation.
            dispatcher.utter_message(response="utter_greet")
        return [SlotSet("focus", None), SlotSet("pending", None)]
