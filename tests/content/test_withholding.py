"""What a person's state makes unsafe is never offered: the knowledge base's table, row by row, through every answer."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from backtalk.about_you import Listener
from backtalk.advice import Adviser
from backtalk.choosing import GENERAL, History, Request, alternatives, forbidden, offers
from backtalk.conversation import Focus, Reply
from backtalk.followup import Follower
from backtalk.phrases import phrases
from backtalk.profile import FLAT_LIMIT_WEEKS, Person, Profile
from backtalk.store import PHYSICAL, Entry, Role, store
from tests.messages import has, message, state

#: Conditions, and the rows of the guide's inventory that each of them rules out.
TABLE: list[tuple[str, str]] = [
    (
        "pregnant",
        """
        preg-sleep-on-back-pillow knees-to-chest-head-raise double-knee-twist single-knee-roll-side-waist
        flying-swallow-disc-set flying-swallow-office mckenzie-1-prone-lying mckenzie-2-prone-on-elbows
        mckenzie-3-prone-press-up supine-knee-hug-roll-up acupoint-mingmen acupoint-shenshu acupoint-yaoyangguan
        acupoint-yaoyan foot-soak-temperature foot-bath-safflower foot-bath-mugwort-cure-all foot-bath-angelica-longan
        bath-essential-oils-tcm st-johns-wort-oil-topical eucalyptus-oil-topical ginger-puree-on-skin-homeopathy
        hot-shower-on-back ten-minute-morning-evening-workout walk-backwards-half-hour standing-forward-bend-toes
        mckenzie-6-flexion-sitting mckenzie-7-flexion-standing
        """,
    ),
    (
        "pregnant_16w",
        """
        hip-bridge heel-slides single-knee-to-chest-reps figure-four-thread-the-needle mckenzie-5-flexion-lying
        pillow-under-knees-back-sleeping pillow-behind-knees-supine
        """,
    ),
    (
        "postpartum caesarean abdominal_separation",
        """
        ten-minute-morning-evening-workout plank supine-knee-hug-roll-up postpartum-navel-draw-in postpartum-nmes
        postpartum-manipulation-therapy
        """,
    ),
    (
        "osteoporosis height_loss steroids",
        """
        knees-to-chest-head-raise childs-pose supine-knee-hug-roll-up mckenzie-5-flexion-lying
        mckenzie-6-flexion-sitting mckenzie-7-flexion-standing standing-forward-bend-toes standing-backbend-until-pain
        ten-minute-morning-evening-workout chiropractor walk-backwards-half-hour towel-overhead-tiptoe-walk
        foam-roller-wall-roll
        """,
    ),
    (
        "disc_herniation sciatica",
        """
        flying-swallow-disc-set flying-swallow-office supine-knee-hug-roll-up mckenzie-6-flexion-sitting
        mckenzie-7-flexion-standing standing-forward-bend-toes standing-backbend-until-pain
        disc-selftest-straight-leg-raise ten-minute-morning-evening-workout share-with-relatives
        """,
    ),
    (
        "diabetes numb_feet poor_circulation",
        """
        foot-soak-general foot-soak-temperature foot-soak-duration-15-20 yongquan-foot-massage-after-soak
        foot-bath-ginger-salt foot-bath-safflower foot-bath-baking-soda-blood-pressure foot-bath-mugwort-cure-all
        foot-bath-mugwort-safflower foot-bath-white-vinegar foot-bath-angelica-longan ice-compress-three-times-daily
        hot-compress-15-20
        """,
    ),
    (
        "blood_thinners bleeding_disorder",
        """
        pressure-hold-painful-spot professional-massage foam-roller-wall-roll chiropractor acupoint-weizhong
        acupoint-shenshu foot-bath-safflower foot-bath-angelica-longan ginger-in-diet st-johns-wort-oil-topical
        """,
    ),
    (
        "varicose_veins blood_clot",
        """
        foot-soak-general foot-bath-mugwort-safflower acupoint-weizhong yongquan-foot-massage-after-soak
        """,
    ),
    (
        "heart_disease low_blood_pressure high_blood_pressure",
        """
        foot-soak-general foot-bath-baking-soda-blood-pressure hot-shower-on-back plank box-breathing-4-4-4
        standing-forward-bend-toes yoga-scorpion-variation
        """,
    ),
    (
        "glaucoma retinal_disease vertigo",
        """
        yoga-scorpion-variation yoga-pin-standing-split yoga-single-leg-wheel standing-forward-bend-toes
        mckenzie-7-flexion-standing neck-half-circle hands-behind-neck-arch-look-up
        """,
    ),
    (
        "neck_problem rheumatoid_arthritis",
        """
        neck-half-circle hands-behind-neck-arch-look-up chiropractor yoga-scorpion-variation mckenzie-1-prone-lying
        """,
    ),
    (
        "kidney_disease heart_failure potassium_medicine",
        """
        drink-water-daily minerals-calcium-magnesium-potassium potassium-foods magnesium-foods
        """,
    ),
]
PAIRS = [(condition, name) for conditions, names in TABLE for condition in conditions.split() for name in names.split()]
CONDITIONS = sorted({condition for condition, _ in PAIRS})
FOLLOW_UPS = (
    "another how_long how_often how_to repeat ask_safety choose_option refine compare why_this ask_source ask_evidence"
).split()
COVERING = {name: entry for entry in store() for name in entry.covers}
ADVISER = Adviser(store(), phrases())
FOLLOWER = Follower(ADVISER)
LISTENER = Listener(ADVISER, FOLLOWER)


def closed(condition: str) -> frozenset[str]:
    """The condition and what it implies."""
    return store().vocabulary.implied(frozenset({condition}))


def recommended(reply: Reply) -> list[Entry]:
    """What a reply's card holds as something to do."""
    if reply.card is None or reply.card["type"] != "answer":
        return []
    return [store()[one["id"]] for one in reply.card["remedies"] if store()[one["id"]].role is Role.REMEDY]


@pytest.mark.parametrize(("condition", "name"), PAIRS)
def test_row_of_the_table_is_withheld(condition: str, name: str) -> None:
    entry = COVERING[name]
    assert not entry.advice or forbidden(entry, closed(condition)), f"{entry.id} is offered with {condition}"


@pytest.mark.parametrize("name", [name for names in (row for _, row in TABLE[1:2]) for name in names.split()])
def test_weeks_decide_on_lying_flat(name: str) -> None:
    entry = COVERING[name]
    vocabulary = store().vocabulary
    assert forbidden(entry, Person(weeks=FLAT_LIMIT_WEEKS).known(vocabulary))
    assert forbidden(entry, Person(conditions=["pregnant"]).known(vocabulary)), "unknown weeks count as late ones"


def test_nothing_at_all_is_offered_under_18() -> None:
    conditions = Person(age=17).known(store().vocabulary)
    for entry in store():
        assert not entry.advice or forbidden(entry, conditions) == ("under_18",)
    child = state()
    child.profile.me.age = 15
    for intent in (*GENERAL, "ask_ice"):
        reply = ADVISER.answer(message(intent, "ice-compress-three-times-daily"), child)
        assert reply.card == {"type": "decline", "reason": "child"}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_asked_for_by_name_it_is_withheld_with_the_reason(condition: str) -> None:
    conditions = state(condition).profile.person.known(store().vocabulary)
    for entry in store():
        reply = ADVISER.answer(message("ask_x", entry.id), state(condition))
        assert all(not forbidden(one, conditions) for one in recommended(reply)), entry.id
        assert reply.card is not None
        if forbidden(entry, conditions):
            assert entry.id not in [one["id"] for one in reply.card["remedies"]]
            assert [one["id"] for one in reply.card["withheld"]] == [entry.id]
            reason = reply.card["withheld"][0]["reason"]
            assert reason
            assert reason in reply.texts[0]
        elif entry.role is Role.NO and set(entry.avoid_if) & conditions:
            assert "out in any case" in reply.texts[0], entry.id


@pytest.mark.parametrize("condition", CONDITIONS)
def test_lists_leave_it_out(condition: str) -> None:
    conditions = state(condition).profile.person.known(store().vocabulary)
    words = store().vocabulary
    for kinds in ((), ("exercise",), ("stretch",), ("massage",), ("heat-cold",), ("sleep",), ("nutrition",)):
        for situation in (None, *words.situations):
            request = Request(kinds=kinds, situations=(situation,) if situation else ())
            choice = offers(store(), request, conditions, History())
            assert all(not forbidden(entry, conditions) for entry in choice.entries)
            assert all(entry.role is Role.REMEDY for entry in choice.entries)
            assert all(forbidden(entry, conditions) == why for entry, why in choice.withheld)
    for entry in store():
        others = alternatives(store(), entry, conditions, History(), at_most=3)
        assert all(not forbidden(other, conditions) and other.role is not Role.NO for other in others)


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("intent", FOLLOW_UPS)
def test_follow_ups_mind_what_was_told_after_the_answer(condition: str, intent: str) -> None:
    """ "The press-up" - "I am pregnant, how long do I hold it?" """
    ruled_out = [entry for entry in store() if forbidden(entry, closed(condition))]
    for entry in ruled_out:
        talk = state(condition, focus=Focus(last=[entry.id], entry=entry.id, topic=entry.topic))
        reply = FOLLOWER.answer(message(intent, text="the first one", facts=has(condition)), talk)
        assert entry not in recommended(reply), f"{intent} offers {entry.id} with {condition}"


@pytest.mark.parametrize("intent", ["compare", "how_long", "how_often"])
def test_follow_ups_to_a_list_leave_out_what_no_longer_fits(intent: str) -> None:
    names = ["mckenzie-3-prone-press-up", "walk-after-lunch", "mckenzie-2-prone-on-elbows"]
    talk = state("pregnant", focus=Focus(last=names, entry=names[0]))
    reply = FOLLOWER.answer(message(intent, text="how long"), talk)
    assert not {"mckenzie-3-prone-press-up", "mckenzie-2-prone-on-elbows"} & {one.id for one in recommended(reply)}


@pytest.mark.parametrize("intent", ["not_helped", "tried_already", "dislike", "it_hurts", "helped", "got_worse"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_feedback_never_leads_to_what_is_ruled_out(condition: str, intent: str) -> None:
    conditions = state(condition).profile.person.known(store().vocabulary)
    for entry in store():
        talk = state(condition, focus=Focus(last=[entry.id], entry=entry.id, topic=entry.topic))
        talk.focus.request = Request(topic=entry.topic)
        reply = LISTENER.feedback(message(intent), talk)
        assert all(not forbidden(one, conditions) for one in recommended(reply))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_telling_it_takes_back_what_was_recommended(condition: str) -> None:
    for entry in store():
        if not forbidden(entry, closed(condition)):
            continue
        talk = state(condition, focus=Focus(last=[entry.id], entry=entry.id, topic=entry.topic))
        talk.focus.request = Request(topic=entry.topic)
        reply = LISTENER.told(message("inform_profile", facts=has(condition)), [condition], talk)
        conditions = talk.profile.person.known(store().vocabulary)
        assert all(not forbidden(one, conditions) for one in recommended(reply))
        assert any(store().vocabulary.conditions[name].you in " ".join(reply.texts) for name in conditions)


@pytest.mark.parametrize("tier", ["emergency", "urgent"])
def test_an_open_flag_stops_all_physical_advice(tier: str) -> None:
    for entry in store():
        for intent in ("ask_x", "describe_pain", "ask_exercises"):
            reply = ADVISER.answer(message(intent, entry.id), state(held=tier))
            assert not [one for one in recommended(reply) if one.kind in PHYSICAL], entry.id
        for intent in ("why_this", "ask_source", "ask_safety", "compare"):
            talk = state(held=tier, focus=Focus(last=[entry.id], entry=entry.id))
            reply = FOLLOWER.answer(message(intent), talk)
            assert not [one for one in recommended(reply) if one.kind in PHYSICAL], f"{intent}: {entry.id}"


@pytest.mark.parametrize("who", [None, "your wife"])
def test_the_reason_names_the_person(who: Optional[str]) -> None:
    talk = state("pregnant")
    if who:
        talk.profile = Profile(others={who: Person(["pregnant"])}, subject=who)
    reply: Any = ADVISER.answer(message("ask_mckenzie", "mckenzie-3-prone-press-up"), talk)
    wanted = "your wife is " if who else "you are "
    assert wanted in reply.card["withheld"][0]["reason"]
    assert reply.texts[0].startswith("For your wife:") is bool(who)
