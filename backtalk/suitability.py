"""Does it suit this person: "is that safe for me", "are these still ok"."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from backtalk.advice import Adviser
from backtalk.choosing import forbidden
from backtalk.conversation import Message, Reply, State
from backtalk.rendering import joined
from backtalk.store import Entry

#: Conditions that are named when somebody asks who should leave a thing out; the rest would be a list nobody reads.
NAMED = 8


class Suitability:
    """Answers whether things suit a person."""

    def __init__(self, adviser: Adviser) -> None:
        self._adviser = adviser
        self._store = adviser.store
        self._say = adviser.phrases.say

    def of_one(self, entry: Entry, message: Message, state: State) -> Reply:
        """Whether it fits this person, and who should leave it out."""
        adviser = self._adviser
        mentioned = message.mentioned
        conditions = adviser.conditions(state, mentioned)
        if forbidden(entry, conditions) or not entry.advice:
            # What we warn against, or explain, is never said to be fine: its own words say for whom it is worst.
            return adviser.one(entry, state, "", mentioned)
        labels = self._store.vocabulary.conditions
        named = [labels[name].label for name in entry.avoid_if[:NAMED]]
        texts = [self._say("safe_for_you", title=entry.title)]
        if not conditions:
            texts = [] if named else [self._say("no_leave_out")]
        texts += adviser.cares(entry, state, conditions)[:2]
        if named:
            texts.append(self._say("leave_out_list", conditions=joined(named, "or")))
        if entry.advice and entry.stop_if:
            texts.append(self._say("stop_line", stop=entry.stop_if))
        if not conditions:
            texts.append(self._say("what_about_you"))
        return Reply(["\n".join(texts)], adviser.card_of(entry, state, mentioned))

    def of_several(self, entries: Sequence[Entry], message: Message, state: State) -> Reply:
        """Which of a list fit this person still, and which do not."""
        adviser = self._adviser
        conditions = adviser.conditions(state, message.mentioned)
        bad = [(entry, adviser.ruled_out(entry, state, conditions)) for entry in entries if entry.advice]
        fit = [entry for entry, why in bad if not why]
        out = [(entry, why) for entry, why in bad if why and why != ("held",)]
        texts = [self._say("still_fit", what=joined([f'"{entry.title}"' for entry in fit]))] if fit else []
        texts += [care for entry in fit for care in adviser.cares(entry, state, conditions)][:2]
        texts += adviser.left_out(out, state, "leave_out")
        if state.held:
            return adviser.held(state)
        if not conditions:
            texts.append(self._say("what_about_you"))
        if not fit and out:
            # "Is there anything I may do?"
            state.focus.request = replace(state.focus.request, topic=None, kinds=())
            reply = adviser.offer(state)
            reply.texts[:0] = ["\n".join(texts)]
            return reply
        reasons = [(entry, adviser.because(why, state)) for entry, why in out]
        return Reply(["\n".join(texts)], adviser.card(state.focus.topic, fit, reasons))
