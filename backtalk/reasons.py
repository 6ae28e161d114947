"""Why the bot said what it said: the reason, the evidence, the place in the guide, and what stands against it."""

from __future__ import annotations

import re
from typing import Optional

from backtalk.advice import Adviser
from backtalk.choosing import forbidden
from backtalk.conversation import Message, Reply, State
from backtalk.reference import MEANT, Reference
from backtalk.rendering import joined
from backtalk.store import Entry, Role

_WHY_NOT = re.compile(r"\bwhy (?:not|can ?not|can i not|should i not|am i not)\b")


class Reasons:
    """Answers "why", "why not", "says who" and "I do not believe it".

    Args:
        adviser: speaks from the store. reference: knows what "it" is.
    """

    def __init__(self, adviser: Adviser, reference: Reference) -> None:
        self._adviser = adviser
        self._reference = reference
        self._store = adviser.store
        self._say = adviser.phrases.say

    def why(self, message: Message, state: State) -> Reply:
        """Why it was named, and how good the evidence is."""
        left_out = self._left_out(message, state) if _WHY_NOT.search(message.mended) else None
        if left_out:
            return self._adviser.one(left_out, state, "", message.mentioned)
        entry = self._reference.entry(message, state.focus)
        if entry is None:
            return Reply([self._say("no_entry_yet")])
        adviser, words = self._adviser, self._store.vocabulary
        text = self._say("why_this", title=entry.title, why=entry.evidence.why)
        request = state.focus.request
        fits = [words.situations[name].label for name in request.situations if name in entry.situations]
        reasons = [self._say("why_chosen_situation", situation=joined(fits))] if fits else []
        places = [words.areas[name].label for name in request.areas if name in entry.areas]
        reasons += [self._say("why_chosen_area", area=joined(places))] if places else []
        if entry.advice and reasons:
            text += " " + self._say("why_chosen", reason=joined(reasons))
        text += "\n" + adviser.renderer.evidence(entry, full=True) + " " + self._source(entry)
        mentioned = message.mentioned
        why_not = forbidden(entry, adviser.conditions(state, mentioned))
        if why_not:
            text += "\n" + self._say("unsafe_for_you", title=entry.title, why=adviser.because(why_not, state))
        return Reply([text], adviser.card_of(entry, state, mentioned))

    def _source(self, entry: Entry) -> str:
        sources = [self._store.sources[name] for name in entry.evidence.sources]
        named = [f"{source.by}{f', {source.year}' if source.year else ''}" for source in sources]
        return self._say(
            "source_of",
            title=entry.title,
            section=entry.guide.section,
            lines=self._adviser.renderer.lines(entry.guide),
            sources="; ".join(named),
        )

    def source(self, message: Message, state: State) -> Reply:
        """Where it stands in the guide, and what our judgement rests on."""
        entry = self._reference.entry(message, state.focus)
        if entry is None:
            return Reply([self._say("no_entry_yet")])
        return Reply([self._source(entry)], self._adviser.card_of(entry, state, message.mentioned))

    def _left_out(self, message: Message, state: State) -> Optional[Entry]:
        """What of the likeliest things the person's conditions forbid: "why not on my back?"."""
        conditions = self._adviser.conditions(state, message.mentioned)
        likely = (self._store.get(guess.entry) for guess in message.asks[0].guesses if guess.confidence >= MEANT)
        return next((entry for entry in likely if entry and forbidden(entry, conditions)), None)

    def disagree(self, message: Message, state: State) -> Reply:
        """An objection: what stands behind the answer is said, kindly, and the answer stays."""
        entry = self._store.get(state.focus.entry)
        if entry is None:
            return Reply([self._say("disagree_nothing")])
        adviser = self._adviser
        conditions = adviser.conditions(state, message.mentioned)
        why = forbidden(entry, conditions)
        worse = [name for name in entry.avoid_if if name in conditions] if entry.role is Role.NO else []
        if why:
            text = self._say("disagree_unsafe", title=entry.title, why=adviser.because(why, state))
        else:
            name = "disagree_no" if entry.role is Role.NO else "disagree"
            text = self._say(name, title=entry.title, why=entry.evidence.why)
            text += " " + adviser.renderer.evidence(entry, full=True)
        if worse:
            text += " " + self._say("no_for_you", why=adviser.because(worse, state))
        return Reply([text], adviser.card_of(entry, state, message.mentioned))
