"""What a general question asks for: a kind of thing, for a place and a situation, within what is possible."""

from __future__ import annotations

import re

from backtalk.choosing import GENERAL, Request
from backtalk.conversation import Ask, Focus, Message
from backtalk.obstacles import in_the_way

#: What can be done about the thing at hand is asked, not about something in general.
_FOR_IT = re.compile(r"\b(?:for|about|against|with) (?:it|that|this)\b")
#: Ways to do an exercise, which are no situations in which it hurts: "something that I can do sitting".
_POSTURES = frozenset({"sitting", "standing"})


def about_it(message: Message) -> bool:
    """The question is about the thing at hand: "what can I do for it"."""
    return bool(_FOR_IT.search(message.mended)) and not (message.values("area") or message.values("situation"))


def wanted(ask: Ask, message: Message, focus: Focus) -> Request:
    """What a general question asks for; what it leaves open comes from the question before.

    What stands in the way ("in two minutes", "sitting down") is kept in mind for the rest of the talk.
    """
    before = focus.request
    kinds = GENERAL.get(ask.intent, ())
    said = message.values("kind")
    if ask.intent == "ask_exercises" and "stretch" in said and "exercise" not in said:
        kinds = ("stretch",)
    situations, areas = message.values("situation"), message.values("area")
    complaint = ask.intent == "describe_pain"
    if not complaint:
        known = focus.history.obstacles
        obstacles = [name for name in in_the_way(message.mended) if name not in known]
        known += obstacles
        if "floor" in obstacles:
            situations = tuple(name for name in situations if name not in _POSTURES)
    fresh = complaint and bool(situations or areas)
    return Request(
        kinds=kinds,
        situations=situations or (() if fresh else before.situations),
        areas=areas or (() if fresh else before.areas),
        mentioned=message.mentioned,
    )
