"""Servers killed under load (kill -9), started again, and what is left then.

Usage: python -m benchmarks.kills [--kills 20] [--users 8]

Users talk without a pause; action server and Rasa server are killed in turn, at a random moment. A message counts as
acknowledged once its answer has arrived. After each start: every acknowledged message is in the tracker store, in the
order in which it was said, and every user gets an answer to the next one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence

import aiohttp

from benchmarks import machine, scripts
from benchmarks.client import say, session
from benchmarks.servers import Backtalk, stop_when_asked

#: Seconds of load between a start and the next kill: at least, at most.
UNDISTURBED = (1.0, 3.0)
#: Seconds between two tries of a user whose message failed.
AGAIN = 0.2
#: Seconds after a start in which each user must have an answer; a queue of all users is worth one or two.
STUCK = 30.0


@dataclass
class User:
    """One conversation, and what came of it.

    Attributes:
        acknowledged: texts whose answer arrived, in order. answered_at: when the latest did.
    """

    name: str
    acknowledged: list[str] = field(default_factory=list)
    answered_at: float = 0.0
    failed: int = 0
    silent: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What all kills together did."""

    kills: int = 0
    acknowledged: int = 0
    failed: int = 0
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing lost, nobody stuck, nobody met with silence."""
        return not self.lost and not self.stuck and not self.silent


async def chat(user: User, url: str, http: aiohttp.ClientSession, over: asyncio.Event) -> None:
    """Talks until it is over; says the same again after a failure, as people do."""
    texts = [text for _, text in scripts.VARIED[int(user.name.rpartition("-")[2]) % len(scripts.VARIED)]]
    number = 0
    while not over.is_set():
        # Numbered, so that each message is found again in the store.
        text = f"{texts[number % len(texts)]} ({number})"
        try:
            turn = await say(http, url, user.name, "", text)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            user.failed += 1
            await asyncio.sleep(AGAIN)
            continue
        user.acknowledged.append(text)
        user.answered_at = time.monotonic()
        if not turn.heard:
            user.silent.append(text)
        number += 1


def stored(database: Path) -> dict[str, list[str]]:
    """What users said, by conversation, in the order of the store."""
    found: dict[str, list[str]] = defaultdict(list)
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    try:
        rows = connection.execute("SELECT sender_id, data FROM events WHERE type_name = 'user' ORDER BY id")
        for sender, data in rows:
            found[sender].append(json.loads(data)["text"])
    finally:
        connection.close()
    return found


def lost(users: Sequence[User], kept: dict[str, list[str]]) -> list[str]:
    """Acknowledged messages that the store does not hold, or not in the order in which they were said."""
    missing = []
    for user in users:
        rest = iter(kept.get(user.name, ()))
        missing += [f"{user.name}: {text}" for text in user.acknowledged if text not in rest]
    return missing


async def torment(bot: Backtalk, kills: int, clients: int, seed: int = 1) -> Outcome:
    """Kills and starts again, that many times, under the load of that many users."""
    outcome = Outcome()
    chance = random.Random(seed)
    users = [User(f"user-{number}") for number in range(clients)]
    over = asyncio.Event()
    async with session(clients) as http:
        talking = [asyncio.create_task(chat(user, bot.url, http, over)) for user in users]
        for number in range(kills):
            await asyncio.sleep(chance.uniform(*UNDISTURBED))
            victim = ("actions", "server")[number % 2]
            bot.kill(victim)
            killed = time.monotonic()
            # For a moment people talk to what is not there.
            await asyncio.sleep(chance.uniform(0.0, 0.5))
            (bot.launch_actions if victim == "actions" else bot.launch_server)()
            await asyncio.to_thread(bot.wait)
            started = time.monotonic()
            outcome.recoveries.append(started - killed)
            outcome.kills += 1
            while any(user.answered_at <= started for user in users) and time.monotonic() - started < STUCK:
                await asyncio.sleep(0.1)
            outcome.stuck += [f"{user.name} after kill {number}" for user in users if user.answered_at <= started]
            # Acknowledged first, stored second: what is noted now must be there already.
            said = [User(user.name, list(user.acknowledged)) for user in users]
            outcome.lost += lost(said, await asyncio.to_thread(stored, bot.database))
        over.set()
        await asyncio.gather(*talking)
    outcome.lost += lost(users, stored(bot.database))
    outcome.acknowledged = sum(len(user.acknowledged) for user in users)
    outcome.failed = sum(user.failed for user in users)
    outcome.silent = [f"{user.name}: {text}" for user in users for text in user.silent]
    return outcome


def main(arguments: Sequence[str]) -> int:
    """The command line; 0 if nothing was lost and nobody was stuck."""
    parser = argparse.ArgumentParser(description="Servers killed under load.")
    parser.add_argument("--kills", type=int, default=20, help="of both servers together (20)")
    parser.add_argument("--users", type=int, default=8, help="who talk without a pause (8)")
    parser.add_argument("--seed", type=int, default=1, help="for the moments of the kills (1)")
    options = parser.parse_args(arguments)
    stop_when_asked()
    print(f"On {machine.describe()}; load average {machine.load():.1f}.", flush=True)
    with tempfile.TemporaryDirectory(prefix="backtalk-kills-") as name:
        bot = Backtalk(Path(name))
        try:
            bot.start()
            outcome = asyncio.run(torment(bot, options.kills, options.users, options.seed))
        finally:
            bot.stop()
    print(
        f"{outcome.kills} kills; {outcome.acknowledged} messages acknowledged, {outcome.failed} tries failed; "
        f"{len(outcome.lost)} lost, {len(outcome.stuck)} users stuck, {len(outcome.silent)} answers empty. "
        f"From kill to the next answer: {max(outcome.recoveries):.1f} s at most."
    )
    for line in [*outcome.lost, *outcome.stuck, *outcome.silent][:20]:
        print(f"  {line}")
    return 0 if outcome.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
