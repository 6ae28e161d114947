"""The whole screen, learned part included, on labelled messages; one file was never looked at while building."""

from __future__ import annotations

import pytest

from scripts.measure import EASY, SAFETY, Nlu, Screened, messages, screened

#: Least share recognised by tier, and greatest share of false alarms; measured ones are some points better.
RECALL = {"emergency": 0.90, "urgent": 0.83, "soon": 0.70}
FALSE_ALARMS = {"hard": 0.09, EASY: 0.02}


@pytest.fixture(scope="module", params=list(SAFETY))
def found(request: pytest.FixtureRequest, nlu: Nlu) -> Screened:
    every = messages(SAFETY[request.param])
    return screened([nlu.parse(one["text"]) for one in every], every)


def test_warning_signs_are_recognised(found: Screened) -> None:
    for miss in found.missed:
        print(*miss, sep=" | ")
    for tier, (total, recognised, asked) in found.recall.items():
        print(f"{tier}: {recognised} of {total} recognised, {asked} more asked about")
    assert {tier: right / total >= RECALL[tier] for tier, (total, right, _) in found.recall.items()} == dict.fromkeys(
        RECALL, True
    )


def test_harmless_messages_raise_no_alarm(found: Screened) -> None:
    for miss in found.false:
        print(*miss, sep=" | ")
    for kind, (total, alarms, asked) in found.alarms.items():
        print(f"{kind}: {alarms} of {total} false alarms, {asked} asked about")
        assert alarms / total <= FALSE_ALARMS[kind]
