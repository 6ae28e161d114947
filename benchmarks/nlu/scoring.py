"""From what a pipeline made of the test messages to the figures of the table."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any, Mapping, NamedTuple, Optional, Sequence

from backtalk.store import store
from backtalk.understanding import DECLINES, FALLBACK
from scripts.measure import ENTRIES, INTENTS, TESTS

#: The unseen messages.
FILES = {"entries": ENTRIES, "intents": INTENTS, "entities": TESTS / "nlu" / "entities.yml"}
#: Bins of confidence, equally wide.
BINS = 10
#: Drawings with replacement, for an interval; and the share of them inside it.
DRAWS, INSIDE = 1000, 0.95
#: The share of good questions whose refusal is allowed when pipelines are compared at a threshold of their own.
ALLOWED = 0.05


class Answer(NamedTuple):
    """What a pipeline made of one message.

    Attributes:
        given: the intent that the bot acts on; ``nlu_fallback`` if it asks back.
        likeliest, confidence: the likeliest intent, before any threshold; 0 to 1.
        facts: "kind:value", or "kind:value:role".
    """

    given: str
    likeliest: str
    confidence: float
    facts: list[str]
    milliseconds: float


class Score(NamedTuple):
    """Shares, 0 to 1, unless something else is said.

    Attributes:
        topics: questions to the guide whose topic is the likeliest intent; intents: other messages, likewise.
        interval: of all messages together, lowest and highest.
        macro_f1: the mean over intents.
        facts_f1: over all facts; None if the pipeline finds none at all.
        calibration_error: expected: how far confidence is off, on average.
        outside_declined, outside_asked: out-of-scope messages that are declined; that are asked back about.
        good_declined, good_asked: questions to the guide, likewise.
        outside_refused: out-of-scope messages that would be declined or asked back about at the threshold at which
            ``ALLOWED`` of the good questions are; None if no threshold refuses so few of them.
        p50, p95: milliseconds of one core.
    """

    topics: float
    intents: float
    interval: tuple[float, float]
    macro_f1: float
    facts_f1: Optional[float]
    calibration_error: float
    outside_declined: float
    outside_asked: float
    good_declined: float
    good_asked: float
    outside_refused: Optional[float]
    p50: float
    p95: float


def wanted_intents(name: str, messages: Sequence[Mapping[str, Any]]) -> list[set[str]]:
    """The intents that are right for each message of the file ``entries`` or ``intents``."""
    if name == "intents":
        return [set(one["want"]) for one in messages]
    topics = {entry.id: f"ask_{entry.topic}" for entry in store()}
    return [{topics[entry] for entry in one["want"]} for one in messages]


def share(hits: Sequence[bool]) -> float:
    """Of True."""
    return sum(hits) / len(hits)


def interval(hits: Sequence[bool], seed: int = 1) -> tuple[float, float]:
    """Between which two shares the share of hits lies if other messages of this kind had been drawn (bootstrap)."""
    chance = random.Random(seed)
    shares = sorted(share(chance.choices(hits, k=len(hits))) for _ in range(DRAWS))
    outside = round(DRAWS * (1 - INSIDE) / 2)
    return shares[outside], shares[-outside - 1]


def macro_f1(found: Sequence[str], wanted: Sequence[set[str]]) -> float:
    """The mean F1 of the intents that are wanted at all. Where several are right, the one that was found is wanted."""
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    due: Counter[str] = Counter()
    for name, names in zip(found, wanted):
        gold = name if name in names else min(names)
        said[name] += 1
        due[gold] += 1
        right[name] += name == gold
    return sum(2 * right[name] / (said[name] + due[name]) for name in due) / len(due)


def facts_f1(found: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> Optional[float]:
    """F1 over all facts of all messages; None if none was found at all."""
    right = sum(len(set(a) & set(b)) for a, b in zip(found, wanted))
    said, due = sum(len(set(a)) for a in found), sum(len(set(b)) for b in wanted)
    return 2 * right / (said + due) if said else None


def calibration_error(confidences: Sequence[float], hits: Sequence[bool]) -> float:
    """The expected calibration error: by bins of confidence, the distance of mean confidence and share of hits."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, hit in zip(confidences, hits):
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, hit))
    return sum(abs(sum(c for c, _ in rows) - sum(h for _, h in rows)) for rows in bins.values()) / len(hits)


def refused_at_same_cost(good: Sequence[Answer], outside: Sequence[Answer]) -> Optional[float]:
    """The share of ``outside`` that is refused at the highest threshold that refuses at most ``ALLOWED`` of ``good``.

    Refused is what is read as out of scope, and what is below the threshold.
    """

    def sure(answer: Answer) -> float:
        return -1.0 if answer.likeliest in DECLINES else answer.confidence

    ranked = sorted(map(sure, good))
    threshold = ranked[int(ALLOWED * len(ranked))]
    if threshold < 0:
        return None
    return share([sure(answer) < threshold for answer in outside])


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that ``part`` of all do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))]


def score(answers: Mapping[str, Sequence[Answer]], tests: Mapping[str, Sequence[Mapping[str, Any]]]) -> Score:
    """The figures of one pipeline.

    Args:
        answers, tests: by name of the test file, in the same order.
    """
    found = [*answers["entries"], *answers["intents"]]
    wanted = [names for name in ("entries", "intents") for names in wanted_intents(name, tests[name])]
    hits = [answer.likeliest in names for answer, names in zip(found, wanted)]
    good = answers["entries"]
    outside = [one for one, names in zip(found, wanted) if DECLINES & names]
    times = [answer.milliseconds for several in answers.values() for answer in several]
    return Score(
        topics=share(hits[: len(good)]),
        intents=share(hits[len(good) :]),
        interval=interval(hits),
        macro_f1=macro_f1([answer.likeliest for answer in found], wanted),
        facts_f1=facts_f1([a.facts for a in answers["entities"]], [one["facts"] for one in tests["entities"]]),
        calibration_error=calibration_error([answer.confidence for answer in found], hits),
        outside_declined=share([answer.given in DECLINES for answer in outside]),
        outside_asked=share([answer.given == FALLBACK for answer in outside]),
        good_declined=share([answer.given in DECLINES for answer in good]),
        good_asked=share([answer.given == FALLBACK for answer in good]),
        outside_refused=refused_at_same_cost(good, outside),
        p50=percentile(times, 0.5),
        p95=percentile(times, 0.95),
    )
