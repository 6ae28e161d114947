"""Numbers to call: only confirmed ones, the right country's, and never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtalk.errors import ContentError
from backtalk.numbers import REGION_VARIABLE, Line, Numbers, Region, load_regions, regions
from backtalk.phrases import phrases

KINDS = ("non_emergency", "crisis", "poison", "abuse")


@pytest.fixture(autouse=True)
def _no_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REGION_VARIABLE, raising=False)


@pytest.fixture
def confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A country whose lines somebody has called."""
    line = Line(label="the helpline", tel="123", confirmed=True)
    regions_now = {"XX": Region(emergency=("112", "911"), non_emergency=line, crisis=line)}
    monkeypatch.setattr("backtalk.numbers.regions", lambda: regions_now)


def test_without_a_country_none_is_guessed() -> None:
    numbers = Numbers(phrases())
    assert not numbers.known
    assert "your local emergency number" in numbers.text("emergency")
    card = numbers.card(["emergency"])
    assert [one["tel"] for one in card] == ["112", "911", "999", "000"]
    assert all(one["tel"] in numbers.text("emergency") for one in card)
    assert numbers.card(["crisis"]) == []


@pytest.mark.parametrize(("region", "text"), [("GB", "999 or 112"), ("US", "911"), ("AU", "000 or 112")])
def test_the_country_that_was_named_counts(region: str, text: str) -> None:
    numbers = Numbers(phrases(), region)
    assert numbers.known
    assert numbers.text("emergency") == text
    assert numbers.card(["emergency"])[0]["tel"] == text.split()[0]


def test_the_operators_country_counts_where_none_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REGION_VARIABLE, "DE")
    assert Numbers(phrases()).text("emergency") == "112"
    assert Numbers(phrases(), "US").text("emergency") == "911"
    monkeypatch.setenv(REGION_VARIABLE, "nowhere")
    assert not Numbers(phrases()).known


@pytest.mark.parametrize("kind", KINDS)
def test_an_unconfirmed_number_is_not_shown(kind: str) -> None:
    line = getattr(regions()["GB"], kind)
    assert line is not None
    assert line.confirmed is False
    numbers = Numbers(phrases(), "GB")
    assert numbers.line(kind) is None
    assert line.tel not in numbers.text(kind)
    assert numbers.card([kind]) == []


@pytest.mark.usefixtures("confirmed")
def test_a_confirmed_number_is_shown() -> None:
    numbers = Numbers(phrases(), "XX")
    assert numbers.text("crisis") == "the helpline (123)"
    assert numbers.card(["crisis", "emergency"]) == [
        {"label": "the helpline", "tel": "123"},
        {"label": "Emergency", "tel": "112"},
    ]
    assert numbers.text("poison") == phrases().say("number_poison_unknown")


def test_texts_of_the_catalogue_are_filled_in() -> None:
    filled = Numbers(phrases(), "GB").fill("Call {emergency}, or {poison}.")
    assert filled == f"Call 999 or 112, or {phrases().say('number_poison_unknown')}."


def test_every_country_has_an_emergency_number() -> None:
    for code, region in regions().items():
        assert region.emergency, code
        assert all(tel.isdigit() and 2 <= len(tel) <= 5 for tel in region.emergency), code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("regions:\n  XX: {}\n", "emergency: field required"),
        ("regions:\n  XX: {emergency: ['1'], police: ['2']}\n", "police: extra fields not permitted"),
        ("regions:\n  XX: {emergency: ['1'], crisis: {label: a, tel: '2'}}\n", "crisis > confirmed: field required"),
        ("lands: {}\n", "regions"),
        ("regions: [XX]\n", "numbers.yml"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "numbers.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_regions(path)
    assert "numbers.yml" in str(caught.value)
    assert reason in str(caught.value)
