"""The checks of wording that `make lint-content` runs."""

from __future__ import annotations

from typing import Any

import pytest

from backtalk import lint
from backtalk.store import Entry, store

HARD = "Physiological characteristics necessitate considerable individualisation."
GOOD = store()["ice-compress-three-times-daily"]


def findings(**changes: Any) -> str:
    return " | ".join(lint.check_entry(GOOD.copy(update=changes)))


def test_a_good_entry_has_no_findings() -> None:
    assert findings() == ""


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"title": "x" * 61}, "title has 61 characters, 60 are allowed"),
        ({"short": "Hold it. " * 20}, "short has"),
        ({"short": "Hold it"}, "short is not a full sentence"),
        ({"steps": ("Sit down",)}, "step is not a full sentence"),
        ({"steps": ("word " * 23 + ".",)}, "step has a sentence of 24 words"),
        ({"short": "It is harmless."}, "never reassure, rule out or promise"),
        ({"short": "This cures a sore back."}, "never reassure, rule out or promise"),
        ({"short": "It is probably a strain, so don't worry."}, "never reassure, rule out or promise"),
        ({"asks": ("x" * 301,)}, "an ask has 301 characters"),
        ({"short": HARD, "steps": (HARD,) * 3}, "the reading grade is"),
    ],
)
def test_what_an_editor_should_change_is_said(changes: dict[str, Any], finding: str) -> None:
    assert finding in findings(**changes)


def test_the_command_checks_all_files_or_those_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.main([]) == 0
    assert f"{len(store())} entries in {len(store().topics)} topics, 0 findings" in capsys.readouterr().out


def test_the_command_names_file_entry_and_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(entry: Entry) -> list[str]:
        return ["too long"] if entry.id == GOOD.id else []

    monkeypatch.setattr(lint, "check_entry", check)
    assert lint.main(["data/remedies/ice.yml"]) == 1
    assert "data/remedies/ice.yml: ice-compress-three-times-daily: too long" in capsys.readouterr().out
    assert lint.main(["data/remedies/heat.yml"]) == 0


def test_the_command_prints_a_content_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    monkeypatch.setattr(lint, "DATA", tmp_path)
    assert lint.main([]) == 1
    assert "sources.yml: there is no such file" in capsys.readouterr().out
