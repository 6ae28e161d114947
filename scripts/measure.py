"""How well the trained model understands messages that training never saw.

Usage: python -m scripts.measure report|calibrate
"""

from __future__ import annotations

import asyncio
import os
import random
import string
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Sequence

from backtalk.catalogue import Tier, catalogue
from backtalk.choosing import GENERAL
from backtalk.store import store
from backtalk.understanding import DECLINES, FALLBACK
from backtalk.yaml_files import ROOT, read_yaml

TESTS = ROOT / "tests"
#: Files of messages, by what they measure.
ENTRIES, INTENTS = TESTS / "nlu" / "entries.yml", TESTS / "nlu" / "intents.yml"
SAFETY = {
    "seen while building": TESTS / "safety" / "messages_dev.yml",
    "held out": TESTS / "safety" / "messages_heldout.yml",
}
#: Styles of harmless messages that are no hard ones.
EASY = "ordinary"


class Nlu:
    """The NLU part of a trained model, in this process.

    Args:
        model: the model's file.
    """

    def __init__(self, model: Path) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        warnings.simplefilter("ignore")
        from scripts import without_tensorflow

        if "tensorflow" not in sys.modules:
            without_tensorflow.install()
        import logging

        from rasa.core.agent import Agent
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.WARNING)
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._agent = Agent.load(str(model))

    def parse(self, text: str) -> dict[str, Any]:
        """The parse data of a message."""
        from rasa.core.channels.channel import UserMessage

        assert self._agent.processor is not None
        parsing = self._agent.processor.parse_message(UserMessage(text))
        parsed: dict[str, Any] = self._loop.run_until_complete(parsing)
        return parsed


def messages(path: Path) -> list[dict[str, Any]]:
    """The messages of a test file."""
    found: list[dict[str, Any]] = read_yaml(path)["messages"]
    return found


def guesses(parsed: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Entries that a message is read as, likeliest first; none if it does not ask for one."""
    intent = (parsed.get("intent") or {}).get("name") or ""
    asks = (parsed.get("reading") or {}).get("asks") or []
    if not asks or intent in DECLINES or not intent.startswith("ask_"):
        return []
    return [(name, confidence) for name, confidence in asks[0]["guesses"]]


@dataclass
class Understood:
    """Shares, 0 to 1, of a set of messages.

    Attributes:
        first, among_three: the right entry is the likeliest, is one of the three likeliest.
        declined: declined or taken for something outside the guide. misses: text, wanted, found.
    """

    first: float
    among_three: float
    declined: float
    milliseconds: float
    misses: list[tuple[str, Any, Any]] = field(default_factory=list)


def entries(nlu: Nlu, noise: int = 0, seed: int = 1) -> Understood:
    """Questions for one thing in the guide.

    Args:
        noise: errors typed into each message.
    """
    chance = random.Random(seed)
    first = three = declined = 0
    misses = []
    every = messages(ENTRIES)
    started = time.perf_counter()
    for one in every:
        parsed = nlu.parse(mistyped(one["text"], noise, chance))
        named = [name for name, _ in guesses(parsed)[:3]]
        first += bool(named) and named[0] in one["want"]
        three += any(name in one["want"] for name in named)
        declined += parsed["intent"]["name"] in DECLINES
        if not any(name in one["want"] for name in named):
            misses.append((one["text"], one["want"], named or parsed["intent"]["name"]))
    spent = (time.perf_counter() - started) / len(every) * 1000
    return Understood(first / len(every), three / len(every), declined / len(every), spent, misses)


@dataclass
class Sorted:
    """Shares, 0 to 1: intents that are right; out-of-scope messages that are declined, asked back, answered."""

    right: float
    declined: float
    asked_back: float
    answered: float
    misses: list[tuple[str, Any, Any]]


def intents(nlu: Nlu) -> Sorted:
    """Talk around the guide, and messages outside it."""
    every = messages(INTENTS)
    right = 0
    outside: Counter[str] = Counter()
    misses = []
    for one in every:
        name = nlu.parse(one["text"])["intent"]["name"]
        right += name in one["want"]
        if name not in one["want"]:
            misses.append((one["text"], one["want"], name))
        if DECLINES & set(one["want"]):
            outside["all"] += 1
            outside["declined"] += name in DECLINES
            outside["asked"] += name == FALLBACK
            outside["answered"] += name in GENERAL or name.removeprefix("ask_") in store().topics
    total = outside["all"]
    return Sorted(
        right / len(every), outside["declined"] / total, outside["asked"] / total, outside["answered"] / total, misses
    )


@dataclass
class Screened:
    """Counts of a set of labelled messages.

    Attributes:
        recall: tier to (messages, recognised at that tier or above, met by a question).
        worse: missed by more than a tier.
        alarms: "hard" or "ordinary" to (messages, emergency or urgent alarms, questions).
        missed, false: text, wanted, found.
    """

    recall: dict[str, list[int]]
    alarms: dict[str, list[int]]
    worse: int
    missed: list[tuple[str, Any, Any]]
    false: list[tuple[str, Any, Any]]


def highest(flags: Iterable[str]) -> int:
    """0 for no flag, 1 for soon, 2 for urgent, 3 for an emergency."""
    return max((catalogue()[flag].tier.rank + 1 for flag in flags), default=0)


def screened(found: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> Screened:
    """Counts what the screen said of labelled messages."""
    result = Screened({tier.value: [0, 0, 0] for tier in Tier}, {"hard": [0, 0, 0], EASY: [0, 0, 0]}, 0, [], [])
    for parsed, one in zip(found, wanted):
        flags = parsed.get("red_flags") or {}
        raised, doubtful = highest(flags.get("flags", ())), bool(flags.get("doubtful"))
        need = highest(one["flags"])
        if need:
            row = result.recall[next(tier.value for tier in Tier if tier.rank + 1 == need)]
            row[0] += 1
            row[1] += raised >= need
            row[2] += raised < need and doubtful
            result.worse += raised < need - 1 and not doubtful
            if raised < need:
                result.missed.append((one["text"], one["flags"], flags))
        else:
            row = result.alarms[EASY if one["style"] == EASY else "hard"]
            row[0] += 1
            row[1] += raised >= 2
            row[2] += raised < 2 and doubtful
            if raised >= 2:
                result.false.append((one["text"], one["style"], flags))
    return result


def mistyped(text: str, errors: int, chance: random.Random) -> str:
    """The text with so many slips of the finger: a letter left out, doubled, changed or swapped, or a space lost."""
    for _ in range(errors):
        places = [n for n in range(1, len(text) - 1) if text[n].isalpha() and text[n + 1].isalpha()]
        if not places:
            break
        n = chance.choice(places)
        kind = chance.choice(("drop", "double", "change", "swap", "space"))
        if kind == "drop":
            text = text[:n] + text[n + 1 :]
        elif kind == "double":
            text = text[:n] + text[n] + text[n:]
        elif kind == "change":
            text = text[:n] + chance.choice(string.ascii_lowercase) + text[n + 1 :]
        elif kind == "swap":
            text = text[:n] + text[n + 1] + text[n] + text[n + 2 :]
        else:
            spaces = [m for m, letter in enumerate(text) if letter == " "]
            if spaces:
                m = chance.choice(spaces)
                text = text[:m] + text[m + 1 :]
    return text


def percent(part: float, whole: float = 1.0) -> str:
    """As "93.4 %"."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def report(nlu: Nlu) -> str:
    """The README's tables."""
    lines = ["| ordinary messages | measured |", "|---|---|"]
    count = len(messages(ENTRIES))
    for noise in (0, 1, 2):
        found = entries(nlu, noise)
        typed = "" if not noise else f", {noise} typing error{'s' * (noise > 1)} in each"
        what = f"{count} questions for one thing in the guide{typed}: right one first / among three"
        lines.append(f"| {what} | {percent(found.first)} / {percent(found.among_three)} |")
        if not noise:
            lines.append(f"| of these, declined | {percent(found.declined)} |")
    talk = intents(nlu)
    outside = sum(bool(DECLINES & set(one["want"])) for one in messages(INTENTS))
    lines += [
        f"| {len(messages(INTENTS))} other messages: right intent | {percent(talk.right)} |",
        f"| {outside} out-of-scope messages: declined / asked back / taken for the guide "
        f"| {percent(talk.declined)} / {percent(talk.asked_back)} / {percent(talk.answered)} |",
        "",
        "| warning signs | " + " | ".join(SAFETY) + " |",
        "|---|" + "---|" * len(SAFETY),
    ]
    results = {}
    for name, path in SAFETY.items():
        every = messages(path)
        results[name] = screened([nlu.parse(one["text"]) for one in every], every)
    for tier in Tier:
        cells = [
            f"{percent(r[1], r[0])} of {r[0]}, {percent(r[2], r[0])} more asked about"
            for r in (s.recall[tier.value] for s in results.values())
        ]
        lines.append(f"| {tier.value}: recognised | " + " | ".join(cells) + " |")
    for kind, words in (
        ("hard", "hard harmless messages: false emergency or urgent alarm"),
        (EASY, "ordinary messages: false alarm"),
    ):
        cells = [
            f"{percent(r[1], r[0])} of {r[0]}, {percent(r[2], r[0])} asked about"
            for r in (s.alarms[kind] for s in results.values())
        ]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    lines.append("| missed by more than one tier | " + " | ".join(str(s.worse) for s in results.values()) + " |")
    return "\n".join(lines)


def calibrate(nlu: Nlu) -> str:
    """How often the likeliest entry, and one of three, is right, by the model's confidence."""
    rows: dict[float, list[int]] = {}
    steps = (0.0, 0.2, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.95)
    for one in messages(ENTRIES):
        found = guesses(nlu.parse(one["text"]))
        if found:
            row = rows.setdefault(max(step for step in steps if found[0][1] >= step), [0, 0, 0])
            row[0] += 1
            row[1] += found[0][0] in one["want"]
            row[2] += any(name in one["want"] for name, _ in found[:3])
    lines = ["confidence from | messages | likeliest right | one of three right", "---|---|---|---"]
    lines += [f"{step:.2f} | {n} | {percent(a, n)} | {percent(b, n)}" for step, (n, a, b) in sorted(rows.items())]
    talk: dict[float, list[int]] = {}
    lines += ["", "intent confidence from | messages | right", "---|---|---"]
    for one in messages(INTENTS):
        intent = nlu.parse(one["text"])["intent"]
        row = talk.setdefault(max(step for step in steps if intent["confidence"] >= step), [0, 0])
        row[0] += 1
        row[1] += intent["name"] in one["want"]
    lines += [f"{step:.2f} | {n} | {percent(a, n)}" for step, (n, a) in sorted(talk.items())]
    return "\n".join(lines)


def main(arguments: Sequence[str], model: Optional[Path] = None) -> None:
    """The command line."""
    from scripts.model import ensure_model

    wanted = {"report": report, "calibrate": calibrate}
    if len(arguments) != 1 or arguments[0] not in wanted:
        raise SystemExit("Usage: python -m scripts.measure report|calibrate")
    print(wanted[arguments[0]](Nlu(model or ensure_model())))


if __name__ == "__main__":
    main(sys.argv[1:])
