"""Answers from the store: to a question about one thing, to a complaint, to several questions at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Optional, Sequence

from backtalk.choosing import GENERAL, Request, alternatives, because, cares, cautions, forbidden, offers
from backtalk.conversation import NET_EVERY, Ask, Guess, Message, Option, Pending, Reply, State, ordinal
from backtalk.phrases import Phrases
from backtalk.reference import by_topic, numbered
from backtalk.rendering import HOW_LONG, HOW_OFTEN, Renderer, in_sentence, joined
from backtalk.store import Entry, Kind, Role, Store
from backtalk.understanding import for_person, reweighed
from backtalk.wishes import about_it, wanted

#: From this probability on, the likeliest entry alone is the answer: on messages that training never saw it is the
#: right one in 99 % of cases there, in 80 % below. From the calibration (`make calibrate`).
SURE = 0.7
#: Below SURE the two or three likeliest are; below this, where the likeliest is wrong in four cases of ten, they are
#: said to be a guess.
GUESSING = 0.3
#: Guesses below this share are not worth naming beside a likelier one.
WORTH_NAMING = 0.08
#: How much likelier one of several questions is about a thing that the whole message may be about.
IN_THE_WHOLE = 5.0
#: In a question with an "or", the second likeliest is the other one of the two from this probability on.
EITHER = 0.05
_OR = re.compile(r"\bor\b(?! not\b| no\b)")
#: Conditions that a pregnancy of unknown length is taken for.
LATE = frozenset({"pregnant_16w", "pregnant_28w"})
_HOW_LONG = re.compile(
    r"\bhow long|how many (minutes|mins|seconds|hours)|for how long|what temperature|how (hot|warm)\b"
)
_BACK = re.compile(r"\b(?:backs?|backache|spine|neck|lumbago|lumbar|hips?|shoulders?|sciatica|discs?|legs?|bum)\b")
_HOW_OFTEN = re.compile(r"\bhow (often|many|much)|times (a|per) (day|week)|every day|reps|sets\b")
#: Words that ask for an amount, the units that answer them, and the phrase to say it in.
AMOUNTS = ((_HOW_LONG, HOW_LONG, "how_long"), (_HOW_OFTEN, HOW_OFTEN, "how_often"))


class Adviser:
    """Makes replies from the store.

    Args:
        store: the curated store. phrases: the words around it.
    """

    def __init__(self, store: Store, phrases: Phrases) -> None:
        self.store = store
        self.phrases = phrases
        self.renderer = Renderer(phrases)

    # --- pieces

    def conditions(self, state: State, mentioned: Sequence[str] = ()) -> frozenset[str]:
        """All conditions that count for this answer."""
        profile, words = state.profile, self.store.vocabulary
        found = profile.person.known(words, mentioned)
        return found | profile.me.known(words) if profile.unclear else found

    def because(self, names: Sequence[str], state: State) -> str:
        """Why something is left out, fit after "because"."""
        if state.profile.person.weeks is None:
            # Without the weeks, a pregnancy counts as late; but nobody told us that it is.
            names = list(dict.fromkeys("pregnant" if name in LATE else name for name in names))
        profile = state.profile
        theirs = profile.person.known(self.store.vocabulary)
        mine = profile.unclear and not any(name in theirs for name in names)
        return because(names, self.store, None if mine else profile.subject)

    def card(
        self, topic: Optional[str], entries: Sequence[Entry], withheld: Sequence[tuple[Entry, str]]
    ) -> dict[str, Any]:
        """The answer card of the message contract."""
        return {
            "type": "answer",
            "topic": topic or (entries[0].topic if entries else "general"),
            "remedies": [self.renderer.card(entry) for entry in entries],
            "withheld": [{"id": entry.id, "title": entry.title, "reason": reason} for entry, reason in withheld],
        }

    def full(self, entry: Entry, conditions: frozenset[str]) -> list[str]:
        """An entry in full, with the care that the person's conditions ask for; a message or two."""
        return self.renderer.full(entry, cares(entry, conditions)[:2], cautions(self.store, entry, conditions))

    def _lead(self, text: str, state: State) -> str:
        """The answer's opening, and whom it is for."""
        who = state.profile.subject
        return f"{self.phrases.say('for_other', who=who)}\n{text}" if who else text

    def _finish(self, reply: Reply, state: State, entries: Sequence[Entry], topic: Optional[str]) -> Reply:
        """Notes what was shown; adds the safety net now and then, and the minimum screen once."""
        focus = state.focus
        new_topic = topic != focus.topic
        focus.show([entry.id for entry in entries], topic)
        focus.net = 0 if new_topic else focus.net + 1
        if focus.net % NET_EVERY == 0 and any(entry.role is not Role.NO for entry in entries):
            # By the turn alone it would be the same wording each time: every third answer, three wordings.
            reply.texts.append(self.phrases.say("safety_net", focus.turn + focus.turn // NET_EVERY))
        if any(entry.physical and entry.advice for entry in entries) and not focus.screened and not reply.question:
            reply.question = self.checklist("screen_question", state)
        focus.turn += 1
        return reply

    def checklist(self, name: str, state: State) -> tuple[str, Pending]:
        """The minimum screen, asked in the words of that name."""
        state.focus.screened = "asked"
        options = [Option(self.phrases.say(one), one) for one in ("screen_none", "screen_one")]
        return self.phrases.say(name), Pending("screen", options)

    def left_out(
        self, withheld: Sequence[tuple[Entry, Sequence[str]]], state: State, name: str = "left_out"
    ) -> list[str]:
        """One sentence for each reason.

        Args:
            name: of the phrase: what was left out just now, or is to be left out.
        """
        by_reason: dict[str, list[str]] = {}
        for entry, names in withheld:
            by_reason.setdefault(self.because(tuple(names), state), []).append(in_sentence(entry.title))
        return [self.phrases.say(name, what=joined(titles), why=reason) for reason, titles in by_reason.items()]

    # --- answers

    def answer(self, message: Message, state: State) -> Reply:
        """The reply to a message that asks for advice."""
        if "under_18" in self.conditions(state):
            return self.child(state)
        asks = [ask for ask in message.asks[1:] if self.asks_for_advice(ask)]
        if len(asks) < 2:
            asks = list(message.asks[:1])
        if len(asks) > 1:
            return self._several(asks, message, state)
        ask = asks[0]
        if ask.intent == "ask_cause":
            return self.causes(message, state)
        if ask.intent in GENERAL or not ask.guesses:
            return self.general(ask, message, state)
        return self.specific(ask, message, state)

    def asks_for_advice(self, ask: Ask) -> bool:
        """A question to the guide. Not "is that safe" or "says who", which refer to the question beside them."""
        return (
            ask.intent in GENERAL or ask.intent == "ask_cause" or ask.intent.removeprefix("ask_") in self.store.topics
        )

    def child(self, state: State) -> Reply:
        """The child path: no advice, a doctor, and when it is urgent."""
        who, turn = state.profile.subject, state.focus.turn
        text = self.phrases.say("child_other", turn, who=who) if who else self.phrases.say("child", turn)
        state.focus.turn += 1
        return Reply([text], {"type": "decline", "reason": "child"})

    def ruled_out(self, entry: Entry, state: State, conditions: frozenset[str]) -> tuple[str, ...]:
        """Why an entry may not be shown: conditions; "held" for an open flag; empty if it may."""
        if state.held and entry.physical:
            # A no to hard training tells of short walks instead: that too can wait.
            return ("held",)
        return forbidden(entry, conditions)

    def cares(self, entry: Entry, state: State, conditions: frozenset[str]) -> list[str]:
        """The care that the person's conditions ask for with an entry, each with its reason."""
        return [
            self.phrases.say("safe_care", title=entry.title, care=care, why=self.because([name], state))
            for name, care in entry.care_if.items()
            if name in conditions
        ]

    def card_of(self, entry: Entry, state: State, mentioned: Sequence[str] = ()) -> dict[str, Any]:
        """The card for talk about one entry: among what is withheld if it is ruled out."""
        why = self.ruled_out(entry, state, self.conditions(state, mentioned))
        if not why:
            return self.card(entry.topic, [entry], ())
        reason = self.phrases.say("held_back") if why == ("held",) else self.because(why, state)
        return self.card(entry.topic, (), [(entry, reason)])

    def specific(self, ask: Ask, message: Message, state: State) -> Reply:
        """The answer to a question about one thing in the guide."""
        guesses = for_person(ask.guesses, self.store, self.conditions(state, message.mentioned))
        if guesses[0].confidence < SURE:
            guesses = reweighed(guesses, by_topic(message, state.focus, self.store))
        if _OR.search(message.mended) and len(guesses) > 1 and guesses[1].confidence >= EITHER:
            # "Ice or heat?" wants both of them.
            return self._near(guesses[:2], state)
        counted = numbered(self.store, ordinal(message.mended), self.store[guesses[0].entry].topic)
        if counted:
            # "How do I do the first McKenzie exercise?"
            guesses = [Guess(counted.id, 1.0)]
        best = guesses[0]
        # A no needs its reason, which a list has no room for.
        sure = GUESSING if self.store[best.entry].role is Role.NO else SURE
        if best.confidence < sure:
            near = [g for g in guesses[:3] if g.confidence >= WORTH_NAMING] or guesses[:1]
            if len(near) > 1:
                return self._near(near, state)
        entry = self.store[best.entry]
        if entry.role is Role.NO and entry.id in state.focus.last:
            # "So what sport can I do then?": that one is out was said just now.
            entry = next(iter(alternatives(self.store, entry, self.conditions(state), state.focus.history)), entry)
        state.focus.request = Request(
            situations=message.values("situation"),
            areas=message.values("area"),
            topic=entry.topic,
            mentioned=message.mentioned,
        )
        return self.one(entry, state, message.mended, message.mentioned)

    def one(self, entry: Entry, state: State, words: str = "", mentioned: Sequence[str] = ()) -> Reply:
        """One entry in full, or why it is left out and what fits instead.

        Args:
            words: of the message, to answer "how long" and "how often" first.
        """
        conditions = self.conditions(state, mentioned)
        why = self.ruled_out(entry, state, conditions)
        if why == ("held",):
            return self.held(state)
        if why:
            return self._instead(entry, why, state, conditions)
        texts = []
        direct = self.direct(entry, words)
        if direct:
            texts.append(direct)
        text, *notes = self.full(entry, conditions)
        text = self._lead(text, state)
        harm = self.harm(entry, state, conditions)
        if harm:
            text += "\n" + harm
        reply = Reply([*texts, text, *notes], self.card(entry.topic, [entry], ()))
        extra = [
            other
            for other in (self.store[name] for name in entry.instead)
            if entry.role is Role.NO and not self.ruled_out(other, state, conditions)
        ]  # fmt: skip
        if entry.role is Role.EXPLANATION:
            extra = self._against(entry, state, conditions)
        if extra:
            name = "may_help" if entry.role is Role.EXPLANATION else "instead"
            reply.texts.append(f"{self.phrases.say(name)} {extra[0].title}. {extra[0].short}")
            reply.card = self.card(entry.topic, [entry, extra[0]], ())
        shown = [entry, *extra[:1]]
        return self._finish(reply, state, shown, entry.topic)

    def harm(self, entry: Entry, state: State, conditions: frozenset[str]) -> str:
        """Why an honest no, which may still say how to go about it if one must, is not for this person; or empty."""
        worse = [name for name in entry.avoid_if if name in conditions] if entry.role is Role.NO else []
        return self.phrases.say("no_for_you", why=self.because(worse, state)) if worse else ""

    def _against(self, entry: Entry, state: State, conditions: frozenset[str]) -> list[Entry]:
        """What fits best to what an explanation explains; none without a situation or place to go by.

        Nothing physical: a question for information is no place for the checklist that goes with it.
        """
        asked = state.focus.request
        situations, areas = asked.situations or entry.situations, asked.areas or entry.areas
        if not situations and not areas:
            return []
        request = Request(situations=situations, areas=areas, mentioned=asked.mentioned)
        found = offers(self.store, request, conditions, state.focus.history, at_most=8).entries
        return [other for other in found if not other.physical and not self.ruled_out(other, state, conditions)]

    def direct(self, entry: Entry, words: str) -> str:
        """ "Hold it for 5 to 10 seconds": the number that was asked for, ahead of the rest; empty if none was."""
        if not entry.advice:
            return ""
        for pattern, units, name in AMOUNTS:
            if pattern.search(words):
                dose = self.renderer.dose(entry.dose, units)
                if dose:
                    return self.phrases.say(name, title=entry.title, dose=dose)
                if entry.dose is None and entry.physical:
                    return self.phrases.say(f"{name}_none", title=entry.title)
        return ""

    def _instead(self, entry: Entry, why: Sequence[str], state: State, conditions: frozenset[str]) -> Reply:
        reason = self.because(tuple(why), state)
        if "under_18" in why:
            return self.child(state)
        texts = [self._lead(self.phrases.say("left_out_alone", what=in_sentence(entry.title), why=reason), state)]
        others = [
            other
            for other in alternatives(self.store, entry, conditions, state.focus.history, at_most=3)
            if not self.ruled_out(other, state, conditions)
        ][:1]
        if others:
            text, *notes = self.full(others[0], conditions)
            texts += [f"{self.phrases.say('instead')}\n{text}", *notes]
        else:
            texts.append(self.phrases.say("nothing_left"))
        reply = Reply(texts, self.card(entry.topic, others, [(entry, reason)]))
        return self._finish(reply, state, others, entry.topic)

    def _near(self, guesses: Sequence[Guess], state: State) -> Reply:
        """Two or three likely entries, each in short; said to be a guess if it is one."""
        entries = [self.store[guess.entry] for guess in guesses]
        topic = entries[0].topic
        if guesses[0].confidence >= GUESSING:
            opening = self.phrases.say("near", state.focus.turn)
        elif all(one.topic == topic for one in entries) or all(one.kind is Kind.NUTRITION for one in entries):
            # What is meant is clear, only not which part of it; what can be done comes first.
            opening = self.phrases.say("on_topic", topic=in_sentence(self.store.topics[topic].title))
            entries = sorted(entries, key=lambda entry: not entry.advice)
        else:
            opening = self.phrases.say("closest")
        conditions = self.conditions(state)
        own = [one for one in entries if set(self.store.topics[one.topic].offer_if) & conditions]
        entries = [*own, *(one for one in entries if one not in own)]
        return self._list(entries, opening, state, conditions, topic)

    def _list(
        self,
        entries: Sequence[Entry],
        opening: str,
        state: State,
        conditions: frozenset[str],
        topic: Optional[str],
        also_withheld: Sequence[tuple[Entry, Sequence[str]]] = (),
    ) -> Reply:
        """Entries in short, without those that the person's state forbids, which are named with the reason."""
        shown, withheld, held = [], list(also_withheld), False
        for entry in entries:
            why = self.ruled_out(entry, state, conditions)
            if why == ("held",):
                held = True
            elif why:
                withheld.append((entry, why))
            else:
                shown.append(entry)
        if not shown and held:
            return self.held(state)
        lines = [self.renderer.brief(entry, place) for place, entry in enumerate(shown, 1)]
        body = "\n".join([opening, *lines]) if lines else self.phrases.say("nothing_left")
        if any(entry.physical and entry.advice for entry in shown):
            body += "\n" + self.phrases.say("stop_all")
        texts = [self._lead(body, state)]
        for entry in shown:
            texts += self.cares(entry, state, conditions)[:1]
            harm = self.harm(entry, state, conditions)
            if harm:
                texts.append(f"{entry.title}: {harm}")
        texts = texts[:3]
        texts += self.left_out(withheld, state)
        reasons = [(entry, self.because(tuple(why), state)) for entry, why in withheld]
        if held:
            texts.append(self.phrases.say("held_back"))
        return self._finish(Reply(texts, self.card(topic, shown, reasons)), state, shown, topic)

    def causes(self, message: Message, state: State) -> Reply:
        """What the guide holds for causes, for the situation at hand; never which of them it is."""
        wanted = set(message.values("situation") or state.focus.request.situations)
        found = [
            entry
            for entry in self.store
            if entry.role is Role.EXPLANATION
            and entry.topic in ("causes", "lifting", "footwear", "pregnancy", "postpartum")
            and not (set(self.store.topics[entry.topic].offer_if) - self.conditions(state))
        ]
        # "What can I do about it?" comes next.
        areas = message.values("area") or state.focus.request.areas
        state.focus.request = Request(situations=tuple(sorted(wanted)), areas=areas)
        found.sort(key=lambda entry: (-len(wanted & set(entry.situations)), entry.evidence.grade.rank))
        return self._list(found[:3], self.phrases.say("causes"), state, self.conditions(state), "causes")

    def general(self, ask: Ask, message: Message, state: State) -> Reply:
        """The answer to a complaint, or to a wish for exercises, relief or help."""
        before = state.focus.request
        asked = state.focus.request = wanted(ask, message, state.focus)
        if about_it(message) and state.focus.topic != "causes":
            # Of what is at hand there may be remedies of its own; of a cause there are none.
            here = replace(asked, topic=state.focus.topic)
            if offers(self.store, here, self.conditions(state, message.mentioned), state.focus.history).entries:
                asked = state.focus.request = here
        vague = not (asked.areas or asked.situations or before.to_dict() or _BACK.search(message.mended))
        if ask.intent == "describe_pain" and vague:
            # "I have pain": where, and when?
            return Reply([self.phrases.say("where_and_when", state.focus.turn)])
        if ask.intent == "describe_pain":
            # A new complaint starts afresh: what fitted the last one may be shown again.
            state.focus.history.shown = []
        return self.offer(state)

    def offer(self, state: State, opening: str = "") -> Reply:
        """Up to three remedies for the request in focus.

        Args:
            opening: said in place of the usual one.
        """
        request = state.focus.request
        conditions = self.conditions(state, request.mentioned)
        choice = offers(self.store, request, conditions, state.focus.history)
        if state.held and all(entry.physical for entry in choice.entries):
            return self.held(state)
        if not choice.entries and request.topic:
            # Nothing more on this: rather something else than nothing.
            wider = replace(request, topic=None, kinds=())
            choice = offers(self.store, wider, conditions, state.focus.history)
            opening = opening or self.phrases.say("no_more_here")
        if not choice.entries:
            text = self.phrases.say("no_more" if state.focus.history.shown else "nothing_left")
            return Reply([text, *self.left_out(choice.withheld, state)], self.card(request.topic, (), [
                (entry, self.because(why, state)) for entry, why in choice.withheld
            ]))  # fmt: skip
        opening = opening or self._opening(request, len(choice.entries), state)
        return self._list(choice.entries, opening, state, conditions, request.topic, choice.withheld)

    def _opening(self, request: Request, count: int, state: State) -> str:
        situations = [self.store.vocabulary.situations[name].label for name in request.situations[:2]]
        if count > 1 and situations:
            return self.phrases.say("for_situation_several", state.focus.turn, situation=joined(situations))
        name = "for_you_several" if count > 1 else "for_you"
        return self.phrases.say(name, state.focus.turn, count=count)

    def _several(self, asks: Sequence[Ask], message: Message, state: State) -> Reply:
        """A short answer to each of several questions."""
        conditions = self.conditions(state, message.mentioned)
        whole = {guess.entry for guess in message.asks[0].guesses}
        entries: list[Entry] = []
        for ask in asks:
            if ask.intent in GENERAL or not ask.guesses:
                request = wanted(ask, message, state.focus)
                found = list(offers(self.store, request, conditions, state.focus.history, at_most=1).entries)
            else:
                # A few words ("and for the lifting?") say less than the message that they are part of.
                guesses = for_person(ask.guesses, self.store, conditions)
                factors = {guess.entry: IN_THE_WHOLE if guess.entry in whole else 1.0 for guess in guesses}
                found = [self.store[reweighed(guesses, factors)[0].entry]]
            entries += [entry for entry in found if entry not in entries]
        if len(entries) == 1:
            return self.one(entries[0], state, message.mended, message.mentioned)
        topic = entries[0].topic if entries else None
        return self._list(entries[:3], self.phrases.say("both_answers"), state, conditions, topic)

    def held(self, state: State) -> Reply:
        """What is said in place of physical advice while a red flag is open."""
        return Reply([self.phrases.say("held_back"), self.reminder(state)])

    def reminder(self, state: State) -> str:
        """That the open flag still needs to be checked."""
        when = self.phrases.say("held_now" if state.held == "emergency" else "held_today")
        return self.phrases.say("held_reminder", when=when)
