"""Follow-ups: another one, how long, why, says who, is it safe for me, the second one, and for my neck."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from backtalk.advice import Adviser
from backtalk.choosing import forbidden
from backtalk.clarify import which
from backtalk.conversation import SHOWN_LIMIT, Message, Option, Reply, State, chosen, ordinal
from backtalk.naming import Namer
from backtalk.rendering import HOW_LONG, HOW_OFTEN, joined
from backtalk.store import Entry, Role

#: Conditions that are named when somebody asks who should leave a thing out; the rest would be a list nobody reads.
NAMED = 8


class Follower:
    """Answers what refers to something the bot just said."""

    def __init__(self, adviser: Adviser) -> None:
        self._adviser = adviser
        self._store = adviser.store
        self._say = adviser.phrases.say
        self._namer = Namer(adviser.store)

    def answer(self, message: Message, state: State) -> Reply:
        """The reply, by the message's intent."""
        if "under_18" in self._adviser.conditions(state):
            return self._adviser.child(state)
        handlers = {
            "another": self.another,
            "how_long": self.how_long,
            "how_often": self.how_often,
            "how_to": self.how_to,
            "why_this": self.why_this,
            "ask_evidence": self.why_this,
            "ask_source": self.source,
            "ask_safety": self.safety,
            "choose_option": self.choose,
            "repeat": self.repeat,
            "refine": self.refine,
            "compare": self.compare,
            "ask_when_effect": self.when_effect,
        }
        return handlers[message.intent](message, state)

    def _entry(self, message: Message, state: State) -> Optional[Entry]:
        """What "it" means: the one the message names, one of the last list, or the latest."""
        guesses = message.asks[0].guesses
        of_last = [g for g in guesses if g.entry in state.focus.last and g.confidence > 0.05]
        options = state.focus.last if len(state.focus.last) > 1 else state.focus.listed
        place = ordinal(message.mended) if options else None
        if place and 0 < place <= len(options):
            return self._store.get(options[place - 1])
        named = self._namer.named(message, state.focus.topic)
        if named and named.id not in state.focus.last:
            # "Back to the ice: how often?" names what was left a while ago.
            return named
        if of_last:
            return self._store[of_last[0].entry]
        return self._store.get(state.focus.entry)

    def names(self, message: Message) -> bool:
        """The message calls a thing of the guide by name, a place or a situation."""
        return bool(self._namer.named(message) or any(message.values(kind) for kind in ("area", "situation", "kind")))

    def _latest(self, state: State, conditions: frozenset[str]) -> list[Entry]:
        """What of the latest answer may be recommended still."""
        return [
            one
            for one in map(self._store.get, state.focus.last)
            if one is not None and one.advice and not self._adviser.ruled_out(one, state, conditions)
        ]

    def _nothing_yet(self) -> Reply:
        return Reply([self._say("no_entry_yet")])

    def another(self, message: Message, state: State) -> Reply:
        """Something else for the same request."""
        focus = state.focus
        if not focus.last and not focus.request.to_dict():
            return self._nothing_yet()
        areas, situations = message.values("area"), message.values("situation")
        if areas or situations:
            focus.request = replace(
                focus.request, areas=areas or focus.request.areas, situations=situations or focus.request.situations
            )
        return self._adviser.offer(state)

    def _doses(self, message: Message, state: State, units: tuple[str, ...], name: str) -> Reply:
        entry = self._entry(message, state)
        if entry is None:
            return self._nothing_yet()
        place = ordinal(message.mended)
        mentioned = message.mentioned
        conditions = self._adviser.conditions(state, mentioned)
        several = self._latest(state, conditions)
        if len(state.focus.last) > 1 and several and not place and entry.id == state.focus.last[0]:
            lines = [self._dose(one, units, name) for one in several]
            known = [line for one, line in zip(several, lines) if self._adviser.renderer.dose(one.dose, units)]
            return Reply(["\n".join(known or lines[:1])], self._adviser.card(state.focus.topic, several, ()))
        if entry.role is Role.NO or self._adviser.ruled_out(entry, state, conditions):
            # No dose for what is not recommended, or what was told since then forbids.
            return self._adviser.one(entry, state, "", mentioned)
        state.focus.entry = entry.id
        text = self._dose(entry, units, name)
        if entry.advice and entry.stop_if:
            text += "\n" + self._say("stop_line", stop=entry.stop_if)
        return Reply([text], self._adviser.card(entry.topic, [entry], ()))

    def _dose(self, entry: Entry, units: tuple[str, ...], name: str) -> str:
        dose = self._adviser.renderer.dose(entry.dose, units)
        if not dose and entry.dose is not None and entry.advice:
            # What was asked for is not given; what is given may still help.
            known = self._say("dose_line", dose=self._adviser.renderer.dose(entry.dose))
            return f"{self._say(f'{name}_none', title=entry.title)} {known}"
        if dose:
            text = self._say(name, title=entry.title, dose=dose)
            return f"{text} {entry.dose_note}" if entry.dose_note else text
        return self._say(f"{name}_none", title=entry.title)

    def how_long(self, message: Message, state: State) -> Reply:
        """The time, of the thing at hand; of each, if a list is at hand and none is named."""
        return self._doses(message, state, HOW_LONG, "how_long")

    def how_often(self, message: Message, state: State) -> Reply:
        """The number of times, likewise."""
        return self._doses(message, state, HOW_OFTEN, "how_often")

    def how_to(self, message: Message, state: State) -> Reply:
        """The thing at hand in full."""
        entry = self._entry(message, state)
        return self._adviser.one(entry, state) if entry else self._nothing_yet()

    repeat = how_to

    def why_this(self, message: Message, state: State) -> Reply:
        """Why it was named, and how good the evidence is."""
        entry = self._entry(message, state)
        if entry is None:
            return self._nothing_yet()
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
        entry = self._entry(message, state)
        if entry is None:
            return self._nothing_yet()
        return Reply([self._source(entry)], self._adviser.card_of(entry, state, message.mentioned))

    def safety(self, message: Message, state: State) -> Reply:
        """Whether it fits this person, and who should leave it out."""
        entry = self._entry(message, state)
        if entry is None:
            return self._nothing_yet()
        adviser = self._adviser
        mentioned = message.mentioned
        conditions = adviser.conditions(state, mentioned)
        why = forbidden(entry, conditions)
        if why:
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

    def choose(self, message: Message, state: State) -> Reply:
        """One of the last list, or of the meanings offered."""
        if state.pending and state.pending.about == "meaning":
            option = chosen(message.mended, state.pending.options)
            if option and option.value in self._store:
                return self._adviser.one(self._store[option.value], state)
        last = state.focus.last
        place = ordinal(message.mended)
        if place is not None and len(last) < 2 and state.focus.listed:
            # "No, the first": of the list before.
            last = state.focus.listed
        if place is not None and last:
            if place == 0:
                current = last.index(state.focus.entry) if state.focus.entry in last else 0
                place = (current + 1) % len(last) + 1
            if place == -1:
                place = len(last)
            if 0 < place <= len(last) and last[place - 1] in self._store:
                return self._adviser.one(self._store[last[place - 1]], state)
        guesses = [g for g in message.asks[0].guesses if g.entry in last]
        if guesses:
            return self._adviser.one(self._store[guesses[0].entry], state)
        if last:
            options = [Option(self._store[name].title, name) for name in last if name in self._store]
            return which(self._say("which_one"), options)
        return self._nothing_yet()

    def refine(self, message: Message, state: State) -> Reply:
        """The same question with one detail changed."""
        focus = state.focus
        situations, areas = message.values("situation"), message.values("area")
        mentioned = message.mentioned
        kinds = message.values("kind")
        before = focus.request
        named = self._namer.named(message, focus.topic)
        if named:
            # "What about a foot bath in the evening?" names another thing, not another detail of this one.
            return self._adviser.one(named, state, message.mended, mentioned)
        entry = self._store.get(focus.entry)
        if not (situations or areas or kinds) and entry is not None and len(focus.last) <= 1:
            return self._adviser.one(entry, state, message.mended, mentioned)
        # Another place or situation takes the old one's place, and asks for things anew, not for what suits the old.
        request = replace(
            before,
            situations=situations or (before.situations if not areas else ()),
            areas=areas or (before.areas if not situations else ()),
            kinds=kinds[:1] or before.kinds,
            mentioned=mentioned or before.mentioned,
            topic=None if situations or areas or kinds else before.topic,
        )
        focus.request = request
        keep, focus.history.shown = focus.history.shown, []
        latest = list(focus.last)
        reply = self._adviser.offer(state)
        if latest and focus.last == latest:
            # The detail changed nothing: rather something new than the same once more.
            focus.history.shown = [*keep]
            reply = self._adviser.offer(state)
        focus.history.shown = [*keep, *focus.history.shown][-SHOWN_LIMIT:]
        return reply

    def compare(self, message: Message, state: State) -> Reply:
        """The best of the last list, by evidence."""
        entries = self._latest(state, self._adviser.conditions(state, message.mentioned))
        if not entries or len(state.focus.last) < 2:
            return self.why_this(message, state)
        best = min(entries, key=lambda entry: entry.evidence.grade.rank)
        state.focus.entry = best.id
        evidence = self._adviser.renderer.evidence(best)
        text = self._say("best_of", title=best.title, evidence=evidence, why=best.evidence.why)
        return Reply([text], self._adviser.card(best.topic, [best], ()))

    def when_effect(self, message: Message, state: State) -> Reply:
        """The guide says for nothing when it works; that is said, and what to do if it does not."""
        return Reply([self._say("when_effect")])
