"""Advice from the guide: to a question about one thing, to a complaint, to a wish for exercises or relief."""

from __future__ import annotations

import re

from actions.base import BacktalkAction, adviser, follower, listener
from backtalk.conversation import Message, Reply, State

#: The checklist's answer in one's own words; a question is none.
_NONE = re.compile(r"(?:no|nope|none|nothing|nah|all (?:fine|good|ok|okay|clear|well))\b[^?]*$")


class ActionAdvise(BacktalkAction):
    """Answers from the store."""

    action_name = "action_advise"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        if state.pending and state.pending.about == "screen" and _NONE.match(message.mended):
            # "No numbness, legs are strong, can I exercise": the checklist is answered, whatever else was understood.
            return listener().acknowledged(listener().screen_cleared(state), changed, state)
        reply = follower().elliptic(message, state) or adviser().answer(message, state)
        return listener().acknowledged(reply, changed, state)
