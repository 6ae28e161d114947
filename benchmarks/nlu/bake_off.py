"""Pipelines for understanding on the same training data and the same unseen messages.

Usage: python -m benchmarks.nlu.bake_off [--only a,b] [--again] [--table] [--ours MODEL] [--ours-log LOG]

Each pipeline is trained and measured in processes of its own, one after the other. What was measured is kept under
``benchmarks/nlu/results/`` and not done again until its pipeline or the data change. Writes ``results.md`` beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence

import yaml

from benchmarks import machine
from benchmarks.nlu import blank_spacy, page
from benchmarks.nlu.scoring import FILES, Answer, score
from scripts.launch import ROOT
from scripts.measure import messages
from scripts.model import ensure_model

HERE = ROOT / "benchmarks" / "nlu"
#: Models and the configurations that they were trained with; and what was measured. Neither is tracked.
CACHE, RESULTS = ROOT / ".cache" / "bake-off", HERE / "results"
#: What the examples are made of.
DATA = ("data/nlu", "data/remedies")
#: One thread for every library, so that a time is the time of one core.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    # Else a second training is a copy of the first.
    "RASA_MAX_CACHE_SIZE": "0",
    "PYTHONPATH": str(ROOT),
}


@dataclass(frozen=True)
class Pipeline:
    """One contestant.

    Attributes:
        key: its letter. name: in the table. config: its Rasa configuration.
        repeats: trainings that leave out a tenth of the examples each, beside the one with all: they show the noise.
            Another seed would not: neither the regression nor the counts draw any numbers.
    """

    key: str
    name: str
    config: Path
    repeats: int = 0


PIPELINES = (
    Pipeline("a", "Rasa's default: words, letters, DIET", HERE / "pipelines" / "a_stock.yml"),
    Pipeline("b", "words, letters, logistic regression", HERE / "pipelines" / "b_counts_regression.yml", 3),
    Pipeline("c", "spaCy (untrained hash embeddings), DIET", HERE / "pipelines" / "c_spacy_diet.yml"),
    Pipeline("d", "sentence encoder, logistic regression", HERE / "pipelines" / "d_encoder_regression.yml", 3),
    Pipeline("e", "sentence encoder, DIET", HERE / "pipelines" / "e_encoder_diet.yml"),
    Pipeline("f", "Backtalk's: `config.yml`", ROOT / "config.yml"),
)
OURS = "f"
#: The log of the product's latest training.
TRAINING = ROOT / "models" / "training.log"


def digest(pipeline: Pipeline, extra: str = "") -> str:
    """Of all that a measurement depends on, the program itself apart: pipeline, examples, and the messages' texts."""
    found = hashlib.sha256(pipeline.config.read_bytes() + extra.encode())
    for folder in DATA:
        for path in sorted((ROOT / folder).glob("*.yml")):
            found.update(path.name.encode() + path.read_bytes())
    for path in FILES.values():
        found.update("\n".join(one["text"] for one in messages(path)).encode())
    return found.hexdigest()[:12]


def run_one(what: str, config: Path, model: Path, **environment: str) -> dict[str, Any]:
    """Trains or measures in a new process, and returns what it found.

    Raises:
        subprocess.CalledProcessError: it failed; its log lies beside the model.
    """
    out, log = model.with_suffix(f".{what}.json"), model.with_suffix(f".{what}.log")
    command = [sys.executable, "-m", "benchmarks.nlu.one", what, str(config), str(model), str(out)]
    with log.open("wb") as stream:
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, **QUIET, **environment}, stdout=stream, stderr=subprocess.STDOUT,
            check=True,
        )  # fmt: skip
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def result(pipeline: Pipeline, repeat: int, again: bool, ours: Optional[Path], log: Optional[Path]) -> dict[str, Any]:
    """What a pipeline's training and its reading of the test messages gave: kept, or found out now."""
    kept = RESULTS / f"{pipeline.key}{repeat or ''}.json"
    model = CACHE / f"{pipeline.key}{repeat or ''}.tar.gz"
    if pipeline.key == OURS:
        model = ours or ensure_model()
    mark = digest(pipeline, model.name if pipeline.key == OURS else "")
    if kept.is_file() and not again:
        old: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        if old["of"] == mark:
            return old
    print(f"{pipeline.key}{repeat or ''}: {pipeline.name} ...", flush=True)
    if pipeline.key == OURS:
        trained: dict[str, Any] = page.times_in(log) if log else {}
        link = CACHE / "f.tar.gz"
        link.unlink(missing_ok=True)
        link.symlink_to(model.resolve())
        model = link
    else:
        content = yaml.safe_load(pipeline.config.read_text(encoding="utf-8"))
        content["importers"][0]["repeat"] = repeat
        config = CACHE / f"{pipeline.key}{repeat or ''}.yml"
        config.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        trained = run_one("train", config, model)
    about = {"of": mark, "epochs": page.epochs(pipeline.config), "train": trained}
    found = {**about, **run_one("measure", pipeline.config, model, **ONE_THREAD)}
    RESULTS.mkdir(exist_ok=True)
    kept.write_text(json.dumps(found), encoding="utf-8")
    return found


def scored(found: dict[str, Any]) -> page.Line:
    """A line of the table from what was measured."""
    answers = {name: [Answer(**one) for one in several] for name, several in found["answers"].items()}
    tests = {name: messages(path) for name, path in FILES.items()}
    return page.Line(score(answers, tests), found["train"], found["memory"], found["size"], found["epochs"])


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Pipelines for understanding, side by side.")
    parser.add_argument("--only", default="", help="letters of the pipelines to measure now, as in a,b")
    parser.add_argument("--again", action="store_true", help="measure anew what was measured before")
    parser.add_argument("--table", action="store_true", help="only write the table, of what was measured before")
    parser.add_argument("--ours", type=Path, help="the model of Backtalk's own pipeline, if not the one that fits")
    parser.add_argument("--ours-log", type=Path, default=TRAINING, help="the log of its training")
    options = parser.parse_args(arguments)
    CACHE.mkdir(parents=True, exist_ok=True)
    blank_spacy.make(CACHE / "blank_en")
    wanted = [one for one in PIPELINES if not options.only or one.key in options.only.split(",")]
    # What there is once comes before the repeats.
    runs = [(repeat, one) for one in wanted for repeat in range(one.repeats + 1) if not options.table]
    for repeat, pipeline in sorted(runs, key=lambda run: run[0]):
        result(pipeline, repeat, options.again, options.ours, options.ours_log)
    lines: dict[str, list[page.Line]] = {}
    for pipeline in PIPELINES:
        for repeat in range(pipeline.repeats + 1):
            kept = RESULTS / f"{pipeline.key}{repeat or ''}.json"
            if kept.is_file():
                line = scored(json.loads(kept.read_text(encoding="utf-8")))
                lines.setdefault(f"({pipeline.key}) {pipeline.name}", []).append(line)
    text = page.markdown(lines, machine.describe())
    (HERE / "results.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
