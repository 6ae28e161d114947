"""Advice from the guide: to a question about one thing, to a complaint, to a wish for exercises or relief."""

from __future__ import annotations

from actions.base import BacktalkAction, adviser, listener
from backtalk.conversation import Message, Reply, State


class ActionAdvise(BacktalkAction):
    """Answers from the store."""

    action_name = "action_advise"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        return listener().acknowledged(adviser().answer(message, state), changed, state)
