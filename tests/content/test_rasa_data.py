"""Rasa's own check of domain, rules, stories and training data."""

from __future__ import annotations

import os
import subprocess
import sys

from backtalk.yaml_files import ROOT

#: Seconds: about 40 on two cores; more when they are busy.
LIMIT = 400


def test_rasa_finds_the_data_valid_without_a_warning() -> None:
    env = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
