"""What people tell about themselves, and how they found what they tried."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Optional, Sequence

from backtalk.advice import Adviser
from backtalk.choosing import alternatives, forbidden
from backtalk.clarify import clarify
from backtalk.conversation import Ask, Message, Option, Pending, Reply, State
from backtalk.followup import Follower
from backtalk.obstacles import blocked, in_the_way
from backtalk.profile import Person
from backtalk.rendering import joined
from backtalk.store import Entry
from backtalk.triage import none_of_it

#: What the minimum screen asks, and what each yes means: a red flag, or a condition to remember.
SCREEN: tuple[tuple[str, str], ...] = (
    ("screen_opt_saddle", "flag:RF-CES"),
    ("screen_opt_weak", "flag:RF-NEURO"),
    ("screen_opt_injury", "flag:RF-FRACTURE"),
    ("screen_opt_bones", "condition:osteoporosis"),
    ("screen_opt_fever", "flag:RF-INFECT-UR"),
    ("screen_opt_cancer", "flag:RF-CANCER-HX"),
    ("screen_opt_weight", "flag:RF-WEIGHTLOSS"),
    ("screen_opt_chest", "flag:RF-CARDIAC"),
    ("screen_opt_pregnant", "condition:pregnant"),
    ("screen_opt_blood", "condition:blood_thinners"),
    ("screen_opt_feet", "condition:numb_feet"),
    ("screen_opt_heart", "condition:heart_disease"),
    ("screen_opt_calf", "flag:RF-DVT"),
)
#: The question before is asked again, for somebody else.
_AS_WELL = re.compile(
    r"\b(?:what|how) about\b|\b(?:and|but) (?:for|my|what|if|me|i)\b|\b(?:asks?|has|have) (?:too|the same)\b|"
    r"\bwants? to know\b|\bfor (?:her|him)self\b|\bas well\b|\bfor me\b|\bme (?:again|now|then)\b"
)
#: Advice is wanted, not only a person named: "what can she do at home", "what do I tell him".
_WANTED = re.compile(
    r"\b(?:what|which)(?: \w+)? (?:can|could|should|shall|do|does|would|to|helps)\b|\bany (?:tips|advice|ideas?)\b|"
    r"\bhelps? (?:her|him|them|me)\b"
)
#: A complaint beside a person: "my wife is pregnant and her back hurts at night".
_ACHES = re.compile(r"\b(?:hurts?|hurting|aches?|aching|achy|pains?|painful|sore|stiff|killing|bad back)\b")
#: Words up to which "and my husband, he sleeps on his back" asks the last question again.
SHORT = 9
#: Things shown before the latest answer that a new condition is held against.
LOOK_BACK = 8


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
            pregnant = words["pregnant"].they.format(who=who) if who else words["pregnant"].you
            clauses = [clause for clause in clauses if clause != pregnant]
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
        if message.intent == "clinician_cleared":
            line = " ".join(filter(None, [self._say("checked_fine", state.focus.turn), line]))
        details = message.values("area") or message.values("situation")
        if details and not changed and not state.held and state.focus.last and message.intent != "correct_profile":
            # "She stands all day": that changes what fits.
            return self._follower.refine(message, state)
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
        other = {"subject", "me"} & set(changed)
        elliptic = message.mended.startswith("and ") and len(message.mended.split()) <= SHORT
        if shown and other and (elliptic or _AS_WELL.search(message.mended)):
            # "And my husband, he sleeps on his back" asks for another thing than the last one.
            reply = self._follower.refine(message, state) if details else self._again(shown, state)
            reply.texts.insert(0, line)
            return reply
        wanted = message.values("area") or (
            (_WANTED.search(message.mended) or _ACHES.search(message.mended))
            and (other or not shown or message.intent == "clinician_cleared")
        )
        if not shown or other or (message.intent == "clinician_cleared" and _WANTED.search(message.mended)):
            if wanted and message.intent != "correct_profile":
                # "My mum is 78, her lower back is stiff, what can she do": the question is in it.
                exercise = {"exercise", "stretch"} & set(message.values("kind"))
                asks = "ask_exercises" if exercise else "describe_pain" if details else "ask_self_care"
                reply = self._adviser.general(Ask(asks, 1.0), message, state)
                reply.texts.insert(0, line)
                return reply
            return Reply([line, self._say("ask_what")])
        if not changed and message.intent == "clinician_cleared":
            return Reply([line])
        bad = [(entry, forbidden(entry, conditions)) for entry in shown]
        bad = [(entry, why) for entry, why in bad if why]
        harms = [(entry.title, self._adviser.harm(entry, state, conditions)) for entry in shown]
        worse = [f"{title}: {harm}" for title, harm in harms if harm]
        if not bad and worse:
            # What was warned of at any rate is worse for this person, and nothing of it "still fits".
            return Reply([line, *worse, *self._no_longer(state, conditions)])
        if not bad:
            fresh = frozenset(changed) & conditions
            if "vertigo" in fresh and any(entry.physical for entry in shown):
                # Dizziness after a stretch is no reason to do it more carefully.
                return Reply([line, self._say("dizzy_stop"), *self._no_longer(state, conditions)])
            cares = [care for entry in shown for care in self._adviser.cares(entry, state, fresh)]
            texts = [f"{line} {self._say('noted_still_fits')}", *cares[:2], *self._no_longer(state, conditions)]
            if not any(set(topic.offer_if) & fresh for topic in self._store.topics.values()):
                return Reply(texts)
            # Pregnant, after a birth, a slipped disc: the guide has things of its own for them.
            focus.request = replace(focus.request, kinds=(), topic=None)
            reply = self._adviser.offer(state)
            reply.texts[:0] = texts
            return reply
        reply = self._again(shown, state)
        if len(shown) > 1:
            out = [(entry, why) for entry, why in bad if entry.id not in self._named_in(reply)]
            reply.texts[:0] = self._adviser.left_out(out, state, "leave_out")
        reply.texts.insert(0, line)
        return reply

    @staticmethod
    def _named_in(reply: Reply) -> list[str]:
        """Ids of what a reply says to leave out."""
        return [one["id"] for one in (reply.card or {}).get("withheld", ())]

    def _no_longer(self, state: State, conditions: frozenset[str]) -> list[str]:
        """What was shown before the latest answer and is forbidden now."""
        focus = state.focus
        before = [self._store[name] for name in focus.history.shown[-LOOK_BACK:] if name in self._store]
        bad = [(entry, forbidden(entry, conditions)) for entry in before if entry.id not in focus.last]
        return self._adviser.left_out([(entry, why) for entry, why in bad if why], state, "leave_out")

    def _again(self, shown: Sequence[Entry], state: State) -> Reply:
        """What was recommended no longer fits: says so, and answers the question again."""
        focus = state.focus
        focus.history.shown = [name for name in focus.history.shown if name not in focus.last]
        if len(shown) == 1 and (focus.request.topic or not focus.request.to_dict()):
            return self._adviser.one(shown[0], state)
        self._stay(state)
        conditions = self._adviser.conditions(state)
        own = any(set(topic.offer_if) & conditions for topic in self._store.topics.values())
        if own and focus.request.kinds:
            # Of a pregnancy there is more to say than which exercises are left.
            focus.request = replace(focus.request, kinds=())
        return self._adviser.offer(state)

    def _stay(self, state: State) -> None:
        """What to eat stays about food: its topic is never offered by itself."""
        focus = state.focus
        if focus.topic and self._store.topics[focus.topic].only_asked and not focus.request.to_dict():
            focus.request = replace(focus.request, topic=focus.topic)

    def show(self, state: State) -> Reply:
        """What the bot knows about the writer and others."""
        profile = state.profile
        words, asked = self._store.vocabulary, state.focus.request
        clauses = self._described(profile.me, [*profile.me.conditions, "age", "weeks"], None)
        about = [words.areas[name].label for name in asked.areas]
        about += [words.situations[name].label for name in asked.situations]
        if about:
            clauses.append(self._say("known_about", what=joined(about)))
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
        meant = self._follower.reference.at_hand(message, focus)
        meant = meant if meant and meant.id in focus.last else self._follower.reference.among(message, focus.last)
        if meant:
            return meant
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
            "cannot_do": self._cannot,
            "it_hurts": self._hurts,
            "got_worse": self._worse,
        }
        if message.intent in ("cannot_do", "it_hurts", "dislike"):
            self._note_obstacles(message, state)
        return handlers[message.intent](message, state)

    @staticmethod
    def _note_obstacles(message: Message, state: State) -> None:
        known = state.focus.history.obstacles
        known += [name for name in in_the_way(message.mended) if name not in known]

    def _in_the_way(self, state: State) -> list[Entry]:
        """What of the latest answer an obstacle blocks."""
        last = (self._store[name] for name in state.focus.last if name in self._store)
        return [entry for entry in last if blocked(entry, state.focus.history.obstacles)]

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
        names = {"tried_already": "tried", "cannot_do": "cannot", "it_hurts": "hurts"}
        name = names.get(message.intent, message.intent)
        entry = self._tried(message, state)
        if entry is not None and not entry.advice and message.intent in ("tried_already", "dislike"):
            # "But I can do it already", of what we warn against.
            return self._follower.disagree(message, state)
        if entry is not None and not entry.advice:
            entry = None
        history = state.focus.history
        stopped = self._in_the_way(state) if message.intent in ("cannot_do", "it_hurts") else []
        if stopped:
            entry = stopped[0] if len(stopped) == 1 else None
            history.not_helped += [one.id for one in stopped if one.id not in history.not_helped]
        self._note(history.not_helped, entry)
        if entry is None and not stopped:
            history.not_helped += [name for name in state.focus.last if name not in history.not_helped]
        if not state.focus.last and entry is None:
            return Reply([self._say("not_helped_nothing", state.focus.turn)])
        if entry is not None and state.focus.request.topic:
            others = list(alternatives(self._store, entry, self._adviser.conditions(state), history))
            if others:
                reply = self._adviser.one(others[0], state)
                reply.texts.insert(0, self._line(name, entry, state))
                return reply
        self._stay(state)
        return self._adviser.offer(state, self._line(name, entry, state))

    def _cannot(self, message: Message, state: State) -> Reply:
        """Too much, or not possible: the easier way first, else something else."""
        # Of several, the first is what one tries.
        entry = self._tried(message, state) or self._store.get(state.focus.last[0] if state.focus.last else None)
        easier = self._store.get(entry.easier) if entry else None
        if self._in_the_way(state) or easier is None or blocked(easier, state.focus.history.obstacles):
            return self._something_else(message, state)
        if entry is None or self._adviser.ruled_out(easier, state, self._adviser.conditions(state)):
            return self._something_else(message, state)
        self._note(state.focus.history.not_helped, entry)
        reply = self._adviser.one(easier, state)
        reply.texts.insert(0, self._line("cannot", entry, state))
        return reply

    def _hurts(self, message: Message, state: State) -> Reply:
        if in_the_way(message.mended):
            # Not the back, but the knees or the wrists that it takes: something that spares them.
            return self._something_else(message, state)
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
        """The answer to the checklist: none of it, or which. What is asked besides is answered too."""
        none, asks = none_of_it(message)
        if message.intent == "screen_none" or (none and not asks):
            state.focus.screened = "clear"
            entry = self._follower.reference.named(message, state.focus) if asks else None
            if entry:
                # "All fine, what's the wall one exactly?"
                return self._adviser.one(entry, state, message.mended)
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
