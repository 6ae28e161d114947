"""When the bot is not sure: the likeliest meanings as sentences, or a plain "I did not get that"."""

from __future__ import annotations

from actions.base import BacktalkAction, adviser, follower, listener
from backtalk.clarify import clarify
from backtalk.conversation import Message, Reply, State
from backtalk.followup import OF_ITS_OWN


class ActionClarify(BacktalkAction):
    """Asks back."""

    action_name = "action_clarify"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        if changed:
            # "I'm on blood thinners, does that change anything": whatever was asked, this counts.
            return listener().told(message, changed, state)
        likely = message.asks[0].guesses and message.asks[0].guesses[0].confidence >= OF_ITS_OWN
        if state.focus.last and not likely and (message.values("area") or message.values("situation")):
            # "Low", "when I drive": the answer to where or when.
            return follower().refine(message, state)
        return follower().detail(message, state) or clarify(message, state, adviser())


class ActionGoOn(BacktalkAction):
    """A bare "yes": goes on with what is at hand, or asks what is wanted."""

    action_name = "action_go_on"

    def reply(self, message: Message, state: State, changed: list[str]) -> Reply:
        if state.focus.last:
            return follower().another(message, state)
        return Reply([adviser().phrases.say("ask_what")])
