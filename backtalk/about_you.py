"""What people tell about themselves, and how they found what they tried."""

from __future__ import annotations

import re
from typing import Optional, Sequence

from backtalk.advice import SCREEN, Adviser
from backtalk.choosing import alternatives, forbidden
from backtalk.clarify import clarify
from backtalk.conversation import Ask, Message, Option, Pending, Reply, State
from backtalk.followup import Follower
from backtalk.profile import Person
from backtalk.rendering import joined
from backtalk.store import Entry

#: The question before is asked again, for somebody else.
_AS_WELL = re.compile(
    r"\b(?:what|how) about\b|\band (?:for|my|what|if)\b|\b(?:asks?|has|have) (?:too|the same)\b|\bas well\b"
)


class Listener:
    """Answers to statements about people and about what was tried."""

    def __init__(self, adviser: Adviser, follower: Follower) -> None:
        self._adviser = adviser
        self._follower = follower
        self._store = adviser.store
        self._say = adviser.phrases.say

    def _described(self, person: Person, changed: Sequence[str], who: Optional[str]) -> list[str]:
        """What was taken in, as clauses that fit after "that"."""
        words = self._store.vocabulary.conditions
        has = [c for c in changed if c in words and c in person.conditions]
        clauses = [words[c].they.format(who=who) if who else words[c].you for c in has]
        if "weeks" in changed and person.weeks:
            clauses = [clause for clause in clauses if clause != words["pregnant"].you]
            name = "noted_weeks_other" if who else "noted_weeks"
            clauses.append(self._say(name, who=who, weeks=person.weeks))
        if "age" in changed and person.age:
            clauses.append(self._say("noted_age_other" if who else "noted_age", who=who, age=person.age))
        return clauses

    def acknowledge(self, changed: Sequence[str], state: State) -> str:
        """One line on what was taken in; empty if nothing was."""
        profile = state.profile
        taken_back = [c[1:] for c in changed if c.startswith("-")]
        if taken_back:
            labels = [self._store.vocabulary.conditions[c].label for c in taken_back]
            return self._say("noted_not", what=joined(labels))
        clauses = self._described(profile.person, changed, profile.subject)
        # What was moved to somebody else ("no, that's my wife") is said of them.
        for label, person in [(None, profile.me), *profile.others.items()]:
            if not clauses:
                clauses = self._described(person, changed, label)
        if clauses:
            return self._say("noted", state.focus.turn, what=joined(clauses))
        if "subject" in changed and profile.subject:
            return self._say("noted_other", who=profile.subject)
        return ""

    def acknowledged(self, reply: Reply, changed: Sequence[str], state: State) -> Reply:
        """The reply, led by the line on what was taken in."""
        line = self.acknowledge(changed, state) if changed else ""
        if line:
            reply.texts.insert(0, line)
        return reply

    def told(self, message: Message, changed: Sequence[str], state: State) -> Reply:
        """The reply to a statement about somebody: taken in, and what it changes about what was said."""
        if "under_18" in self._adviser.conditions(state):
            return self._adviser.child(state)
        line = self.acknowledge(changed, state)
        if not line and not state.held and message.asks and message.asks[0].guesses:
            # Nothing to take in ("and acupressure?"): something else was meant.
            return clarify(message, state, self._adviser)
        line = line or self._say("noted_nothing")
        focus = state.focus
        shown = [self._store[name] for name in focus.last if name in self._store]
        conditions = self._adviser.conditions(state)
        if state.held:
            # No invitation to ask for stretches while a flag is open.
            return Reply([line, self._adviser.reminder(state)])
        if shown and "subject" in changed and _AS_WELL.search(message.mended):
            reply = self._again(shown, state)
            reply.texts.insert(0, line)
            return reply
        if not shown or {"subject", "me"} & set(changed):
            if message.values("area") and message.intent != "correct_profile":
                # "My mum is 78, her lower back is stiff, what can she do": the question is in it.
                reply = self._adviser.general(Ask("describe_pain", 1.0), message, state)
                reply.texts.insert(0, line)
                return reply
            return Reply([line, self._say("ask_what")])
        bad = [(entry, forbidden(entry, conditions)) for entry in shown]
        bad = [(entry, why) for entry, why in bad if why]
        if not bad:
            fresh = frozenset(changed) & conditions
            cares = [care for entry in shown for care in self._adviser.cares(entry, state, fresh)]
            return Reply([f"{line} {self._say('noted_still_fits')}", *cares[:2]])
        reply = self._again(shown, state)
        reply.texts.insert(0, line)
        return reply

    def _again(self, shown: Sequence[Entry], state: State) -> Reply:
        """What was recommended no longer fits: says so, and answers the question again."""
        focus = state.focus
        focus.history.shown = [name for name in focus.history.shown if name not in focus.last]
        if len(shown) == 1 and focus.request.topic:
            return self._adviser.one(shown[0], state)
        return self._adviser.offer(state)

    def show(self, state: State) -> Reply:
        """What the bot knows about the writer and others."""
        profile = state.profile
        clauses = self._described(profile.me, [*profile.me.conditions, "age", "weeks"], None)
        for label, person in profile.others.items():
            clauses += self._described(person, [*person.conditions, "age", "weeks"], label)
        text = self._say("known", what="; ".join(clauses)) if clauses else self._say("known_nothing")
        return Reply([text, self._say("known_forget")])

    # --- feedback

    def _tried(self, message: Message, state: State) -> Optional[Entry]:
        """What the feedback is about: what the message names, else the thing at hand."""
        for guess in message.asks[0].guesses[:1]:
            if guess.confidence > 0.2 and guess.entry in self._store:
                return self._store[guess.entry]
        focus = state.focus
        if len(focus.last) == 1 or (focus.entry and focus.entry not in focus.last[:1]):
            return self._store.get(focus.entry)
        return None

    def feedback(self, message: Message, state: State) -> Reply:
        """The reply to: it helped, it did not, I know that, it hurts, I do not want that."""
        handlers = {
            "helped": self._helped,
            "not_helped": self._something_else,
            "tried_already": self._something_else,
            "dislike": self._something_else,
            "it_hurts": self._hurts,
            "got_worse": self._worse,
        }
        return handlers[message.intent](message, state)

    def _line(self, name: str, entry: Optional[Entry], state: State) -> str:
        if entry is None:
            return self._say(f"{name}_general", state.focus.turn)
        return self._say(name, state.focus.turn, title=f'"{entry.title}"')

    def _note(self, group: list[str], entry: Optional[Entry]) -> None:
        if entry is not None and entry.id not in group:
            group.append(entry.id)

    def _helped(self, message: Message, state: State) -> Reply:
        entry = self._tried(message, state)
        self._note(state.focus.history.helped, entry)
        return Reply([self._line("helped", entry, state)])

    def _something_else(self, message: Message, state: State) -> Reply:
        names = {"not_helped": "not_helped", "tried_already": "tried", "dislike": "dislike"}
        entry = self._tried(message, state)
        history = state.focus.history
        self._note(history.not_helped, entry)
        if entry is None:
            history.not_helped += [name for name in state.focus.last if name not in history.not_helped]
        if not state.focus.last and entry is None:
            return Reply([self._say("not_helped_nothing", state.focus.turn)])
        if entry is not None and state.focus.request.topic:
            others = list(alternatives(self._store, entry, self._adviser.conditions(state), history))
            if others:
                reply = self._adviser.one(others[0], state)
                reply.texts.insert(0, self._line(names[message.intent], entry, state))
                return reply
        return self._adviser.offer(state, self._line(names[message.intent], entry, state))

    def _hurts(self, message: Message, state: State) -> Reply:
        entry = self._tried(message, state)
        self._note(state.focus.history.not_helped, entry)
        if entry is None:
            state.focus.history.not_helped += state.focus.last
        texts = [self._line("hurts", entry, state)]
        easier = entry.easier if entry else None
        conditions = self._adviser.conditions(state)
        card = None
        if easier and not forbidden(self._store[easier], conditions) and not state.held:
            other = self._store[easier]
            texts.append(f"{self._say('hurts_easier')} {other.title}. {other.short}")
            card = self._adviser.card(other.topic, [other], ())
            state.focus.show([other.id], other.topic)
        texts.append(self._say("worse_doctor"))
        return Reply(texts, card)

    def _worse(self, message: Message, state: State) -> Reply:
        """Getting worse stops things, and leads to the screen, not to another exercise."""
        entry = self._tried(message, state)
        self._note(state.focus.history.not_helped, entry)
        texts = [self._line("worse", entry, state), self._say("worse_doctor")]
        return Reply(texts, None, self._adviser.checklist("screen_question_worse", state))

    # --- the minimum screen

    def screen(self, message: Message, state: State) -> Reply:
        """The answer to the checklist: none of it, or which."""
        if message.intent == "screen_none":
            state.focus.screened = "clear"
            return Reply([self._say("screen_cleared")])
        options = [Option(self._say(name), value) for name, value in SCREEN]
        return Reply([], {"type": "question", "about": "screen", "choices": []}, (
            self._say("screen_which"), Pending("screen_which", options)
        ))  # fmt: skip

    def screened(self, option: Option, state: State) -> Reply:
        """A condition from the checklist: remembered. (A red flag from it is the safety policy's to answer.)"""
        state.focus.screened = "clear"
        name = option.value.split(":", 1)[1]
        person = state.profile.person
        if name not in person.conditions:
            person.conditions.append(name)
        what = self._store.vocabulary.conditions[name]
        who = state.profile.subject
        text = self._say("screen_noted", what=what.they.format(who=who) if who else what.you)
        reply = Reply([text])
        shown = [self._store[i] for i in state.focus.last if i in self._store]
        if any(forbidden(entry, self._adviser.conditions(state)) for entry in shown):
            again = self._again(shown, state)
            reply = Reply([text, *again.texts], again.card, again.question)
        return reply
