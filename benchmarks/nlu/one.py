"""One pipeline in a process of its own: trained, or measured.

Usage: python -m benchmarks.nlu.one train CONFIG MODEL OUT
       python -m benchmarks.nlu.one measure CONFIG MODEL OUT

Writes what it found to OUT as JSON. Times are of the processor, so that what else the machine does counts little.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

from backtalk.store import store
from backtalk.understanding import FALLBACK
from benchmarks.nlu.scoring import FILES, Answer
from scripts.measure import Nlu, messages

#: Messages before any counts.
WARM_UP = 20
#: Kinds of facts that stand in ``tests/nlu/entities.yml``.
KINDS = frozenset("area situation condition age weeks duration intensity region person".split())


def train(config: Path, model: Path) -> dict[str, float]:
    """Trains a pipeline on the project's data.

    Returns:
        ``cpu`` and ``wall``: seconds, after the imports. ``peak``: memory, MB.
    """
    from rasa.model_training import train_nlu

    cpu, wall = time.process_time(), time.monotonic()
    made = train_nlu(str(config), "data/nlu", str(model.parent), fixed_model_name=model.name.removesuffix(".tar.gz"))
    if made is None:
        raise SystemExit(f"{config}: nothing was trained")
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.monotonic() - wall,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }


def measure(config: Path, model: Path) -> dict[str, Any]:
    """Has a trained model read every test message, on one core.

    Returns:
        ``answers``: for each test file, an ``Answer`` a message. ``memory``: MB after the last one. ``size``: of the
        model's file, MB.
    """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if "DIETClassifier" in config.read_text(encoding="utf-8"):
        # Else ``Nlu`` starts Rasa without it, as a server of ours does.
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(1)
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    nlu = Nlu(model)
    answers: dict[str, list[Any]] = {}
    for one in messages(FILES["entries"])[:WARM_UP]:
        nlu.parse(one["text"])
    for name, path in FILES.items():
        answers[name] = []
        for one in messages(path):
            started = time.process_time()
            parsed = nlu.parse(one["text"])
            spent = time.process_time() - started
            answers[name].append(answer(parsed, spent * 1000)._asdict())
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    resident = re.search(r"^VmRSS:\s*(\d+) kB", status, re.MULTILINE)
    assert resident is not None
    return {"answers": answers, "memory": int(resident.group(1)) / 1000, "size": model.stat().st_size / 1e6}


def answer(parsed: Mapping[str, Any], milliseconds: float) -> Answer:
    """What a pipeline made of a message, in the terms that all of them have in common."""
    given = (parsed.get("intent") or {}).get("name") or ""
    ranking = [(one["name"], float(one["confidence"])) for one in parsed.get("intent_ranking") or []]
    asks = (parsed.get("reading") or {}).get("asks") or []
    if asks:
        likeliest, confidence = _ours(asks[0], ranking)
    else:
        # Rasa's fallback puts itself before what the classifier said.
        likeliest, confidence = next(((name, p) for name, p in ranking if name != FALLBACK), (given, 0.0))
    facts = sorted({_label(one) for one in parsed.get("entities") or [] if one["entity"] in KINDS})
    return Answer(given, likeliest, confidence, facts, milliseconds)


def _ours(ask: Mapping[str, Any], ranking: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """The likeliest intent also where the bot asks back; of a topic, with the probability of that topic.

    The reading says how sure it is that the guide is asked, and, given that, which entry is meant: the product is the
    topic's probability, as the other pipelines give it.
    """
    topics = {entry.id: entry.topic for entry in store()}
    intent, confidence = ask["intent"], ask["confidence"]
    if intent == FALLBACK:
        confidence = 1.0 - confidence
        others = [name for name, p in ranking if name != FALLBACK and abs(p - confidence) < 0.001]
        intent = others[0] if others else f"ask_{topics[ask['guesses'][0][0]]}"
    topic: Optional[str] = intent.removeprefix("ask_")
    if topic in topics.values():
        confidence *= min(1.0, sum(p for entry, p in ask["guesses"] if topics[entry] == topic))
    return intent, confidence


def _label(entity: Mapping[str, Any]) -> str:
    """As in ``tests/nlu/entities.yml``: kind:value, and whose a condition is if it is not the writer's own."""
    label = f"{entity['entity']}:{entity['value']}"
    return f"{label}:{entity['role']}" if entity["entity"] == "condition" and entity.get("role") else label


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    what, config, model, out = arguments
    found = {"train": train, "measure": measure}[what](Path(config), Path(model))
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
