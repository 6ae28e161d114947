"""The store's loader refuses whatever an editor may get wrong, and names file, entry and reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from backtalk.errors import ContentError
from backtalk.store import UNITS, Amount, Dose, Grade, Kind, Role, Store, load_store, store
from backtalk.vocabulary import load_vocabulary


def entry(name: str = "rest-a-bit", **changes: Any) -> dict[str, Any]:
    """A valid remedy; a value of None takes the key away."""
    whole: dict[str, Any] = {
        "id": name,
        "covers": [name],
        "role": "remedy",
        "kind": "stretch",
        "title": "Rest a bit",
        "short": "Sit down.",
        "steps": ["Sit down."],
        "dose": {"minutes": [5, 10]},
        "stop_if": "it hurts",
        "situations": ["sitting"],
        "areas": ["lower_back"],
        "avoid_if": ["pregnant"],
        "care_if": {"over_65": "Hold on to something."},
        "evidence": {"verdict": "keep", "grade": "weak", "why": "Nobody knows.", "sources": ["book"]},
        "guide": {"section": "Method 1", "lines": [[3, 5]]},
        "asks": [f"{name} number {number}" for number in range(6)],
    }
    whole.update(changes)
    return {key: value for key, value in whole.items() if value is not None}


def evidence(**changes: Any) -> dict[str, Any]:
    return {"verdict": "keep", "grade": "weak", "why": "Nobody knows.", "sources": ["book"], **changes}


def as_no(**changes: Any) -> dict[str, Any]:
    """The changes that make an honest no of it."""
    return {"role": "no", "steps": None, "say": ["No."], "evidence": evidence(verdict="do-not-recommend"), **changes}


def write(folder: Path, *entries: dict[str, Any], name: str = "rest", **header: Any) -> None:
    content = {"topic": name, "title": "Rest", "entries": list(entries), **header}
    (folder / f"{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    sources = {"sources": {"book": {"title": "A book", "by": "Somebody", "kind": "book"}}}
    (folder / "sources.yml").write_text(yaml.safe_dump(sources), encoding="utf-8")


def load(folder: Path) -> Store:
    """With the project's conditions, situations and areas, but no topics named for them."""
    words = load_vocabulary()
    situations = {name: term.copy(update={"topics": ()}) for name, term in words.situations.items()}
    areas = {name: term.copy(update={"topics": ()}) for name, term in words.areas.items()}
    return load_store(folder, words.copy(update={"situations": situations, "areas": areas}))


def test_a_valid_entry_loads(tmp_path: Path) -> None:
    write(tmp_path, entry())
    found = load(tmp_path)["rest-a-bit"]
    assert (found.role, found.kind, found.topic) == (Role.REMEDY, Kind.STRETCH, "rest")
    assert found.advice
    assert found.physical
    assert found.dose == Dose(minutes=[5, 10])
    assert found.guide.lines == ((3, 5),)


WRONG: list[tuple[dict[str, Any], str]] = [
    # Unknown and missing keys.
    ({"colour": "red"}, "colour: extra fields not permitted"),
    ({"evidence": evidence(stars=3)}, "evidence > stars: extra fields not permitted"),
    ({"guide": {"section": "x", "lines": [[1, 2]], "page": 4}}, "guide > page: extra fields not permitted"),
    *[
        ({key: None}, f"{key}: field required")
        for key in ("covers", "role", "kind", "title", "short", "evidence", "guide", "asks")
    ],
    ({"evidence": {"verdict": "keep", "grade": "weak", "why": "x"}}, "evidence > sources: field required"),
    # Values that are none of the known ones.
    ({"role": "advice"}, "role: value is not a valid enumeration member"),
    ({"kind": "magic"}, "kind: value is not a valid enumeration member"),
    ({"evidence": evidence(verdict="maybe")}, "evidence > verdict: value is not a valid"),
    ({"evidence": evidence(grade="great")}, "evidence > grade: value is not a valid"),
    ({"avoid_if": ["pregnent"]}, "there is no condition 'pregnent'"),
    ({"care_if": {"sad": "x"}}, "there is no condition 'sad'"),
    ({"situations": ["flying"]}, "there is no situation 'flying'"),
    ({"areas": ["elbow"]}, "there is no area 'elbow'"),
    ({"evidence": evidence(sources=["rumour"])}, "there is no source 'rumour'"),
    ({"instead": ["nothing"]}, "there is no entry 'nothing'"),
    ({"easier": "nothing"}, "there is no entry 'nothing'"),
    ({"harder": "nothing"}, "there is no entry 'nothing'"),
    # Doses.
    ({"dose": {"minuts": 5}}, "dose > __root__: no such unit: minuts"),
    ({"dose": {}}, "a dose holds at least one number"),
    ({"dose": {"each_side": True}}, "a dose holds at least one number"),
    ({"dose": 10}, "dose: value is not a valid dict"),
    ({"dose": {"minutes": "ten"}}, "'ten' is not a number"),
    ({"dose": {"minutes": True}}, "a dose needs a number"),
    ({"dose": {"minutes": [15, 10]}}, "runs backwards"),
    ({"dose": {"minutes": [10, 10]}}, "runs backwards"),
    ({"dose": {"minutes": [1, 2, 3]}}, "is not a number, [low, high]"),
    ({"dose": {"minutes": {"about": 5}}}, "is not a number, [low, high]"),
    ({"guide_dose": {"minutes": 90}}, "a guide_dose needs a dose_note that says why"),
    # Shape.
    ({"covers": ["other"]}, "covers must hold the entry's own id"),
    ({"covers": ["rest-a-bit", "rest-a-bit"]}, "covers names an id twice"),
    ({"steps": None}, "a remedy has steps; every other role has say"),
    ({"say": ["Something."]}, "a remedy has steps; every other role has say"),
    ({"role": "explanation"}, "a remedy has steps; every other role has say"),
    ({"asks": ["a", "b", "c", "d", "e"]}, "at least 6 asks are needed"),
    ({"asks": ["a", "b", "c", "d", "e", "A"]}, "an ask stands twice"),
    ({"evidence": evidence(verdict="do-not-recommend")}, "the role 'no' and the verdict 'do-not-recommend' go"),
    (as_no(evidence=evidence()), "the role 'no' and the verdict 'do-not-recommend' go"),
    ({"attaches_to": ["rest-a-bit"]}, "only a caution has attaches_to"),
    ({"only_if": ["pregnant"]}, "only_if says when a caution goes with an entry"),
    ({"stop_if": None}, "a physical remedy needs stop_if"),
    ({"guide": {"section": "x", "lines": [[9, 3]]}}, "run backwards"),
    ({"guide": {"section": "x", "lines": [[0, 3]]}}, "run backwards"),
]


@pytest.mark.parametrize(("changes", "reason"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_wrong_is_refused_with_file_entry_and_reason(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    write(tmp_path, entry(**changes))
    with pytest.raises(ContentError) as caught:
        load(tmp_path)
    message = str(caught.value)
    assert "rest.yml: rest-a-bit: " in message
    assert reason in message


def test_an_entry_without_id_is_named_by_its_place(tmp_path: Path) -> None:
    write(tmp_path, entry(), entry(id=None))
    with pytest.raises(ContentError, match=r"rest\.yml: entry 2: id: field required"):
        load(tmp_path)


def test_an_entry_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    write(tmp_path, entry(), "sit down")  # type: ignore[arg-type]
    with pytest.raises(ContentError, match=r"rest\.yml: entry 2: an entry holds keys and values"):
        load(tmp_path)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path, entry())
    write(tmp_path, entry(), name="sleep")
    with pytest.raises(ContentError, match=r"sleep\.yml: rest-a-bit: the id stands in .*rest\.yml too"):
        load(tmp_path)


def test_an_id_that_stands_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, entry(), entry())
    with pytest.raises(ContentError, match=r"rest\.yml: rest-a-bit: the id stands"):
        load(tmp_path)


def test_an_inventory_id_that_is_covered_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path, entry(covers=["rest-a-bit", "extra"]), entry("nap", covers=["nap", "extra"]))
    with pytest.raises(ContentError, match=r"rest\.yml: nap: 'extra' is covered by rest-a-bit already"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"topic": "sleep"}, "topic is 'sleep', the file's name says 'rest'"),
        ({"rules": []}, "the top-level keys are topic, title, entries"),
        ({"entries": {}}, "the top-level keys are topic, title, entries"),
        ({"offer_if": ["sleepy"]}, "there is no condition 'sleepy'"),
        ({"title": None}, "title: none is not an allowed value"),
    ],
)
def test_a_wrong_header_is_refused(tmp_path: Path, header: dict[str, Any], reason: str) -> None:
    write(tmp_path, entry(), **header)
    with pytest.raises(ContentError) as caught:
        load(tmp_path)
    assert "rest.yml" in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"title": "x", "by": "y"}, "kind: field required"),
        ({"title": "x", "by": "y", "kind": "z", "doi": "1"}, "doi: extra fields not permitted"),
        ("x", "must be a mapping"),
    ],
)
def test_a_wrong_source_is_refused(tmp_path: Path, source: Any, reason: str) -> None:
    write(tmp_path, entry())
    (tmp_path / "sources.yml").write_text(yaml.safe_dump({"sources": {"book": source}}), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load(tmp_path)
    assert "sources.yml" in str(caught.value)
    assert reason in str(caught.value)


def test_a_topic_that_the_vocabulary_names_must_exist(tmp_path: Path) -> None:
    write(tmp_path, entry())
    with pytest.raises(ContentError, match="there is no topic"):
        load_store(tmp_path, load_vocabulary())


def test_cautions_go_with_the_entries_they_attach_to(tmp_path: Path) -> None:
    mind = entry(
        "mind", role="caution", kind="caution", steps=None, say=["Mind."], dose=None, attaches_to=["rest-a-bit"]
    )
    write(tmp_path, entry(), mind, entry("other", stop_if="it hurts"))
    found = load(tmp_path)
    assert [one.id for one in found.cautions("rest-a-bit")] == ["mind"]
    assert found.cautions("other") == ()


@pytest.mark.parametrize(
    ("raw", "low", "high"),
    [(10, 10, 10), (2.5, 2.5, 2.5), ([10, 15], 10, 15), ({"max": 15}, None, 15), ({"min": 5}, 5, None)],
)
def test_amounts_are_numbers_ranges_or_bounds(raw: Any, low: float, high: float) -> None:
    assert Amount.read(raw) == Amount(low=low, high=high)


def test_every_unit_is_told_by_its_name() -> None:
    assert {"minutes", "hold_s", "temperature_c", "times_a_day"} <= UNITS
    assert not UNITS & {"dose", "amount", "size"}


def test_grades_rank_from_best_to_worst() -> None:
    ranks = [grade.rank for grade in (Grade.SUPPORTED, Grade.MIXED, Grade.WEAK, Grade.NONE, Grade.CONTRADICTED)]
    assert ranks == [0, 1, 2, 3, 4]


def test_the_store_answers_like_a_mapping() -> None:
    assert "ice-compress-three-times-daily" in store()
    assert "nothing" not in store()
    assert store().get("nothing") is None
    assert store().get(None) is None
    assert store().get("plank") is store()["plank"]
    assert len(list(store())) == len(store())
    with pytest.raises(KeyError):
        store()["nothing"]
