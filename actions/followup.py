"""What refers to the answer before: another, how long, why, says who, the second one, and for my neck."""

from __future__ import annotations

from actions.base import BacktalkAction, follower, listener
from backtalk.conversation import Message, Reply, State


class ActionFollowUp(BacktalkAction):
    """Answers with the thing at hand in mind."""

    action_name = "action_follow_up"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        reply = follower().answer(message, state)
        line = listener().acknowledge(changed, state) if changed else ""
        if line:
            reply.texts.insert(0, line)
        return reply
