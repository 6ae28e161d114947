"""Advice from the guide: to a question about one thing, to a complaint, to a wish for exercises or relief."""

from __future__ import annotations

from actions.base import BacktalkAction, adviser, answers, follower, listener
from backtalk.conversation import Message, Reply, State
from backtalk.triage import none_of_it


class ActionAdvise(BacktalkAction):
    """Answers from the store."""

    action_name = "action_advise"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        if state.pending and state.pending.about == "screen" and none_of_it(message)[0]:
            # "No falls. What exercise for it?": the checklist is answered, and the question comes next.
            state.focus.screened = "clear"
        several = answers().answer(message, state)
        reply = several or follower().elliptic(message, state) or adviser().answer(message, state)
        return listener().acknowledged(reply, changed, state)
