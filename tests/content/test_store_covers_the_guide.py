"""Nothing of the guide's inventory is lost, and everything an entry names exists."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from backtalk.catalogue import catalogue
from backtalk.numbers import regions
from backtalk.phrases import phrases
from backtalk.store import UNITS, Entry, Grade, Role, Verdict, store
from backtalk.vocabulary import vocabulary

INVENTORY = (Path(__file__).parent / "inventory_ids.txt").read_text(encoding="utf-8").split()
#: Rows of the inventory whose statement the review of the evidence found wrong or dangerous.
DO_NOT_RECOMMEND = """
cause-compensation-muscle-guarding rock-side-to-side-massage-kidneys ginger-puree-on-skin-homeopathy
st-johns-wort-oil-topical treadmill-reading-at-home walk-backwards-half-hour towel-overhead-tiptoe-walk olive-oil
cause-retroverted-uterus cause-tcm-kidney-qi cause-cold-damp bath-essential-oils-tcm
disc-selftest-step1-back-pain-stiff disc-selftest-straight-leg-raise flying-swallow-disc-set supine-knee-hug-roll-up
appropriate-bed-rest share-with-relatives preg-sleep-on-back-pillow foot-soak-cure-claims foot-soak-temperature
foot-soak-additives-general foot-bath-safflower foot-bath-baking-soda-blood-pressure foot-bath-mugwort-cure-all
foot-bath-mugwort-ginger foot-bath-mugwort-safflower foot-bath-mugwort-pepper foot-bath-angelica-longan
foot-bath-white-vinegar foot-bath-tangerine-peel postpartum-manipulation-therapy postpartum-nmes-posture-collagen
yoga-scorpion-variation yoga-pin-standing-split yoga-single-leg-wheel standing-backbend-until-pain
""".split()
ENTRIES = [pytest.param(entry, id=entry.id) for entry in store()]


def test_inventory_has_all_rows() -> None:
    assert len(INVENTORY) == len(set(INVENTORY)) == 222


def test_every_inventory_id_is_covered_exactly_once_and_nothing_else_is() -> None:
    covered = Counter(name for entry in store() for name in entry.covers)
    assert {name: count for name, count in covered.items() if count != 1} == {}
    assert sorted(set(INVENTORY) - set(covered)) == []
    assert sorted(set(covered) - set(INVENTORY)) == []


@pytest.mark.parametrize("name", DO_NOT_RECOMMEND)
def test_what_the_evidence_speaks_against_is_answered_by_a_no(name: str) -> None:
    entry = next(entry for entry in store() if name in entry.covers)
    assert entry.role is Role.NO
    assert entry.evidence.verdict is Verdict.NO
    assert not entry.advice


def test_no_other_entry_is_a_no() -> None:
    covered = {name for entry in store() if entry.role is Role.NO for name in entry.covers}
    assert covered == set(DO_NOT_RECOMMEND)


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_names_only_what_exists(entry: Entry) -> None:
    words = vocabulary()
    assert {*entry.avoid_if, *entry.care_if, *entry.only_if} <= set(words.conditions)
    assert set(entry.situations) <= set(words.situations)
    assert set(entry.areas) <= set(words.areas)
    assert set(entry.evidence.sources) <= set(store().sources)
    others = {*entry.instead, *entry.attaches_to, entry.easier, entry.harder} - {None}
    assert all(other in store() for other in others)
    assert entry.id not in others


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_says_where_it_stands_and_on_what_it_rests(entry: Entry) -> None:
    assert entry.guide.section
    # The guide has 805 lines.
    assert entry.guide.lines
    assert all(1 <= first <= last <= 805 for first, last in entry.guide.lines)
    assert entry.evidence.sources


@pytest.mark.parametrize("entry", [p for p in ENTRIES if p.values[0].role is Role.NO])  # type: ignore[union-attr]
def test_an_honest_no_offers_something_in_its_place_that_is_no_other_no(entry: Entry) -> None:
    assert entry.instead
    assert all(store()[other].role is not Role.NO for other in entry.instead)


def test_every_source_is_used() -> None:
    used = {name for entry in store() for name in entry.evidence.sources}
    used |= {name for flag in catalogue() for name in flag.sources}
    assert sorted(set(store().sources) - used) == []


def test_every_unit_and_every_grade_has_its_words() -> None:
    assert {unit for unit in UNITS if f"unit_{unit}" not in phrases()} == set()
    for grade in Grade:
        assert f"evidence_{grade.value}" in phrases()
        assert f"evidence_{grade.value}_full" in phrases()


def test_every_region_of_the_vocabulary_has_numbers_and_the_other_way_round() -> None:
    assert set(vocabulary().regions) == set(regions())


@pytest.mark.parametrize("name", sorted(vocabulary().conditions))
def test_conditions_fit_into_their_sentences(name: str) -> None:
    condition = vocabulary().conditions[name]
    for clause in (condition.you, condition.they.format(who="your wife")):
        assert clause == clause.strip().rstrip(".")
        assert not clause[0].isupper()
    assert "{who}" in condition.they


def test_steps_before_and_after_do_not_run_in_circles() -> None:
    for entry in store():
        seen, step = {entry.id}, entry.easier
        while step:
            assert step not in seen, f"{entry.id}: easier leads back to {step}"
            seen.add(step)
            step = store()[step].easier
