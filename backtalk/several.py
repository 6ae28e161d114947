"""Several questions in one message, some of them about the thing at hand or outside what the bot answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from backtalk.advice import Adviser
from backtalk.conversation import Ask, Message, Reply, State
from backtalk.followup import Follower
from backtalk.understanding import DECLINES, FOLLOW_UPS

#: What the answer to a question about one thing says by itself.
_SAID_WITH_IT = frozenset({"how_long", "how_often", "ask_safety"})


class Answers:
    """Answers one question after the other, so that the second's "it" is what the first was answered with."""

    def __init__(self, adviser: Adviser, follower: Follower) -> None:
        self._adviser = adviser
        self._follower = follower

    def answer(self, message: Message, state: State) -> Optional[Reply]:
        """The reply to each; None if the message asks one thing, or only things of the guide, which are a list."""
        asks = message.asks[1:]
        if len(asks) < 2 or all(self._adviser.asks_for_advice(ask) for ask in asks):
            return None
        if "under_18" in self._adviser.conditions(state):
            return self._adviser.child(state)
        replies: list[Reply] = []
        advised = False
        for ask in asks:
            if ask.intent in DECLINES:
                replies.append(Reply([self._declined(ask.intent)]))
            elif self._adviser.asks_for_advice(ask):
                words = message.mended if len(asks) == 2 else ask.text
                replies.append(self._adviser.answer(replace(_part(message, ask), mended=words), state))
                advised = True
            elif ask.intent in FOLLOW_UPS and not (advised and ask.intent in _SAID_WITH_IT):
                replies.append(self._follower.answer(_part(message, ask), state))
        return _merged(replies) if replies else None

    def _declined(self, intent: str) -> str:
        """What is said, beside an answer, to what is declined."""
        phrases = self._adviser.phrases
        own = f"besides_{intent.removeprefix('ask_')}"
        return phrases.say(own if own in phrases else "besides_other")


def _part(message: Message, ask: Ask) -> Message:
    """One question of a message as a message: with what its words say, and what the whole says about people."""
    start = message.mended.find(ask.text)
    end = start + len(ask.text)
    facts = [
        fact
        for fact in message.facts
        if fact.kind in ("condition", "person") or start < 0 or start <= fact.start < end
    ]  # fmt: skip
    return Message(ask.text, ask.text, (ask,), tuple(facts))


def _merged(replies: list[Reply]) -> Reply:
    """All texts once, one card of all cards, the last question."""
    whole = Reply()
    for reply in replies:
        whole.texts += [text for text in reply.texts if text not in whole.texts]
        whole.question = reply.question or whole.question
        whole.card = _joined(whole.card, reply.card)
    return whole


def _joined(one: Optional[dict[str, Any]], other: Optional[dict[str, Any]]) -> Optional[dict[str, Any]]:
    if one is None or other is None or one["type"] != "answer" or other["type"] != "answer":
        return one or other
    lists = {
        name: list({entry["id"]: entry for entry in [*one[name], *other[name]]}.values())
        for name in ("remedies", "withheld")
    }
    return {**one, **lists}
