"""From probabilities to what a message asks: one thing, several, or something the bot should ask back about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Collection, Mapping, Sequence

from backtalk.conversation import Ask, Guess
from backtalk.store import Store

#: What Rasa calls a message it did not understand.
FALLBACK = "nlu_fallback"
#: Entries handed on as guesses.
GUESSES = 5
#: Below this probability of the likeliest intent the bot asks back. From the calibration (`make calibrate`).
UNSURE = 0.25
#: A part of a message counts as a question of its own from this probability on.
PART_SURE = 0.55
#: The same in a message that as a whole is to be declined.
BESIDE_DECLINE = 0.8
#: The bot declines only when the probability of all out-of-scope intents together reaches this.
DECLINE_FROM = 0.4
#: Below this probability of a decline, a question that may be the guide's is asked back about instead of declined. From
#: the messages of `tests/nlu/`: at 0.75 a third more out-of-scope messages are asked back about, at 0.6 as few good
#: questions (6 in 1,000) are declined.
DECLINE_SURE = 0.6
#: From this probability of the guide on it may be.
MAY_BE_GUIDE = 0.15
#: A question to the guide is asked back about from this probability of a decline on. From the same messages: a third of
#: the out-of-scope ones that were answered from the guide is asked back about then, and 7 in 1,000 good questions.
MAY_BE_OTHER = 0.25
#: Intents that decline.
DECLINES = frozenset(
    "other_language out_of_scope ask_medication ask_diagnosis ask_tests ask_surgery ask_prognosis ask_other_health "
    "ask_child ask_work_legal ask_product ask_other_therapy".split()
)
#: Intents that ask for advice, so that two of them in one message are two questions.
ADVICE = frozenset("ask_self_care ask_exercises ask_quick_relief ask_prevention ask_cause ask_when_doctor".split())
#: Intents that refer to the thing at hand: beside another question, one of their own.
FOLLOW_UPS = frozenset("how_long how_often how_to why_this ask_evidence ask_source ask_safety".split())
#: Intents of a message as a whole that say nothing beside a question in it: greetings, thanks, a complaint.
YIELDING = frozenset(
    "greet thank describe_pain inform_profile for_other how_are_you compliment affirm wait chat".split()
)

#: How much likelier an entry of one's own kind is meant (pregnant: the belt for the bump), and how much less one of
#: another kind.
OWN_PEOPLE, OTHER_PEOPLE = 3.0, 0.3
#: And one of another kind, for somebody who is known to be of one: pregnancy, for whoever gave birth.
NO_LONGER = 0.05


@dataclass(frozen=True)
class Scores:
    """Probabilities for one text.

    Attributes:
        intents: by intent, ``guide`` excepted. guide: that it asks for a thing in the guide.
        entries: by entry of the store, given that it does; they sum to 1.
    """

    intents: Mapping[str, float]
    guide: float
    entries: Mapping[str, float]


def ask_of(scores: Scores, topics: Mapping[str, str]) -> Ask:
    """The likeliest reading of one text.

    Args:
        topics: entry to topic.
    """
    ranked = sorted(scores.entries.items(), key=lambda item: -item[1])[:GUESSES]
    guesses = tuple(Guess(entry, p * scores.guide) for entry, p in ranked)
    intent, probability = max(scores.intents.items(), key=lambda item: item[1])
    declined = sum(p for name, p in scores.intents.items() if name in DECLINES)
    if scores.guide >= max(probability, declined if declined >= DECLINE_FROM else 0.0):
        if declined >= MAY_BE_OTHER:
            return Ask(FALLBACK, 1.0 - scores.guide, tuple(Guess(entry, p) for entry, p in ranked))
        intent, probability = f"ask_{topics[ranked[0][0]]}", scores.guide
        # Given the guide, how sure is the entry: that decides between the answer and "the closest things".
        guesses = tuple(Guess(entry, p) for entry, p in ranked)
    elif declined >= DECLINE_FROM and intent not in DECLINES:
        intent = max((name for name in scores.intents if name in DECLINES), key=lambda name: scores.intents[name])
        probability = declined
    if intent in DECLINES and declined < DECLINE_SURE and scores.guide >= MAY_BE_GUIDE:
        return Ask(FALLBACK, 1.0 - declined, tuple(Guess(entry, p) for entry, p in ranked))
    if probability < UNSURE:
        return Ask(FALLBACK, 1.0 - probability, guesses)
    return Ask(intent, probability, guesses)


#: Words that make a part a question; a statement that sounds like what is declined ("I had a scan") is none.
_ASKS = re.compile(
    r"\?|^(?:and |also |plus |but |so |or )*"
    r"(?:what|how|which|when|where|why|who|can|could|should|shall|is|are|do|does)\b"
)


def _question(ask: Ask) -> bool:
    return ask.intent.startswith("ask_") and (ask.intent in ADVICE or ask.intent not in DECLINES)


def _beside(ask: Ask) -> bool:
    """A question that is one only beside another: about the thing at hand, or one that is declined."""
    return ask.intent in FOLLOW_UPS or (ask.intent in DECLINES and bool(_ASKS.search(ask.text)))


def asks_of(scores: Sequence[Scores], texts: Sequence[str], topics: Mapping[str, str]) -> tuple[Ask, ...]:
    """What a message asks.

    Args:
        scores, texts: of the whole message first, then of its parts.

    Returns:
        The reading of the whole first. If it holds several questions, each of them follows; if the whole says less than
        one of its parts ("hi, my name is Joe. how long do I ice it"), that part is the reading of the whole.
    """
    asks = [replace(ask_of(score, topics), text=text) for score, text in zip(scores, texts)]
    whole, parts = asks[0], asks[1:]
    several: list[Ask] = []
    for ask in parts:
        asked = ask.confidence >= PART_SURE and (_question(ask) or _beside(ask))
        if asked and _topic(ask) not in [_topic(one) for one in several]:
            several.append(ask)
    answered = [ask for ask in several if ask.intent not in DECLINES]
    if whole.intent in DECLINES:
        # A story about a nail has sentences that sound like the guide's; a question to the guide has the form of one.
        plain = [
            ask for ask in answered if _question(ask) and ask.confidence >= BESIDE_DECLINE and _ASKS.search(ask.text)
        ]
        answered = answered if plain else []
    if len(several) >= 2 and answered:
        return (whole if _question(whole) or whole.intent in FOLLOW_UPS else answered[0], *several[:3])
    clear = [ask for ask in several if _question(ask)]
    if whole.intent == "ask_other_health" and answered and len(several) == 1:
        # "My mum has osteoporosis, which stretches can she do": the illness is told, and not asked about.
        return (clear[0],)
    if clear and (whole.intent in YIELDING or whole.intent == FALLBACK):
        return (clear[0],)
    if clear and clear[0].confidence > whole.confidence + 0.2 and whole.intent in DECLINES:
        return (clear[0],)
    return (whole,)


def _topic(ask: Ask) -> str:
    by_intent = not ask.guesses or ask.intent in ADVICE | FOLLOW_UPS | DECLINES
    return ask.intent if by_intent else ask.guesses[0].entry


def for_person(guesses: Sequence[Guess], store: Store, conditions: Collection[str]) -> list[Guess]:
    """The guesses, likeliest first, with what is for people of another kind (pregnant, after a birth) less likely.

    Args:
        conditions: all that holds for the person, implied ones too.
    """
    factors = {}
    known = set(conditions)
    other = NO_LONGER if any(set(topic.offer_if) & known for topic in store.topics.values()) else OTHER_PEOPLE
    for guess in guesses:
        if guess.entry in store:
            meant_for = set(store.topics[store[guess.entry].topic].offer_if)
            factors[guess.entry] = 1.0 if not meant_for else OWN_PEOPLE if meant_for & known else other
    return reweighed(guesses, factors)


def reweighed(guesses: Sequence[Guess], factors: Mapping[str, float]) -> list[Guess]:
    """The guesses, likeliest first, after each was made likelier or less likely.

    Args:
        factors: by entry; guesses of no entry here are left out.
    """
    weighed = [(g.entry, g.confidence, g.confidence * factors[g.entry]) for g in guesses if g.entry in factors]
    # Shares are handed round among the guesses; what is left for all other entries stays as it is.
    scale = sum(p for _, p, _ in weighed) / max(sum(new for _, _, new in weighed), 1e-9)
    return sorted((Guess(name, new * scale) for name, _, new in weighed), key=lambda guess: -guess.confidence)
