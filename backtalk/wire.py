"""How a message is written into Rasa's parse data and read from it, and what each channel can show."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from backtalk.conversation import Ask, Guess, Message, Option
from backtalk.fact import SELF, Fact

#: Input channels that carry data: they get the card of the message contract.
CARD_CHANNELS = frozenset({"rest", "web"})
#: Input channels without buttons: options are numbered lines there, answered by number or words.
PLAIN_CHANNELS = frozenset({"cmdline"})
#: Key of the parse data that holds what Rasa has no place for.
READING = "reading"


def entity(fact: Fact) -> dict[str, Any]:
    """A fact as a Rasa entity: the role says whose it is and whether it is so, the group names the person."""
    found: dict[str, Any] = {"entity": fact.kind, "value": fact.value, "start": fact.start, "end": fact.end}
    if fact.role != SELF:
        found["role"] = fact.role
    if fact.person:
        found["group"] = fact.person
    return found


def fact(raw: Mapping[str, Any]) -> Fact:
    """From what ``entity`` made."""
    return Fact(
        raw["entity"],
        str(raw["value"]),
        raw.get("role") or SELF,
        raw.get("group"),
        raw.get("start") or 0,
        raw.get("end") or 0,
    )


def reading(message: Message) -> dict[str, Any]:
    """What goes into the parse data beside intent and entities."""
    return {
        "mended": message.mended,
        "asks": [
            {
                "intent": ask.intent,
                "confidence": round(ask.confidence, 3),
                "guesses": [[guess.entry, round(guess.confidence, 3)] for guess in ask.guesses],
                # The whole message's words stand beside it.
                **({"text": ask.text} if place else {}),
            }
            for place, ask in enumerate(message.asks)
        ],
    }


def message_of(parse_data: Mapping[str, Any]) -> Message:
    """A message as understood, from the parse data of a tracker. Without a reading, it is just its intent."""
    intent = parse_data.get("intent") or {}
    raw = parse_data.get(READING) or {}
    asks = tuple(
        Ask(
            one["intent"], one["confidence"], tuple(Guess(entry, p) for entry, p in one["guesses"]), one.get("text", "")
        )
        for one in raw.get("asks", ())
    )
    text = parse_data.get("text") or ""
    named = intent.get("name") or ""
    if not asks or asks[0].intent != named:
        asks = (Ask(named, float(intent.get("confidence") or 0.0)), *asks[1:])
    facts = tuple(fact(one) for one in parse_data.get("entities") or () if "entity" in one and "value" in one)
    return Message(text, raw.get("mended", text), asks, facts)


def numbered(text: str, options: Sequence[Option]) -> str:
    """A question with its options as numbered lines."""
    return "\n".join([text, *(f"{number}) {option.title}" for number, option in enumerate(options, 1))])
