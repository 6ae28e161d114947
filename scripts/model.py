"""Which model fits the data, and training it when there is none."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
#: What a model is made of; a change of any of these makes a new one. Choosing, rendering, phrases, thresholds and
#: channels work at run time and are not among them.
INGREDIENTS = (
    "config.yml",
    "domain.yml",
    "requirements.lock",
    *(f"data/{name}" for name in "nlu rules stories responses remedies red_flags vocabulary".split()),
    *(f"backtalk/{name}.py" for name in ("catalogue", "language", "store", "vocabulary", "yaml_files")),
    *(f"components/{name}.py" for name in ("importer", "reader", "stories", "understanding", "words")),
    "components/encoder",
)
KEEP = 3
#: Environment variable: a model file to test or measure, in place of the one that fits the data.
MODEL_VARIABLE = "BACKTALK_MODEL"


class TrainingFailed(RuntimeError):
    """The message is one plain sentence."""


def fingerprint() -> str:
    """Twelve hexadecimal digits over all that goes into a model."""
    digest = hashlib.sha256()
    for name in INGREDIENTS:
        path = ROOT / name
        if not path.exists():
            raise FileNotFoundError(f"{name}, which a model is made of, is missing")
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in (".yml", ".py", ".npz"))
        for file in files:
            digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def named_model() -> Path:
    """For tests and measurements: the model file that ``BACKTALK_MODEL`` names, else what ``ensure_model`` gives."""
    named = os.environ.get(MODEL_VARIABLE)
    return Path(named).resolve() if named else ensure_model()


def ensure_model() -> Path:
    """The model for the present data; trained first if it is not there.

    Raises:
        TrainingFailed: it could not be trained.
    """
    model = MODELS / f"backtalk-{fingerprint()}.tar.gz"
    if model.is_file():
        return model
    MODELS.mkdir(exist_ok=True)
    _train(model)
    for old in sorted(MODELS.glob("backtalk-*.tar.gz"), key=lambda p: p.stat().st_mtime)[:-KEEP]:
        old.unlink()
    return model


def _train(model: Path) -> None:
    log = MODELS / "training.log"
    # Under another name until it is whole: a training that was cut short leaves no model behind.
    name = f"unfinished-{os.getpid()}"
    # `make validate` and the tests check the data; that takes half a minute, which a first answer should not wait for.
    command = [
        sys.executable,
        "-m",
        "scripts.rasa_cli",
        "train",
        "--force",
        "--skip-validation",
        "--fixed-model-name",
        name,
        "--out",
        str(MODELS),
    ]
    env = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    env.update(PYTHONWARNINGS="ignore", SQLALCHEMY_SILENCE_UBER_WARNING="1")
    print("No trained model fits the data yet: training one (a few minutes, once).", flush=True)
    started = time.monotonic()
    stage = ""
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                time.sleep(0.5)
                now = _stage(log)
                if now and now != stage:
                    stage = now
                    print(f"  {time.monotonic() - started:4.0f} s  {stage}", flush=True)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    made = MODELS / f"{name}.tar.gz"
    if process.returncode or not made.is_file():
        made.unlink(missing_ok=True)
        raise TrainingFailed(f"The training failed: {_last_line(log)} (all of it: {log.relative_to(ROOT)})")
    made.rename(model)
    print(f"  {time.monotonic() - started:4.0f} s  done: {model.relative_to(ROOT)}", flush=True)


def _stage(log: Path) -> str:
    """The step that Rasa works on, from its log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in reversed(lines):
        if "Progress: " in line:
            return line.split("Progress: ")[1]
        if "Starting to train component '" in line:
            return f"training the {line.split(chr(39))[1]}"
    return "reading the data"


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given."
