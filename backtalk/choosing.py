"""Which entries to offer: topic and situation first, better evidence first, nothing that the person's state forbids."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Collection, Iterable, Mapping, Optional, Sequence

from backtalk.obstacles import blocked
from backtalk.rendering import joined
from backtalk.store import Entry, Grade, Kind, Role, Store

#: How many remedies one answer holds.
AT_MOST = 3
#: Points. A situation that the person names outweighs a body area, both outweigh the evidence; the evidence decides
#: between entries that fit alike. A topic of its own people (pregnancy) fits them better than a general entry.
SITUATION, IMPLIED_SITUATION, AREA, OTHER_AREA, OWN_TOPIC, HELPED = 3.0, 1.5, 2.0, -2.0, 2.0, 1.0
#: Who has no use for a cushion has none for another one.
ALIKE = 4.0
_WORD = re.compile(r"[a-z]{4,}")
_NO_THING = frozenset(
    "your back lower upper with from while both small gentle gently before after hands standing sitting lying side "
    "exercise stretch stretches warm cold move keep time minutes every hour between towards".split()
)
#: The topics that the vocabulary names for a situation or an area, the first of them most.
BEST_TOPIC, GOOD_TOPIC = 2.5, 1.5
EVIDENCE = {Grade.SUPPORTED: 1.6, Grade.MIXED: 1.1, Grade.WEAK: 0.6, Grade.NONE: 0.0, Grade.CONTRADICTED: -1.0}
#: A general entry (fits any situation) still answers a named one, a little.
ANY_SITUATION = 0.4
#: Where no situation is named, one for certain situations ("a walk after lunch") comes behind those for any back.
UNNAMED_SITUATION = -0.8
ANY_BACK = frozenset({"acute", "chronic"})

#: Parts of the spine, as areas of the vocabulary.
SPINE = frozenset({"neck", "upper_back", "mid_back", "lower_back"})
#: Kinds that a request for a kind takes in.
KINDS: Mapping[str, frozenset[Kind]] = {
    "exercise": frozenset({Kind.EXERCISE, Kind.STRETCH}),
    "stretch": frozenset({Kind.STRETCH}),
    "massage": frozenset({Kind.MASSAGE, Kind.MANUAL_THERAPY, Kind.ACUPRESSURE}),
    "heat-cold": frozenset({Kind.HEAT_COLD}),
    "sleep": frozenset({Kind.SLEEP}),
    "posture": frozenset({Kind.POSTURE, Kind.WORK_SETUP}),
    "nutrition": frozenset({Kind.NUTRITION}),
    "mind-body": frozenset({Kind.MIND_BODY}),
    "activity": frozenset({Kind.ACTIVITY}),
}
#: Intents that ask for advice in general, and the kinds (of ``KINDS``) that they mean.
GENERAL: Mapping[str, tuple[str, ...]] = {
    "describe_pain": (),
    "ask_self_care": (),
    "ask_exercises": ("exercise",),
    "ask_quick_relief": ("heat-cold", "stretch"),
    "ask_prevention": (),
}


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        kinds: ids of ``KINDS``; none: any kind.
        situations, areas: ids of the vocabulary.
        topic: of the store, to stay in; none: any.
        mentioned: conditions spoken of, that count for this answer.
    """

    kinds: tuple[str, ...] = ()
    situations: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    topic: Optional[str] = None
    mentioned: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """As JSON, without what is empty."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(self).items() if value}

    @classmethod
    def from_dict(cls, raw: Optional[Mapping[str, object]]) -> "Request":
        """From what ``to_dict`` made."""
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in (raw or {}).items()}
        return cls(**values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Choice:
    """What was chosen, and what was left out.

    Attributes:
        entries: best first.
        withheld: entries that would have been among them, each with the conditions that forbid it.
    """

    entries: tuple[Entry, ...]
    withheld: tuple[tuple[Entry, tuple[str, ...]], ...] = ()


@dataclass
class History:
    """What was said before, as far as choosing minds it: ids of entries, and of obstacles."""

    shown: list[str] = field(default_factory=list)
    helped: list[str] = field(default_factory=list)
    not_helped: list[str] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)


def forbidden(entry: Entry, conditions: Collection[str]) -> tuple[str, ...]:
    """The person's conditions in which a remedy is left out; empty for whatever only informs.

    An honest no, a caution or an explanation is for the very people it warns.
    """
    if entry.role is not Role.REMEDY:
        return ()
    if "under_18" in conditions:
        return ("under_18",)
    return tuple(name for name in entry.avoid_if if name in conditions)


def cares(entry: Entry, conditions: Collection[str]) -> list[str]:
    """The sentences of extra care that the person's conditions ask for, each once."""
    return list(dict.fromkeys(text for name, text in entry.care_if.items() if name in conditions))


def cautions(store: Store, entry: Entry, conditions: Collection[str]) -> list[Entry]:
    """The cautions that go with an entry, those for the person's conditions first."""
    found = [one for one in store.cautions(entry.id) if not one.only_if or set(one.only_if) & set(conditions)]
    return sorted(found, key=lambda one: not one.only_if)


def because(names: Iterable[str], store: Store, who: Optional[str] = None) -> str:
    """ "you are pregnant and you have thin bones": fits after "because"; the most telling first, two at most.

    What another of them implies is not said twice: late pregnancy says pregnancy.
    """
    conditions = store.vocabulary.conditions
    names = list(names)
    implied = {other for name in names for other in conditions[name].implies}
    telling = [name for name in names if name not in implied][:2] or names[:1]
    return joined([conditions[name].they.format(who=who) if who else conditions[name].you for name in telling])


def _topics(store: Store, request: Request) -> dict[str, float]:
    """Points by topic, for the request's situations and areas."""
    points: dict[str, float] = {}
    words = store.vocabulary
    for term in [words.situations[n] for n in request.situations] + [words.areas[n] for n in request.areas]:
        for place, topic in enumerate(term.topics):
            points[topic] = max(points.get(topic, 0.0), GOOD_TOPIC if place else BEST_TOPIC)
    return points


@lru_cache(maxsize=1024)
def _things(title: str) -> frozenset[str]:
    """What a title names: "cushion" of "A small cushion at your lower back"."""
    return frozenset(word for word in _WORD.findall(title.lower()) if word not in _NO_THING)


def _score(
    entry: Entry,
    store: Store,
    request: Request,
    fitting: Mapping[str, float],
    conditions: Collection[str],
    history: History,
) -> float:
    situations = store.vocabulary.situations
    implied = {other for name in request.situations for other in situations[name].implies}
    points = EVIDENCE[entry.evidence.grade]
    fits = set(entry.situations)
    points += SITUATION * len(fits & set(request.situations)) + IMPLIED_SITUATION * len(fits & implied)
    if request.situations and not fits:
        points += ANY_SITUATION
    if not request.situations and fits and not fits & ANY_BACK:
        points += UNNAMED_SITUATION
    if request.areas and entry.areas:
        points += AREA if set(entry.areas) & set(request.areas) else OTHER_AREA
    points += fitting.get(entry.topic, 0.0)
    if set(store.topics[entry.topic].offer_if) & set(conditions):
        points += OWN_TOPIC
    kinds = {store[name].kind for name in history.helped if name in store}
    points += HELPED * (entry.kind in kinds)
    failed = [store[name] for name in history.not_helped if name in store]
    points -= HELPED * (entry.kind in {one.kind for one in failed})
    points -= ALIKE * any(one.kind is entry.kind and _things(one.title) & _things(entry.title) for one in failed)
    return points


def _elsewhere(entry: Entry, request: Request) -> bool:
    """It is for another part of the body than the part of the spine that is named: no calf stretch for a sore neck."""
    wanted = SPINE & set(request.areas)
    return bool(wanted and entry.areas and not wanted & set(entry.areas))


def offers(
    store: Store, request: Request, conditions: Collection[str], history: History, at_most: int = AT_MOST
) -> Choice:
    """The best remedies for a request, none shown before, of various topics unless the request names one.

    Args:
        conditions: all that holds for the person, implied ones too.
    """
    wanted = frozenset().union(*(KINDS[kind] for kind in request.kinds)) if request.kinds else None
    fitting = _topics(store, request)
    candidates = []
    for place, entry in enumerate(store):
        topic = store.topics[entry.topic]
        if not entry.advice or (wanted is not None and entry.kind not in wanted):
            continue
        if request.topic:
            if entry.topic != request.topic:
                continue
        elif topic.only_asked and wanted is None and entry.topic not in fitting:
            continue
        if topic.offer_if and not request.topic and not set(topic.offer_if) & set(conditions):
            continue
        if entry.kind is Kind.PROFESSIONAL_CARE and not request.topic:
            continue
        if _elsewhere(entry, request) or blocked(entry, history.obstacles):
            continue
        candidates.append((-_score(entry, store, request, fitting, conditions, history), place, entry))
    ranked = [entry for _, _, entry in sorted(candidates, key=lambda item: item[:2])]
    chosen: list[Entry] = []
    withheld: list[tuple[Entry, tuple[str, ...]]] = []
    topics: dict[str, int] = {}
    skipped: list[Entry] = []
    for entry in ranked:
        if entry.id in history.shown or entry.id in history.not_helped:
            continue
        why = forbidden(entry, conditions)
        if why:
            if len(chosen) < at_most and len(withheld) < AT_MOST:
                withheld.append((entry, why))
        elif not request.topic and topics.get(entry.topic, 0) >= (2 if fitting.get(entry.topic) == BEST_TOPIC else 1):
            skipped.append(entry)
        else:
            chosen.append(entry)
            topics[entry.topic] = topics.get(entry.topic, 0) + 1
        if len(chosen) == at_most:
            break
    chosen += skipped[: at_most - len(chosen)]
    return Choice(tuple(chosen), tuple(withheld))


def alternatives(
    store: Store, entry: Entry, conditions: Collection[str], history: History, at_most: int = 1
) -> Sequence[Entry]:
    """What to offer in place of an entry: what it names itself, the easier step, then its topic, then its kind."""
    names = [*entry.instead, *([entry.easier] if entry.easier else [])]
    found = [store[name] for name in names]
    found += [other for other in store if other.topic == entry.topic and other.id != entry.id and other.advice]
    found += [
        other
        for other in store
        if other.kind is entry.kind and other.advice and not store.topics[other.topic].offer_if
        and set(other.areas) & set(entry.areas)
    ]  # fmt: skip
    fitting = [
        other
        for other in {one.id: one for one in found}.values()
        if other.role is not Role.NO and not forbidden(other, conditions) and other.id not in history.not_helped
        and not blocked(other, history.obstacles)
    ]  # fmt: skip
    return fitting[:at_most]
