"""What people tell about themselves and about others, and what the bot has from them."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BacktalkAction, listener
from backtalk.conversation import Message, Reply, State
from backtalk.phrases import phrases
from backtalk.vocabulary import vocabulary


class ActionNoteProfile(BacktalkAction):
    """Takes in a statement about somebody, and says what it changes."""

    action_name = "action_note_profile"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        return listener().told(message, changed, state)


class ActionShowProfile(BacktalkAction):
    """Says what the bot has from the user."""

    action_name = "action_show_profile"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        return listener().show(state)


class ActionSetRegion(Action):
    """Remembers the country, for emergency numbers."""

    def name(self) -> str:
        return "action_set_region"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        found = [one["value"] for one in tracker.latest_message.get("entities", []) if one.get("entity") == "region"]
        if not found:
            dispatcher.utter_message(text=phrases().say("region_unknown"))
            return []
        label = vocabulary().regions[found[0]].label
        dispatcher.utter_message(text=phrases().say("region_set", region=label))
        return [SlotSet("region", found[0])]
