"""Rising load, up to more than the bot can do: where the knee lies, and whether all stays in order beyond it.

Usage: python -m benchmarks.load [--seconds 10] [--rates 10 20 40 60 80 120]

Messages are sent at a fixed rate, whether or not the earlier ones are answered; a user waits for the answer before
going on, so more users come in as the bot gets slower. Each answer must be, word for word, what the same conversation
got when nothing else went on: an answer to anybody else would differ. Beyond the knee it may be the answer that the bot
is busy; then the same is said again.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence

import aiohttp

from backtalk.phrases import phrases
from benchmarks import machine, scripts
from benchmarks.client import Turn, percentile, say, session, silent, strangers
from benchmarks.servers import Backtalk, Bot, stop_when_asked

RATES = (10, 20, 40, 60, 80, 120)
#: Users at once, at most: more are turned away here, as a server's limit would.
USERS = 2000
#: Seconds: at the knee, p95 is no longer below them, or so long is needed for what was left at the end.
SLOW = 1.0
COLUMNS = ("p50 s", "p95 s", "max s", "busy", "errors", "astray")

#: What it says when too many wait.
BUSY = [phrases().say("busy")]

Heard = dict[tuple[int, int], list[str]]


@dataclass
class Step:
    """What happened at one rate.

    Attributes:
        late: seconds from when a message was due to its answer. busy: answers that it is busy. wrong: answers that
            differ from the quiet ones.
    """

    rate: float
    sent: int = 0
    late: list[float] = field(default_factory=list)
    busy: int = 0
    errors: list[str] = field(default_factory=list)
    wrong: list[Turn] = field(default_factory=list)
    seconds: float = 0.0
    drained: float = 0.0

    @property
    def ok(self) -> bool:
        """No error, and nothing astray."""
        return not self.errors and not self.wrong

    @property
    def kept_up(self) -> bool:
        """Below the knee."""
        return bool(self.late) and not self.busy and percentile(self.late, 0.95) <= SLOW and self.drained <= SLOW

    def line(self) -> str:
        """For the table."""
        p50, p95, most = (percentile(self.late, share) for share in (0.5, 0.95, 1.0)) if self.late else (0.0, 0.0, 0.0)
        done = len(self.late) / (self.seconds + self.drained)
        state = "keeps up" if self.kept_up else "behind"
        return (
            f"{self.rate:>8.0f}{self.sent:>7}{done:>10.1f}{p50:>8.2f}{p95:>8.2f}{most:>8.2f}"
            f"{self.busy:>8}{len(self.errors):>8}{len(self.wrong):>8}  {state}"
        )


async def quiet(url: str, tag: str) -> Heard:
    """What each conversation hears when it is alone."""
    heard: Heard = {}
    async with session(1) as http:
        for number, script in enumerate(scripts.VARIED):
            for place, (kind, text) in enumerate(script):
                turn = await say(http, url, f"{tag}-{number}", kind, text)
                heard[number, place] = turn.heard
    return heard


async def step(url: str, rate: float, seconds: float, expected: Heard, http: aiohttp.ClientSession) -> Step:
    """Sends at one rate, then waits until all is answered."""
    result = Step(rate)
    #: Users that wait for nothing: conversation, script, and place in it.
    idle: deque[tuple[str, int, int]] = deque()
    names = itertools.count()
    running: set[asyncio.Task[None]] = set()

    async def send(sender: str, number: int, place: int, due: float) -> None:
        kind, text = scripts.VARIED[number][place]
        try:
            turn = await say(http, url, sender, kind, text)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            result.errors.append(type(error).__name__)
            return
        result.late.append(time.perf_counter() - due)
        if turn.heard == BUSY:
            result.busy += 1
            idle.append((sender, number, place))
            return
        if turn.heard != expected[number, place] or silent([turn]) or strangers([turn]):
            result.wrong.append(turn)
        if place + 1 < len(scripts.VARIED[number]):
            idle.append((sender, number, place + 1))

    started = time.perf_counter()
    for due in (started + count / rate for count in range(int(rate * seconds))):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if not idle:
            name = next(names)
            idle.append((f"load-{rate}-{name}", name % len(scripts.VARIED), 0))
        if len(running) < USERS:
            result.sent += 1
            task = asyncio.create_task(send(*idle.popleft(), due))
            running.add(task)
            task.add_done_callback(running.discard)
    result.seconds = time.perf_counter() - started
    while running:
        await asyncio.gather(*running)
    result.drained = time.perf_counter() - started - result.seconds
    return result


async def climb(bot: Bot, rates: Sequence[float], seconds: float) -> list[Step]:
    """Every rate in turn."""
    expected = await quiet(bot.url, "quiet")
    # What is compared with must not depend on who asks.
    if await quiet(bot.url, "again") != expected:
        raise RuntimeError("The same conversation was answered differently when nothing else went on.")
    steps = []
    print(f"{'rate /s':>8}{'sent':>7}{'done /s':>10}" + "".join(f"{name:>8}" for name in COLUMNS))
    async with session(USERS) as http:
        for rate in rates:
            steps.append(await step(bot.url, rate, seconds, expected, http))
            print(steps[-1].line(), flush=True)
    return steps


def main(arguments: Sequence[str]) -> int:
    """The command line; 0 if every message was answered, with its own answer."""
    parser = argparse.ArgumentParser(description="Rising load, up to more than the bot can do.")
    parser.add_argument("--seconds", type=float, default=10, help="at each rate (10)")
    parser.add_argument("--rates", type=float, nargs="+", default=RATES, help="messages a second")
    options = parser.parse_args(arguments)
    stop_when_asked()
    print(f"On {machine.describe()}; load average {machine.load():.1f}.", flush=True)
    with tempfile.TemporaryDirectory(prefix="backtalk-load-") as name:
        bot = Backtalk(Path(name))
        try:
            bot.start()
            steps = asyncio.run(climb(bot, options.rates, options.seconds))
        finally:
            bot.stop()
    below = [one.rate for one in steps if one.kept_up]
    print(f"It keeps up with {max(below):.0f} messages a second." if below else "It keeps up with none of these rates.")
    for one in steps:
        for turn in one.wrong[:3]:
            print(f"At {one.rate:.0f}/s, '{turn.text}' was answered with: {turn.heard}")
    return 0 if all(one.ok for one in steps) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
