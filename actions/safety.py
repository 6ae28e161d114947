"""The minimum screen's answers that are no red flag, and going on after a doubt was cleared."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.base import BacktalkAction, adviser, follower, listener
from backtalk.clarify import clarify
from backtalk.conversation import Ask, Message, Reply, State, chosen
from backtalk.wire import message_of


class ActionScreen(BacktalkAction):
    """Goes on after "none of these", asks which after "one of these", and remembers a condition."""

    action_name = "action_screen"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        pending = state.pending
        option = chosen(message.mended, pending.options) if pending else None
        if option and option.value.startswith("condition:"):
            return listener().screened(option, state)
        if option and pending and pending.about == "screen":
            return listener().screen(
                Message(message.text, message.mended, (Ask(option.value, 1.0),), message.facts), state
            )
        return listener().screen(message, state)


class ActionResume(BacktalkAction):
    """Answers the message before the latest one: a question of the bot's had come between."""

    action_name = "action_resume"

    def message(self, tracker: Tracker) -> Message:
        said: list[dict[str, Any]] = [event for event in tracker.events if event.get("event") == "user"]
        return message_of(said[-2].get("parse_data") or {}) if len(said) > 1 else super().message(tracker)

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        if message.intent.startswith("ask_") or message.intent == "describe_pain":
            try:
                return adviser().answer(message, state)
            except (KeyError, IndexError):
                return clarify(message, state, adviser())
        try:
            return follower().answer(message, state)
        except KeyError:
            return clarify(message, state, adviser())
