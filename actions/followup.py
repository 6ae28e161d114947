"""What refers to the answer before: another, how long, why, says who, the second one, and for my neck."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BacktalkAction, answers, follower, listener
from backtalk.conversation import Message, Reply, State
from backtalk.understanding import DECLINES
from backtalk.wire import message_of


class ActionFollowUp(BacktalkAction):
    """Answers with the thing at hand in mind."""

    action_name = "action_follow_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        declined = _declined_before(tracker)
        if declined:
            # "But two at once?" after a question about tablets is about the tablets still.
            dispatcher.utter_message(response=f"utter_{declined.removeprefix('ask_')}")
            return []
        return await super().run(dispatcher, tracker, domain)

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        reply = answers().answer(message, state) or follower().answer(message, state)
        return listener().acknowledged(reply, changed, state)


def _declined_before(tracker: Tracker) -> str:
    """The intent of the message before the latest, if it was declined and the latest names nothing of the guide."""
    said = [event.get("parse_data") or {} for event in tracker.events if event.get("event") == "user"]
    if len(said) < 2 or follower().names(message_of(said[-1])):
        return ""
    intent = (said[-2].get("intent") or {}).get("name") or ""
    return intent if intent in DECLINES else ""
