"""The committed widget: small, whole, and made from the sources beside it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from scripts.launch import ROOT

WEB = ROOT / "web"
WIDGET = WEB / "dist" / "widget.js"


def test_the_widget_is_at_most_90_kb_gzipped() -> None:
    assert len(gzip.compress(WIDGET.read_bytes(), 9)) <= 90_000


def test_the_widget_was_built_from_these_sources() -> None:
    digest = hashlib.sha256()
    names = [*sorted(f"src/{path.name}" for path in (WEB / "src").iterdir()), "build.mjs", "package-lock.json"]
    for name in names:
        digest.update(name.encode() + b"\0" + (WEB / name).read_bytes() + b"\0")
    assert f"Sources: {digest.hexdigest()}" in WIDGET.read_text(encoding="utf-8")[:300], "run 'make web'"


@pytest.mark.parametrize("name", ["index.html", "page.css", "icon.svg"])
def test_what_is_copied_is_the_same(name: str) -> None:
    assert (WEB / "dist" / name).read_bytes() == (WEB / "src" / name).read_bytes()


def test_the_lock_file_names_no_registry_and_every_package_by_its_hash() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 10
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package.get("integrity", "").startswith("sha512-"), name


def test_every_package_in_the_widget_has_its_notice() -> None:
    notices = (WEB / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    for name in json.loads((WEB / "package.json").read_text(encoding="utf-8"))["dependencies"]:
        assert re.search(rf"^{re.escape(name)} \d", notices, re.MULTILINE), name
    assert "\nLicence: undefined" not in notices


def test_no_word_of_the_widget_stands_outside_the_strings() -> None:
    strings = (WEB / "src" / "strings.js").read_text(encoding="utf-8")
    for path in sorted(Path(WEB / "src").glob("*.js")):
        if path.name == "strings.js":
            continue
        for words in re.findall(r"(?:text|placeholder|'aria-label'): '([^']+)'", path.read_text(encoding="utf-8")):
            pytest.fail(f"{path.name}: {words}")
    assert "const languages" in strings
