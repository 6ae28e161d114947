"""What must never be in the repository, and the limits that every file keeps."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from backtalk.yaml_files import ROOT

LISTED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
FILES = [ROOT / name for name in LISTED.split("\0") if name and (ROOT / name).is_file()]
TEXT = [path for path in FILES if path.suffix not in {".png", ".ico", ".woff2", ".gz", ".jpg", ".npz"}]
PYTHON = [path for path in FILES if path.suffix == ".py"]
#: Lines of a Python file, and bytes of any file.
LINES, BYTES = 450, 700_000
#: Absolute paths of a machine, and hosts of package registries and mirrors. In pieces: this file is checked too.
FOLDERS = "|".join(["home", "Users", "work", "tmp", "root", "mnt", "opt"])
MACHINE = re.compile(rf"(?<![\w.:/])/(?:{FOLDERS})/[\w.-]+/")
REGISTRIES = ("files." + "pythonhosted", "pypi." + r"(org|python)", "registry." + "npmjs", "arti" + "factory")
HOSTS = re.compile("|".join(REGISTRIES))
SECRETS = (r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b", r"BEGIN [A-Z ]*PRIVATE KEY", r"\bAKIA[0-9A-Z]{16}\b", r"\bghp_\w{36}\b")
SECRET = re.compile("|".join(SECRETS))


def shown(path: Path) -> str:
    """The path from the project's folder on."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=shown)
def test_python_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("path", TEXT, ids=shown)
def test_file_names_no_machine_no_registry_and_no_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for pattern in (MACHINE, HOSTS, SECRET):
        found = pattern.search(text)
        assert found is None, found


def test_no_file_is_large_or_made_by_a_machine() -> None:
    assert [shown(path) for path in FILES if path.stat().st_size > BYTES] == []
    made = {".db", ".sqlite", ".pyc", ".onnx", ".npz", ".safetensors", ".pkl", ".log"}
    # What `make tune` writes takes a quarter of an hour to make, so it comes with the sources, as the widget does.
    kept = {"components/encoder/adapter-1.npz", "components/encoder/adapter-2.npz"}
    found = [shown(path) for path in FILES if path.suffix in made or path.name.endswith(".tar.gz")]
    assert [path for path in found if path not in kept] == []


def test_the_domain_in_python_imports_neither_rasa_nor_its_edges() -> None:
    wrong = [
        f"{shown(path)}: {line}"
        for path in PYTHON
        if path.parts[len(ROOT.parts)] == "backtalk"
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*(from|import) (rasa|rasa_sdk|actions|components|scripts)\b", line)
    ]
    assert wrong == []


def test_the_actions_import_nothing_of_the_server() -> None:
    wrong = [
        f"{shown(path)}: {line}"
        for path in PYTHON
        if path.parts[len(ROOT.parts)] == "actions"
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*(from|import) (rasa|components|tensorflow|scripts)\b", line)
    ]
    assert wrong == []


def test_no_data_file_is_taken_for_training_data_by_mistake() -> None:
    # Rasa reads any YAML under data/ whose top level has one of these keys as its own.
    own = {"nlu", "rules", "stories", "responses"}
    for path in FILES:
        parts = path.relative_to(ROOT).parts
        if parts[0] == "data" and path.suffix == ".yml":
            keys = set(re.findall(r"^([a-z_]+):", path.read_text(encoding="utf-8"), re.MULTILINE))
            assert keys & own == ({parts[1]} if parts[1] in own else set()), shown(path)
