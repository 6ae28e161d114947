"""How it went: it helped, it did not, it hurts, it got worse, not for me."""

from __future__ import annotations

from actions.base import BacktalkAction, listener
from backtalk.conversation import Message, Reply, State


class ActionFeedback(BacktalkAction):
    """Takes feedback in; it changes what is offered next."""

    action_name = "action_feedback"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        return listener().acknowledged(listener().feedback(message, state), changed, state)
