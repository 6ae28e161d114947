"""Follow-ups: another one, how long, why, says who, is it safe for me, the second one, and for my neck."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Optional, Sequence

from backtalk.advice import AMOUNTS, Adviser
from backtalk.choosing import KINDS, Request, forbidden
from backtalk.clarify import which
from backtalk.conversation import SHOWN_LIMIT, Ask, Message, Option, Reply, State, chosen, ordinal
from backtalk.naming import Namer
from backtalk.obstacles import in_the_way
from backtalk.reasons import Reasons
from backtalk.reference import CLEARLY, Reference
from backtalk.rendering import HOW_LONG, HOW_OFTEN, joined
from backtalk.store import Entry, Role
from backtalk.suitability import Suitability

#: Things that a recap names: the latest; a longer list is one nobody reads.
RECALLED = 6
#: A guess this likely is a question of its own, however few its words.
OF_ITS_OWN = 0.45
#: Words up to which a question that names nothing for sure is taken for one about the thing at hand.
ELLIPSIS = 5
#: Questions about the thing at hand that "and the second one?" asks again.
_ASKED = frozenset("how_long how_often why_this ask_evidence ask_source ask_safety".split())
#: Words that ask for more than the number or the reason that was asked for before.
_SHOW = re.compile(r"\b(?:explain|show|describe|tell me|steps|how do|how to|how does|do that|try|go with|take)\b")
_EASIER = re.compile(r"\b(?:easier|gentler|lighter|simpler|softer|less hard|not so hard)\b")
_WITH_IT = re.compile(r"\b(?:with|on|using) (?:it|that|this|them)\b|\b(?:it|that) on\b")
_MUCH = re.compile(r"\bhow much\b")
_ANYTHING = re.compile(r"\b(?:is there|isn't there|have you|got) anything\b|\bwhat (?:am i|can i|may i)\b")
_NEXT = re.compile(r"\bnext\b|\bafter (?:that|this|it)\b")
#: A question about all that was named, not about one of it.
_ALL = re.compile(r"\b(?:all|any|these|those|them|both|everything|ones)\b")


class Follower:
    """Answers what refers to something the bot just said."""

    def __init__(self, adviser: Adviser) -> None:
        self._adviser = adviser
        self._store = adviser.store
        self._say = adviser.phrases.say
        self._namer = Namer(adviser.store)
        self._suitability = Suitability(adviser)
        self.reference = Reference(adviser.store, self._namer)
        self._reasons = Reasons(adviser, self.reference)
        self.why_this, self.disagree = self._reasons.why, self._reasons.disagree

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
            "ask_source": self._reasons.source,
            "ask_safety": self.safety,
            "choose_option": self.choose,
            "repeat": self.repeat,
            "refine": self.refine,
            "compare": self.compare,
            "ask_when_effect": self.when_effect,
            "ask_recap": self.recap,
            "disagree": self.disagree,
        }
        reply = handlers[message.intent](message, state)
        if message.intent in _ASKED:
            state.focus.asked = message.intent
        return reply

    def _entry(self, message: Message, state: State) -> Optional[Entry]:
        return self.reference.entry(message, state.focus)

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
        others = [name for name in focus.listed if name not in focus.last and name in self._store]
        if ordinal(message.mended) == 0 and len(focus.last) == 1 and others:
            # "Then the other one", of the list before.
            return self._adviser.one(self._store[others[0]], state)
        easier = self._easier(message, state)
        if easier:
            return easier
        following = self.reference.next(focus) if _NEXT.search(message.mended) else None
        if following and self._adviser.ruled_out(following, state, self._adviser.conditions(state)):
            following = None
        if following:
            return self._adviser.one(following, state)
        obstacles = [name for name in in_the_way(message.mended) if name not in focus.history.obstacles]
        focus.history.obstacles += obstacles
        areas, situations = message.values("area"), () if obstacles else message.values("situation")
        if areas or situations:
            focus.request = replace(
                focus.request, areas=areas or focus.request.areas, situations=situations or focus.request.situations
            )
        return self._adviser.offer(state)

    def _easier(self, message: Message, state: State) -> Optional[Reply]:
        """The easier way of the thing at hand, where an easier one is asked for and there is one."""
        entry = self._store.get(state.focus.entry)
        easier = self._store.get(entry.easier) if entry and _EASIER.search(message.mended) else None
        return self._adviser.one(easier, state) if easier else None

    def _doses(self, message: Message, state: State, units: tuple[str, ...], name: str) -> Reply:
        entry = self._entry(message, state)
        if entry is None:
            return self._nothing_yet()
        place = ordinal(message.mended)
        mentioned = message.mentioned
        conditions = self._adviser.conditions(state, mentioned)
        several = self._latest(state, conditions)
        if len(state.focus.last) > 1 and several and not place and entry.id == state.focus.last[0]:
            lines = [self._dose(one, units, name, message) for one in several]
            known = [line for one, line in zip(several, lines) if self._adviser.renderer.dose(one.dose, units)]
            none = [f'"{one.title}"' for one in several if not self._adviser.renderer.dose(one.dose, units)]
            if known and none:
                known.append(self._say("no_number_for", what=joined(none, "or")))
            return Reply(["\n".join(known or lines[:1])], self._adviser.card(state.focus.topic, several, ()))
        untold = not entry.advice and entry.dose is None
        if untold or entry.role is Role.NO or self._adviser.ruled_out(entry, state, conditions):
            # No dose for what is not recommended, or what was told since then forbids.
            return self._adviser.one(entry, state, "", mentioned)
        state.focus.entry = entry.id
        text = self._dose(entry, units, name, message)
        if entry.advice and entry.stop_if:
            text += "\n" + self._say("stop_line", stop=entry.stop_if)
        return Reply([text], self._adviser.card(entry.topic, [entry], ()))

    def _dose(self, entry: Entry, units: tuple[str, ...], name: str, message: Message) -> str:
        dose = self._adviser.renderer.dose(entry.dose, units)
        if not dose and entry.dose is not None and _MUCH.search(message.mended):
            # "How much was it?", of water: neither a time nor a number of times.
            dose = self._adviser.renderer.dose(entry.dose)
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
        """The thing at hand in full; for another place, the one of its topic that is for it; or a detail of it."""
        areas = set(message.values("area"))
        asks_detail = not areas and self._namer.telling(message) and not _SHOW.search(message.mended)
        asks_detail = asks_detail and all(guess.confidence < CLEARLY for guess in message.asks[0].guesses)
        told = self.elliptic(message, state) if asks_detail else None
        if told:
            return told
        entry = self._entry(message, state)
        if entry and asks_detail and state.focus.last == [entry.id]:
            # "Which leg first?": its steps were said just now.
            return self.detail(message, state) or self._no_detail(entry, state)
        if entry and entry.role is Role.CAUTION:
            # "How do you do it, then", of what the caution goes with.
            entry = self._store.get(entry.attaches_to[0]) if entry.attaches_to else entry
        if entry and areas and entry.areas and not areas & set(entry.areas):
            fits = (one for one in self._store if one.topic == entry.topic and one.advice and areas & set(one.areas))
            entry = next(fits, entry)
        return self._adviser.one(entry, state) if entry else self._nothing_yet()

    def _no_detail(self, entry: Entry, state: State) -> Reply:
        if not entry.advice or self._adviser.ruled_out(entry, state, self._adviser.conditions(state)):
            return self._adviser.one(entry, state)
        text = self._say("detail_none", state.focus.turn, title=entry.title)
        if entry.stop_if:
            text += "\n" + self._say("stop_line", stop=entry.stop_if)
        return Reply([text], self._adviser.card(entry.topic, [entry], ()))

    def repeat(self, message: Message, state: State) -> Reply:
        """The thing at hand once more."""
        entry = self._entry(message, state)
        return self._adviser.one(entry, state) if entry else self._nothing_yet()

    def safety(self, message: Message, state: State) -> Reply:
        """Whether it fits this person, and who should leave it out."""
        entry = self._entry(message, state)
        if entry is None:
            return self._nothing_yet()
        several = [one for one in map(self._store.get, state.focus.last) if one is not None and one.advice]
        conditions = self._adviser.conditions(state, message.mentioned)
        unfit = not entry.advice or self._adviser.ruled_out(entry, state, conditions)
        if unfit and _ANYTHING.search(message.mended):
            # "Is there anything that I am allowed?", after several were not.
            state.focus.request = Request(areas=state.focus.request.areas, mentioned=message.mentioned)
            return self._adviser.offer(state)
        if len(several) > 1 and entry == several[0] and (_ALL.search(message.mended) or not ordinal(message.mended)):
            return self._suitability.of_several(several, message, state)
        return self._suitability.of_one(entry, message, state)

    def recap(self, message: Message, state: State) -> Reply:
        """What was named in this talk that fits this person still, and what to leave out."""
        adviser, focus = self._adviser, state.focus
        shown = [self._store[name] for name in focus.history.shown if name in self._store]
        conditions = adviser.conditions(state, message.mentioned)
        if state.held:
            return adviser.held(state)
        fit, out = [], []
        for entry in reversed(shown):
            why = forbidden(entry, conditions)
            if why:
                out.append((entry, why))
            elif entry.advice and entry.id not in focus.history.not_helped:
                fit.append(entry)
        if not fit and not out:
            return self._nothing_yet()
        fit, out = list(reversed(fit[:RECALLED])), out[:RECALLED]
        texts = []
        if fit:
            lines = [adviser.renderer.brief(entry, place) for place, entry in enumerate(fit, 1)]
            texts.append("\n".join([self._say("recap"), *lines]))
        texts += adviser.left_out(out, state, "leave_out")
        reasons = [(entry, adviser.because(why, state)) for entry, why in out]
        if len(fit) > 1:
            focus.show([entry.id for entry in fit], focus.topic)
        return Reply(texts, adviser.card(focus.topic, fit, reasons))

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
        numbered = self.reference.numbered(place, state.focus.topic) if len(last) < 2 else None
        if numbered:
            return self._chosen(numbered, message, state)
        if place is not None and place > max(len(last), 1) and len(last) < 2:
            # "The second option", where only one was named.
            return self.another(message, state)
        if place is not None and last:
            if place == 0:
                current = last.index(state.focus.entry) if state.focus.entry in last else 0
                place = (current + 1) % len(last) + 1
            if place == -1:
                place = len(last)
            if 0 < place <= len(last) and last[place - 1] in self._store:
                return self._chosen(self._store[last[place - 1]], message, state)
        earlier = self._namer.earlier(message, state.focus.history.shown)
        if earlier:
            return self._chosen(earlier, message, state)
        guesses = [g for g in message.asks[0].guesses if g.entry in last]
        if guesses:
            return self._chosen(self._store[guesses[0].entry], message, state)
        if len(last) == 1 and last[0] in self._store:
            return self._chosen(self._store[last[0]], message, state)
        if named := self.reference.named(message, state.focus):  # "The pillow one", of an earlier answer.
            return self._chosen(named, message, state)
        if last and (message.values("area") or message.values("situation")):
            # "The lower part": of the back, not of the list.
            return self.refine(message, state)
        if last:
            options = [Option(self._store[name].title, name) for name in last if name in self._store]
            return which(self._say("which_one"), options)
        return self._nothing_yet()

    def _chosen(self, entry: Entry, message: Message, state: State) -> Reply:
        """The thing chosen: in full, or what was asked about the one before, asked of this one."""
        asked = state.focus.asked
        if not asked or _SHOW.search(message.mended):
            return self._adviser.one(entry, state)
        state.focus.show([entry.id], entry.topic)
        again = replace(message, mended="", asks=(Ask(asked, 1.0),))
        return self.answer(again, state)

    def refine(self, message: Message, state: State) -> Reply:
        """The same question with one detail changed."""
        focus = state.focus
        situations, areas = message.values("situation"), message.values("area")
        mentioned = message.mentioned
        kinds = message.values("kind")
        before = focus.request
        conditions = self._adviser.conditions(state, mentioned)
        guessed = [self._store[guess.entry] for guess in message.asks[0].guesses if guess.entry in self._store]
        out = [one.id for one in guessed if self._adviser.ruled_out(one, state, conditions)]
        named = self._namer.named(message, focus.topic, ruled_out=out)
        if named and not (areas and self.reference.loosely(message, named)):
            # "What about a foot bath in the evening?" names another thing, not another detail of this one.
            return self._adviser.one(named, state, message.mended, mentioned)
        entry = self._store.get(focus.entry)
        about = self._elsewhere(message, entry, areas) if entry else None
        if about:
            return self._adviser.one(about, state, message.mended, mentioned)
        if not (situations or areas or kinds):
            earlier = self._namer.earlier(message, focus.history.shown)
            if earlier:
                return self._adviser.one(earlier, state, message.mended, mentioned)
            told = self.detail(message, state)
            if told:
                return told
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

    def _elsewhere(self, message: Message, entry: Entry, areas: Sequence[str]) -> Optional[Entry]:
        """What the topic of the thing at hand says of another place: "and the lower back with it?"."""
        if not areas or not _WITH_IT.search(message.mended):
            return None
        guesses = [self._store[guess.entry] for guess in message.asks[0].guesses if guess.entry in self._store]
        return next((one for one in guesses if one.topic == entry.topic and set(areas) & set(one.areas)), None)

    def compare(self, message: Message, state: State) -> Reply:
        """The best of the last list, by evidence."""
        easier = self._easier(message, state)
        if easier:
            return easier
        conditions = self._adviser.conditions(state, message.mentioned)
        entries = self._latest(state, conditions)
        kinds = frozenset().union(*(KINDS.get(name, frozenset()) for name in message.values("kind")))
        if kinds and not any(entry.kind in kinds for entry in entries):
            # "OK, a stretch then. Which?", after talk of something else.
            return self.refine(message, state)
        entries = [entry for entry in entries if not kinds or entry.kind in kinds]
        if len(state.focus.last) < 2:
            # "Which one first?" of two answers, one after the other.
            before = [self._store[name] for name in state.focus.history.shown[-2:] if name in self._store]
            entries = [one for one in before if one.advice and not self._adviser.ruled_out(one, state, conditions)]
        if len(entries) < 2:
            return self.why_this(message, state)
        best = min(entries, key=lambda entry: entry.evidence.grade.rank)
        state.focus.entry = best.id
        evidence = self._adviser.renderer.evidence(best)
        text = self._say("best_of", title=best.title, evidence=evidence, why=best.evidence.why)
        return Reply([text], self._adviser.card(best.topic, [best], ()))

    def detail(self, message: Message, state: State) -> Optional[Reply]:
        """What the thing at hand says on the very words of a short question ("straight on the skin?"); None if none."""
        if message.values("area") or message.values("situation") or not message.text:
            return None
        found = self._namer.detail(message, state.focus.last)
        if found is None or "under_18" in self._adviser.conditions(state):
            return None
        entry, lines = found
        if self._adviser.ruled_out(entry, state, self._adviser.conditions(state, message.mentioned)):
            return None
        state.focus.entry = entry.id
        text = self._say("detail", title=entry.title, lines=" ".join(lines))
        return Reply([text], self._adviser.card(entry.topic, [entry], ()))

    def elliptic(self, message: Message, state: State) -> Optional[Reply]:
        """The detail that a few words ask for where they name nothing of the guide for sure; None if they do."""
        guesses = message.asks[0].guesses
        if len(message.asks) > 1 or len(message.mended.split()) > ELLIPSIS or not guesses:
            return None
        if guesses[0].confidence >= OF_ITS_OWN and guesses[0].entry not in state.focus.last:
            return None
        if any(pattern.search(message.mended) for pattern, *_ in AMOUNTS):
            # "Salmon, how often": that has an answer of its own.
            return None
        return self.detail(message, state)

    def when_effect(self, message: Message, state: State) -> Reply:
        """The guide says for nothing when it works; that is said, and what to do if it does not."""
        return Reply([self._say("when_effect")])
