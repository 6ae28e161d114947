"""What stands in the way of a remedy: knees that cannot kneel, no floor to lie on, two minutes between calls.

Nobody writes "I cannot kneel" as a condition of theirs. They say it of the thing at hand, and mean all that is like it:
whatever the steps of a remedy want and the person cannot give is left out from then on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Collection

from backtalk.store import Entry, Kind

#: Minutes that a short break holds.
SHORT_BREAK = 5.0


@dataclass(frozen=True)
class Obstacle:
    """One of them.

    Attributes:
        said: how people speak of it. wants: words in a remedy's short text and steps that ask for just that.
        kinds: kinds of remedies that it rules out whatever their words.
        brief: no more than a few minutes are there.
    """

    said: re.Pattern[str]
    wants: re.Pattern[str] = re.compile(r"(?!)")
    kinds: frozenset[Kind] = frozenset()
    brief: bool = False


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_NOT = r"(?:not|cannot|never|no|without|avoid|stop|leave out)(?: \w+){0,3}"
_SEATED = r"sit|sitting|seated|sat"
_IN_THE_CHAIR = r"without (?:getting|standing) (?:off|up|out)|(?:in|from|on) (?:the|my) chair"
_WHILE = r"(?:do|done|something|exercises?|one|ones|anything) (?:i can do )?(?:just |while |in )?"
OBSTACLES: dict[str, Obstacle] = {
    "kneeling": Obstacle(
        _words(
            rf"kneel\w*|{_NOT} squat\w*|(?:bad|dodgy|sore|new|replaced|gone) knees?|"
            r"(?:hurts?|kills?|hard on) (?:my|the) knees?|"
            r"knees? (?:is|are|hates?|hurts?|will not|does not|do not|can not|cannot|kills?|killing)|"
            rf"{_NOT} (?:all fours|hands and knees)"
        ),
        _words(r"kneel\w*|hands and knees|all fours|squat\w*"),
    ),
    "wrists": Obstacle(
        _words(
            r"wrists?|carpal|thumbs?|(?:arthritis in|hurts|kills|bad|sore) (?:my |both )?(?:hands|fingers)|"
            r"hands (?:hurt|ache|are sore|can not)"
        ),
        _words(r"hands and knees|forearms|fists?|knuckles?|fingertips?|thumbs?|push up|push yourself|rubs?|knead\w*"),
    ),
    "arms": Obstacle(
        _words(
            r"shoulders? (?:does not|do not|will not|can not|cannot|hurts?|is|are|lift)|"
            r"(?:raise|lift) (?:my|an|the) arms?"
        ),
        _words(r"behind (?:the|your) (?:neck|head|back)|arms? (?:up|forward|out|overhead)|hands and knees"),
    ),
    "reach": Obstacle(
        _words(
            r"(?:not|cannot|never) (?:really |quite )?reach "
            r"(?:round|around|behind|back|that|it|there|the|my (?:own )?back)"
        ),
        _words(r"with your (?:fingertips|thumbs?|knuckles)|loose fist|behind (?:the|your) back"),
    ),
    "floor": Obstacle(
        _words(
            rf"{_NOT} (?:the |my )?(?:floor|ground|lie|lying|laying|lay|mat)|floor space|wheelchair|"
            rf"{_IN_THE_CHAIR}|"
            r"where (?:am|do|would|can) i (?:\w+ ){0,2}(?:lie|lay)|"
            r"(?:get|got|getting) (?:back )?(?:up|down) (?:again|there|off|onto)|"
            rf"{_WHILE}(?:{_SEATED}|standing)"
        ),
        _words(
            r"lie (?:\w+ )?on (?:your|the)|lying (?:\w+ )?on (?:your|the)|(?:sit|sitting|down) on the floor|"
            r"kneel\w*|hands and knees|forearms"
        ),
    ),
    "standing": Obstacle(
        _words(
            rf"{_NOT} (?:stand|standing)|wheelchair|{_IN_THE_CHAIR}|"
            rf"{_WHILE}(?:{_SEATED})"
        ),
        _words(r"stand|standing|walk|walking|squat\w*|march\w*"),
    ),
    "twisting": Obstacle(
        _words(rf"{_NOT} (?:twist\w*|rotat\w*|turn(?:ing)?)"),
        _words(r"twist\w*|rotat\w*|turn your (?:upper|body)|roll (?:both|your) knees?"),
    ),
    "bending": Obstacle(
        _words(rf"{_NOT} bend(?:ing)?"), _words(r"bend forward|fold forward|forward bend|towards? your toes")
    ),
    "roller": Obstacle(_words(rf"{_NOT} (?:foam )?roller"), _words(r"roller")),
    "bath": Obstacle(
        _words(rf"{_NOT} (?:bath|tub|bathtub)|(?:only|just) (?:have )?(?:a )?shower"), _words(r"bath(?:tub)?|basin")
    ),
    "swimming": Obstacle(
        _words(rf"{_NOT} (?:swim\w*|pool)|(?:scared|afraid) of (?:the )?water"),
        _words(r"swim\w*|pool|in (?:the )?water"),
    ),
    "time": Obstacle(
        _words(
            r"(?:one|two|three|five|1|2|3|5|a few|couple(?: of)?|half a) ?(?:min|mins|minutes?)|"
            r"between (?:calls|clients|patients|customers|lessons|jobs|meetings|deliveries)|"
            r"no time|not (?:have|got|enough) (?:the |any |much )?time|too busy|short break"
        ),
        brief=True,
    ),
    "money": Obstacle(
        _words(
            r"afford|for free|free (?:at home|to do|things?|stuff|ones?|options?)|something free|expensive|"
            r"no money|skint|broke|cheap(?:er)?|too dear|costs? (?:too much|a lot)"
        ),
        _words(r"buy|pay|insurance"),
        frozenset({Kind.MANUAL_THERAPY, Kind.PROFESSIONAL_CARE}),
    ),
}


def in_the_way(text: str) -> list[str]:
    """The obstacles that a text speaks of.

    Args:
        text: cleaned and spelt right.
    """
    return [name for name, obstacle in OBSTACLES.items() if obstacle.said.search(text)]


def blocked(entry: Entry, names: Collection[str]) -> bool:
    """Whether one of the obstacles stands in the way of a remedy."""
    return any(_blocks(OBSTACLES[name], entry) for name in names if name in OBSTACLES)


def _blocks(obstacle: Obstacle, entry: Entry) -> bool:
    if entry.kind in obstacle.kinds:
        return True
    if obstacle.brief and entry.dose is not None:
        minutes = entry.dose.amounts.get("minutes")
        if minutes is not None and (minutes.low or 0.0) > SHORT_BREAK:
            return True
    return bool(obstacle.wants.search(" ".join([entry.title, entry.short, *entry.steps])))
