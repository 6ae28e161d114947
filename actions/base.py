"""What every action does: read the tracker, never fail, write the reply and the slots."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, Optional

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from backtalk.about_you import Listener
from backtalk.advice import Adviser
from backtalk.conversation import Focus, Message, Pending, Reply, State
from backtalk.followup import Follower
from backtalk.phrases import phrases
from backtalk.profile import Profile, remember
from backtalk.several import Answers
from backtalk.store import store
from backtalk.triage import Triage
from backtalk.wire import CARD_CHANNELS, PLAIN_CHANNELS, message_of, numbered

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def adviser() -> Adviser:
    """Made once; the store and the phrases are read then."""
    return Adviser(store(), phrases())


@lru_cache(maxsize=1)
def follower() -> Follower:
    """Made once."""
    return Follower(adviser())


@lru_cache(maxsize=1)
def listener() -> Listener:
    """Made once."""
    return Listener(adviser(), follower())


@lru_cache(maxsize=1)
def answers() -> Answers:
    """Made once."""
    return Answers(adviser(), follower())


class BacktalkAction(Action):
    """Reads the conversation, lets ``reply`` decide, and says it. An error becomes an apology, never silence."""

    action_name = ""

    def name(self) -> str:
        return self.action_name

    def message(self, tracker: Tracker) -> Message:
        """The message to answer: the latest."""
        return message_of(tracker.latest_message or {})

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        """What to say.

        Args:
            changed: what the message changed in the profile.
        """
        raise NotImplementedError

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        try:
            return self._run(dispatcher, tracker)
        except Exception as error:  # whatever breaks, the user gets an answer, and the log none of their words
            logger.error("%s failed: %s", self.action_name, type(error).__name__, exc_info=_without_values(error))
            dispatcher.messages.clear()
            dispatcher.utter_message(text=phrases().say("sorry"))
            return []

    def _run(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        raw_profile = tracker.get_slot("profile") or {}
        profile = Profile.from_dict(raw_profile)
        seen = raw_profile.get("seen", 0.0)
        changed: list[str] = []
        # Messages that no action answered (a greeting with a pregnancy in it) are taken in now.
        for event in tracker.events:
            if event.get("event") == "user" and event.get("timestamp", 0) > seen:
                earlier = message_of(event.get("parse_data") or {})
                changed = remember(profile, earlier.facts, earlier.intent, earlier.mended)
                seen = event["timestamp"]
        triage = Triage.from_dict(tracker.get_slot("triage"))
        state = State(
            profile=profile,
            focus=Focus.from_dict(tracker.get_slot("focus")),
            pending=Pending.from_dict(tracker.get_slot("pending")),
            held=triage.held,
            alerted=triage.alerting,
        )
        reply = self.reply(self.message(tracker), state, changed)
        self._say(dispatcher, reply, state, tracker.get_latest_input_channel() or "")
        pending = reply.question[1].to_dict() if reply.question else None
        events: list[EventType] = []
        for slot, value in (
            ("profile", {**profile.to_dict(), "seen": seen}),
            ("focus", state.focus.to_dict()),
            ("pending", pending),
        ):
            if value != tracker.get_slot(slot):
                events.append(SlotSet(slot, value))
        return events

    @staticmethod
    def _say(dispatcher: CollectingDispatcher, reply: Reply, state: State, channel: str) -> None:
        texts = list(reply.texts)
        if state.held and texts and reply.card and reply.card["type"] == "answer":
            reminder = adviser().reminder(state)
            if reminder not in texts:
                texts.append(reminder)
        for text in texts:
            dispatcher.utter_message(text=text)
        card: Optional[dict[str, Any]] = reply.card
        if reply.question:
            text, pending = reply.question
            if channel in PLAIN_CHANNELS:
                dispatcher.utter_message(text=numbered(text, pending.options))
            else:
                buttons = [{"title": option.title, "payload": option.title} for option in pending.options]
                dispatcher.utter_message(text=text, buttons=buttons)
            if card and card["type"] == "question":
                card["choices"] = [{"title": option.title, "payload": option.title} for option in pending.options]
        if card and channel in CARD_CHANNELS and not state.alerted:
            dispatcher.utter_message(json_message=card)


def _without_values(error: BaseException) -> Any:
    """The traceback without the exception's own text, which may quote what somebody wrote."""
    return (RuntimeError, RuntimeError(type(error).__name__), error.__traceback__)
