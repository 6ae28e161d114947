"""Servers killed in the middle of a talk: nothing that was answered is lost, and everybody can go on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Iterator

import pytest

from benchmarks.kills import User, lost, torment
from benchmarks.servers import Backtalk

KILLS, USERS = 2, 4


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Backtalk]:
    """A bot of this test's own, since it is killed."""
    running = Backtalk(tmp_path / "bot")
    try:
        running.start()
        yield running
    finally:
        running.stop()


def test_nothing_is_lost_and_nobody_stuck_when_each_server_is_killed(bot: Backtalk) -> None:
    outcome = asyncio.run(torment(bot, KILLS, USERS))
    assert outcome.kills == KILLS
    assert outcome.acknowledged > 10 * USERS
    assert outcome.failed > 0
    assert not outcome.lost
    assert not outcome.stuck
    assert not outcome.silent


def test_what_is_missing_or_out_of_order_counts_as_lost() -> None:
    users = [User("ann", ["a", "b", "c"]), User("bob", ["a"])]
    assert lost(users, {"ann": ["a", "x", "b", "c", "d"], "bob": ["a"]}) == []
    assert lost(users, {"ann": ["a", "c"], "bob": ["a"]}) == ["ann: b", "ann: c"]
    assert lost(users, {"ann": ["b", "a", "c"]}) == ["ann: b", "ann: c", "bob: a"]
