"""What is offered: topic and situation first, better evidence first, nothing shown before, nothing forbidden."""

from __future__ import annotations

import pytest

from backtalk.choosing import (
    AT_MOST,
    KINDS,
    History,
    Request,
    alternatives,
    because,
    cares,
    cautions,
    forbidden,
    offers,
)
from backtalk.store import Entry, Kind, Role, store

NOBODY: frozenset[str] = frozenset()
STORE = store()


def ids(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.id for entry in entries]


def test_three_remedies_at_most_and_each_once() -> None:
    found = offers(STORE, Request(situations=("sitting",)), NOBODY, History()).entries
    assert len(found) == AT_MOST
    assert len(set(ids(found))) == AT_MOST
    assert all(entry.role is Role.REMEDY for entry in found)


@pytest.mark.parametrize("situation", ["sitting", "standing", "driving", "lifting", "sleep", "phone", "shoes"])
def test_what_fits_the_situation_comes_first(situation: str) -> None:
    found = offers(STORE, Request(situations=(situation,)), NOBODY, History()).entries
    implied = {situation, *STORE.vocabulary.situations[situation].implies}
    topics = STORE.vocabulary.situations[situation].topics
    assert set(found[0].situations) & implied or found[0].topic in topics


@pytest.mark.parametrize("area", ["neck", "lower_back", "upper_back"])
def test_what_is_for_the_area_comes_first(area: str) -> None:
    found = offers(STORE, Request(areas=(area,)), NOBODY, History()).entries
    assert all(area in entry.areas or not entry.areas for entry in found)


def test_a_topic_is_stayed_in_and_sorted_by_evidence() -> None:
    found = offers(STORE, Request(topic="strengthening"), NOBODY, History()).entries
    assert {entry.topic for entry in found} == {"strengthening"}
    ranks = [entry.evidence.grade.rank for entry in found]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_is_kept_to(kind: str) -> None:
    found = offers(STORE, Request(kinds=(kind,)), NOBODY, History()).entries
    assert found
    assert all(entry.kind in KINDS[kind] for entry in found)


def test_nothing_is_shown_twice_until_nothing_is_left() -> None:
    history, seen = History(), []
    while True:
        found = offers(STORE, Request(topic="mckenzie"), NOBODY, history).entries
        if not found:
            break
        seen += ids(found)
        history.shown += ids(found)
    wanted = [entry.id for entry in STORE if entry.topic == "mckenzie" and entry.advice]
    assert sorted(seen) == sorted(wanted)


def test_what_did_not_help_is_left_out_and_its_kind_comes_later() -> None:
    first = offers(STORE, Request(), NOBODY, History()).entries[0]
    found = offers(STORE, Request(), NOBODY, History(not_helped=[first.id])).entries
    assert first.id not in ids(found)


def test_what_helped_draws_its_kind_forward() -> None:
    request = Request(areas=("lower_back",))
    kind = Kind.MASSAGE
    helped = next(entry for entry in STORE if entry.kind is kind and entry.advice)
    plain = offers(STORE, request, NOBODY, History(), at_most=30).entries
    drawn = offers(STORE, request, NOBODY, History(helped=[helped.id]), at_most=30).entries
    assert [entry.kind for entry in drawn].index(kind) < [entry.kind for entry in plain].index(kind)


def test_what_would_have_been_chosen_is_named_with_the_reason() -> None:
    choice = offers(STORE, Request(topic="mckenzie"), frozenset({"pregnant"}), History())
    assert choice.withheld
    for entry, why in choice.withheld:
        assert why == forbidden(entry, {"pregnant"})
        assert entry.id not in ids(choice.entries)


def test_topics_for_some_people_are_offered_to_them_only() -> None:
    topic = STORE.topics["pregnancy"]
    assert topic.offer_if
    plain = offers(STORE, Request(), NOBODY, History(), at_most=60).entries
    assert "pregnancy" not in {entry.topic for entry in plain}
    pregnant = STORE.vocabulary.implied(frozenset({"pregnant"}))
    found = offers(STORE, Request(), pregnant, History()).entries
    assert "pregnancy" in {entry.topic for entry in found}


def test_professional_care_is_offered_only_when_asked_for() -> None:
    found = offers(STORE, Request(), NOBODY, History(), at_most=200).entries
    assert Kind.PROFESSIONAL_CARE not in {entry.kind for entry in found}


def test_only_remedies_are_ever_forbidden() -> None:
    conditions = set(STORE.vocabulary.conditions)
    for entry in STORE:
        assert bool(forbidden(entry, conditions)) is (entry.role is Role.REMEDY)
        assert forbidden(entry, ()) == ()


def test_alternatives_are_what_the_entry_names_then_the_easier_step() -> None:
    no = STORE["foot-bath-safflower"]
    assert [one.id for one in alternatives(STORE, no, NOBODY, History())] == [no.instead[0]]
    stepped = next(entry for entry in STORE if entry.easier and not entry.instead and entry.advice)
    assert [one.id for one in alternatives(STORE, stepped, NOBODY, History())] == [stepped.easier]


def test_alternatives_leave_out_what_did_not_help() -> None:
    no = STORE["foot-bath-safflower"]
    found = alternatives(STORE, no, NOBODY, History(not_helped=list(no.instead)), at_most=3)
    assert not {one.id for one in found} & set(no.instead)


def test_care_is_named_once_for_those_who_need_it() -> None:
    entry = STORE["preg-exercise-walk"]
    assert cares(entry, ()) == []
    found = cares(entry, set(entry.care_if))
    assert len(found) == len(set(found)) == len(set(entry.care_if.values()))


def test_cautions_for_the_person_come_first_and_others_stay_away() -> None:
    entry = STORE["foot-soak-general"]
    names = [one.id for one in cautions(STORE, entry, {"pregnant"})]
    assert names[0] == "foot-soak-pregnancy-15min"
    assert "foot-soak-pregnancy-15min" not in [one.id for one in cautions(STORE, entry, ())]


@pytest.mark.parametrize(
    ("names", "who", "clause"),
    [
        (["pregnant"], None, "you are pregnant"),
        (["pregnant_28w", "pregnant_16w", "pregnant"], None, "you are in late pregnancy"),
        (["pregnant"], "your wife", "your wife is pregnant"),
    ],
)
def test_the_reason_is_the_most_telling(names: list[str], who: str, clause: str) -> None:
    assert because(names, STORE, who) == clause


def test_two_reasons_at_most() -> None:
    clause = because(["pregnant", "diabetes", "osteoporosis"], STORE)
    assert clause.count(" and ") == 1


def test_a_request_survives_the_slot() -> None:
    request = Request(("exercise",), ("sitting",), ("neck",), "neck", ("pregnant",))
    assert Request.from_dict(request.to_dict()) == request
    assert Request.from_dict(None) == Request()
    assert Request().to_dict() == {}


def test_who_has_no_use_for_a_cushion_is_not_offered_another() -> None:
    driving = Request(situations=("driving",))
    failed = "lumbar-pillow-driving"
    before = [entry.id for entry in offers(STORE, driving, frozenset(), History(), 8).entries]
    assert failed in before[:3]
    after = [entry.title for entry in offers(STORE, driving, frozenset(), History(not_helped=[failed])).entries]
    assert after
    assert not any("cushion" in title.lower() for title in after)
