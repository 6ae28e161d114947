"""The table of the bake-off."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Callable, Mapping, NamedTuple, Sequence

import yaml

from benchmarks.nlu.scoring import FILES, Score
from scripts.measure import messages, percent

#: What Rasa ends the log of a training with.
FINISHED = "Your Rasa model is trained and saved"


class Line(NamedTuple):
    """One training and what came of it.

    Attributes:
        train: ``cpu`` and ``wall`` seconds, ``peak`` MB; what is not known is left out.
        memory, size: MB. epochs: as ``epochs`` gives them.
    """

    score: Score
    train: Mapping[str, float]
    memory: float
    size: float
    epochs: str


def times_in(log: Path) -> dict[str, float]:
    """Seconds between the first and the last time in the log of a finished training, as ``wall``; else nothing."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    times = re.findall(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ", text, re.MULTILINE)
    if len(times) < 2 or FINISHED not in text:
        return {}
    first, last = (datetime.strptime(one, "%Y-%m-%d %H:%M:%S") for one in (times[0], times[-1]))
    return {"wall": (last - first).total_seconds()}


def _training(line: Line) -> str:
    if "cpu" in line.train:
        return f"{line.train['cpu'] / 60:.1f} min"
    return f"{line.train['wall'] / 60:.1f} min by the clock" if "wall" in line.train else "not known"


def _peak(line: Line) -> str:
    return f"{line.train['peak']:.0f} MB" if "peak" in line.train else "not known"


def _maybe(share: object) -> str:
    return percent(share) if isinstance(share, float) else "never"


#: The rows: what is measured, and how it is written.
ROWS: dict[str, Callable[[Line], str]] = {
    "topic of questions to the guide, right": lambda line: percent(line.score.topics),
    "intent of other messages, right": lambda line: percent(line.score.intents),
    "both, 95 % interval": lambda line: " - ".join(f"{100 * end:.0f}" for end in line.score.interval) + " %",
    "macro F1": lambda line: f"{line.score.macro_f1:.3f}",
    "entities, F1": lambda line: "none" if line.score.facts_f1 is None else f"{line.score.facts_f1:.2f}",
    "calibration error (ECE)": lambda line: f"{line.score.calibration_error:.3f}",
    "out of scope: declined": lambda line: percent(line.score.outside_declined),
    "out of scope: asked back": lambda line: percent(line.score.outside_asked),
    "good questions: declined": lambda line: percent(line.score.good_declined),
    "good questions: asked back": lambda line: percent(line.score.good_asked),
    "out of scope: refused at equal cost": lambda line: _maybe(line.score.outside_refused),
    "one message, p50": lambda line: f"{line.score.p50:.1f} ms",
    "one message, p95": lambda line: f"{line.score.p95:.1f} ms",
    "training, processor time": _training,
    "training, memory": _peak,
    "model file": lambda line: f"{line.size:.1f} MB",
    "memory when serving": lambda line: f"{line.memory:.0f} MB",
    "epochs of DIET": lambda line: line.epochs,
}


def _noise(lines: Mapping[str, Sequence[Line]]) -> list[str]:
    found = []
    for name, several in lines.items():
        if len(several) > 1:
            topics = [line.score.topics for line in several[1:]]
            intents = [line.score.intents for line in several[1:]]
            spans = [f"{percent(min(values))} to {percent(max(values))}" for values in (topics, intents)]
            found.append(f"- {name}: topics {spans[0]}, intents {spans[1]} ({len(several) - 1} trainings).")
    return found


def epochs(config: Path) -> str:
    """Passes of DIET over the examples; "-" in a pipeline without it."""
    components = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
    return next((str(one["epochs"]) for one in components if one["name"] == "DIETClassifier"), "-")


def markdown(lines: Mapping[str, Sequence[Line]], machine: str) -> str:
    """The page.

    Args:
        lines: by pipeline, "(a) name": the training on all data first, then those on nine tenths.
    """
    firsts = [several[0] for several in lines.values()]
    counts = {name: len(messages(path)) for name, path in FILES.items()}
    return "\n".join(
        [
            "<!-- Written by `make bake-off`; README.md says what the rows mean. -->",
            *(f"- {name}" for name in lines),
            "",
            "| | " + " | ".join(name[:3] for name in lines) + " |",
            "|---|" + "---|" * len(lines),
            *(f"| {row} | " + " | ".join(write(line) for line in firsts) + " |" for row, write in ROWS.items()),
            "",
            "Three more trainings, each without another tenth of the examples:",
            "",
            *(_noise(lines) or ["- not measured"]),
            "",
            f"Unseen messages: {counts['entries']} questions to the guide, {counts['intents']} others, "
            f"{counts['entities']} for entities. Measured on {machine}.",
            "",
        ]
    )
