"""``make telegram`` without what it needs ends with one plain sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.channels.telegram.running import ROOT, environment


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({}, "TELEGRAM_BOT_TOKEN is not set"),
        ({"TELEGRAM_BOT_TOKEN": "1:abc", "TELEGRAM_WEBHOOK_URL": "nowhere"}, "TELEGRAM_WEBHOOK_URL must be a whole"),
    ],
)
def test_what_is_missing_is_named(env: dict[str, str], sentence: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.launch", "telegram"],
        cwd=ROOT, env=environment(**env), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
