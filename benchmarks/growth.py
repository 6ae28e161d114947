"""What grows: the time of a turn over a long conversation and over many stored ones, and memory over many messages.

Usage: python -m benchmarks.growth [--turns 1000] [--stored 100000] [--messages 50000] [--minutes 10]

Writes ``benchmarks/growth.md`` and the curves, ``docs/growth.png``.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Sequence

from benchmarks import machine, scripts
from benchmarks.client import say, session, talk
from benchmarks.servers import Backtalk, stop_when_asked
from scripts.launch import ROOT

PAGE, PICTURE = ROOT / "benchmarks" / "growth.md", ROOT / "docs" / "growth.png"
#: What is said over and over in the long conversation: no alert in it, so that every turn does the same work.
ROUND = (
    "my lower back hurts when I sit at my desk all day",
    "how often should I do that",
    "another one please",
    "should I use ice or heat",
    "thanks",
)
#: Rounds that one value is the median of: a single turn says little on a busy machine.
WINDOW = 4
#: Conversations in the store when a message is timed.
STORED = (0, 1_000, 10_000, 100_000)
#: Messages that each of these values is the median of.
TIMED = 60
#: Users at once while memory is watched, messages between two looks, and the share of them that warm up.
USERS, LOOK, WARM = 8, 500, 0.1

Curve = list[tuple[float, float]]


async def long_conversation(url: str, turns: int) -> Curve:
    """Turn number and milliseconds, a value for every few rounds."""
    seconds = []
    async with session(1) as http:
        for text in itertools.islice(itertools.cycle(ROUND), turns):
            seconds.append((await say(http, url, "long", "", text)).seconds)
    step = WINDOW * len(ROUND)
    # Each kind of message takes its own time: the mean of the kinds' medians weighs them alike everywhere.
    return [
        (start + step / 2, _typical(seconds[start : start + step])) for start in range(0, len(seconds) - step + 1, step)
    ]


def _typical(seconds: Sequence[float]) -> float:
    kinds = len(ROUND)
    return sum(median(seconds[kind::kinds]) for kind in range(kinds)) / kinds * 1000


def fill(database: Path, wanted: int) -> None:
    """Conversations under new names, copies of one that was held, until there are that many of them."""
    connection = sqlite3.connect(database, timeout=60)
    with connection:
        columns = "type_name, timestamp, intent_name, action_name, data"
        rows = connection.execute(f"SELECT {columns} FROM events WHERE sender_id = 'model-0' ORDER BY id").fetchall()
        have = connection.execute("SELECT COUNT(DISTINCT sender_id) FROM events WHERE sender_id LIKE 'copy-%'")
        connection.executemany(
            f"INSERT INTO events (sender_id, {columns}) VALUES (?, ?, ?, ?, ?, ?)",
            ((f"copy-{number}", *row) for number in range(have.fetchone()[0], wanted) for row in rows),
        )
    connection.close()


async def many_conversations(bot: Backtalk, stored: Sequence[int]) -> tuple[Curve, Curve]:
    """Stored conversations, and milliseconds of the first message of a new one and of the next of a stored one."""
    await talk(bot.url, [("", text) for text in ROUND[:2]], 1, 1, "model")
    fresh: Curve = []
    resumed: Curve = []
    async with session(1) as http:
        for number in stored:
            await asyncio.to_thread(fill, bot.database, number)
            for kind, curve in (("new", fresh), ("copy", resumed)):
                if kind == "copy" and number < TIMED:
                    continue
                # The latest of them were not asked before: nothing of them is in memory.
                senders = [f"new-{number}-{n}" if kind == "new" else f"copy-{number - 1 - n}" for n in range(TIMED)]
                turns = [await say(http, bot.url, sender, "", ROUND[0]) for sender in senders]
                curve.append((number, median(turn.seconds for turn in turns) * 1000))
    return fresh, resumed


async def memory(bot: Backtalk, messages: int, minutes: float) -> Curve:
    """Messages, and resident MB of both servers, until there are that many or the time is over."""
    limit = time.monotonic() + minutes * 60
    curve: Curve = [(0, bot.memory())]
    done = 0
    script = [turn for number in range(3) for turn in scripts.VARIED[number]]
    while done < messages and time.monotonic() < limit:
        conversations = max(1, LOOK // len(script))
        turns, _ = await talk(bot.url, script, conversations, USERS, f"memory-{done}")
        done += len(turns)
        curve.append((done, bot.memory()))
    return curve


def after_warm_up(curve: Curve) -> float:
    """Growth of memory after the first tenth of the messages, as a share of what it was then."""
    warm = [mb for count, mb in curve if count >= curve[-1][0] * WARM]
    few = max(1, len(warm) // 20)
    return median(warm[-few:]) / median(warm[:few]) - 1


def draw(turns: Curve, fresh: Curve, resumed: Curve, used: Curve, out: Path) -> None:
    """The three curves, side by side."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.4))
    axes[0].plot(*zip(*turns), color="#1d6b62")
    _label(axes[0], "One long conversation", "turn", "ms a turn")
    axes[1].plot([max(number, 100) for number, _ in fresh], [ms for _, ms in fresh], "o-", color="#1d6b62", label="new")
    axes[1].plot(*zip(*resumed), "s--", color="#b4552d", label="taken up again")
    axes[1].set_xscale("log")
    axes[1].legend(frameon=False)
    _label(axes[1], "Conversations in the store", "stored (100 stands for none)", "ms a message")
    axes[2].plot(*zip(*used), color="#1d6b62")
    _label(axes[2], "Memory of both servers", "messages", "MB")
    figure.tight_layout()
    out.parent.mkdir(exist_ok=True)
    figure.savefig(out, dpi=80)


def _label(axis: Any, title: str, x: str, y: str) -> None:
    axis.set(title=title, xlabel=x, ylabel=y)
    axis.set_ylim(0, axis.get_ylim()[1] * 1.2)
    axis.grid(alpha=0.3)


def report(turns: Curve, fresh: Curve, resumed: Curve, used: Curve, minutes: float) -> str:
    """The Markdown page."""
    # The first value holds turns 1 to 20, and with them turn 10.
    early, late = turns[0][1], median(ms for _, ms in turns[-3:])
    rows = [
        f"| turn {turns[-1][0]:.0f} of a conversation by turn {turns[0][0]:.0f} | "
        f"{late:.1f} ms by {early:.1f} ms | **{late / early:.2f}** | <= 1.3 |",
        f"| first message with {fresh[-1][0]:,.0f} stored conversations, by none | "
        f"{fresh[-1][1]:.1f} ms by {fresh[0][1]:.1f} ms | **{fresh[-1][1] / fresh[0][1]:.2f}** | about 1 |",
        f"| taking up one of {resumed[-1][0]:,.0f} stored conversations, by one of {resumed[0][0]:,.0f} | "
        f"{resumed[-1][1]:.1f} ms by {resumed[0][1]:.1f} ms | **{resumed[-1][1] / resumed[0][1]:.2f}** | about 1 |",
        f"| memory after {used[-1][0]:,.0f} messages in {minutes:.0f} minutes, since the first tenth of them | "
        f"{used[-1][1]:.0f} MB | **{after_warm_up(used):+.1%}** | <= 3 % |",
    ]
    lines = ["<!-- Written by `make growth`. -->", "| | | growth | aim |", "|---|---|---|---|", *rows, ""]
    return "\n".join([*lines, f"Measured on {machine.describe()}. The curves: `docs/growth.png`.", ""])


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="What grows with turns, conversations and messages.")
    parser.add_argument("--turns", type=int, default=1000, help="of one conversation (1000)")
    parser.add_argument("--stored", type=int, default=STORED[-1], help="conversations in the store, at most (100000)")
    parser.add_argument("--messages", type=int, default=50_000, help="while memory is watched, at most (50000)")
    parser.add_argument("--minutes", type=float, default=10, help="that memory is watched, at most (10)")
    parser.add_argument("--page", type=Path, default=PAGE, help="to write the figures to")
    parser.add_argument("--picture", type=Path, default=PICTURE, help="to draw the curves in")
    options = parser.parse_args(arguments)
    stop_when_asked()
    with tempfile.TemporaryDirectory(prefix="backtalk-growth-") as name:
        bot = Backtalk(Path(name))
        try:
            bot.start()
            asyncio.run(talk(bot.url, scripts.BACKTALK, 10, 1, "warm-up"))
            print("One long conversation ...", flush=True)
            turns = asyncio.run(long_conversation(bot.url, options.turns))
            print("Many messages ...", flush=True)
            started = time.monotonic()
            used = asyncio.run(memory(bot, options.messages, options.minutes))
            minutes = (time.monotonic() - started) / 60
            print("Many stored conversations ...", flush=True)
            stored = [number for number in STORED if number <= options.stored]
            fresh, resumed = asyncio.run(many_conversations(bot, stored))
        finally:
            bot.stop()
    draw(turns, fresh, resumed, used, options.picture)
    page = report(turns, fresh, resumed, used, minutes)
    options.page.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main(sys.argv[1:])
