"""Content files are read strictly, and errors name the file and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtalk.errors import ContentError
from backtalk.yaml_files import ROOT, read_yaml, shown


def write(folder: Path, text: str) -> Path:
    path = folder / "file.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_is_read(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, "a: 1\nb: [x, y]\n")) == {"a": 1, "b": ["x", "y"]}


def test_yes_no_on_and_off_are_words(tmp_path: Path) -> None:
    content = read_yaml(write(tmp_path, "a: no\nb: yes\nc: on\nd: off\ne: true\nf: false\nno: x\n"))
    assert content == {"a": "no", "b": "yes", "c": "on", "d": "off", "e": True, "f": False, "no": "x"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands twice"),
        ("x:\n  deep: 1\n  deep: 2\n", "line 3: the key 'deep' stands twice"),
        ("a: [1, 2\n", "this is not valid YAML"),
        ("- a\n- b\n", "keys and values at its top level"),
        ("", "keys and values at its top level"),
        ("a: !!python/object/apply:os.getcwd []\n", "this is not valid YAML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_yaml(write(tmp_path, text))
    assert "file.yml" in str(caught.value)
    assert reason in str(caught.value)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"gone\.yml: there is no such file"):
        read_yaml(tmp_path / "gone.yml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bytes.yml"
    path.write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(ContentError, match=r"bytes\.yml: this is not valid YAML"):
        read_yaml(path)


def test_paths_are_shown_as_editors_know_them(tmp_path: Path) -> None:
    assert shown(ROOT / "data" / "remedies" / "ice.yml") == "data/remedies/ice.yml"
    assert shown(tmp_path) == str(tmp_path)


def test_a_content_error_is_a_value_error() -> None:
    assert issubclass(ContentError, ValueError)
