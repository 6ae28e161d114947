"""Asking back: which of the likeliest meanings is it?"""

from __future__ import annotations

from backtalk.advice import Adviser
from backtalk.conversation import Message, Option, Pending, Reply, State

#: Meanings offered at once, and the share of the guess that a meaning needs to be worth offering.
MEANINGS, WORTH_OFFERING = 3, 0.06


def which(text: str, options: list[Option]) -> Reply:
    """Asks which of the options is meant."""
    return Reply([], {"type": "question", "about": "meaning", "choices": []}, (text, Pending("meaning", options)))


def clarify(message: Message, state: State, adviser: Adviser) -> Reply:
    """The likeliest meanings as sentences on buttons; without a good guess, what the bot knows about."""
    say = adviser.phrases.say
    if "under_18" in adviser.conditions(state):
        return adviser.child(state)
    options: list[Option] = []
    for guess in message.asks[0].guesses[:MEANINGS]:
        if guess.confidence >= WORTH_OFFERING and guess.entry in adviser.store:
            options.append(Option(adviser.store[guess.entry].title, guess.entry))
    state.focus.turn += 1
    if not options:
        return Reply([say("not_understood", state.focus.turn)])
    options.append(Option(say("none_of_these_meanings"), "none"))
    return which(say("which_meaning", state.focus.turn), options)
