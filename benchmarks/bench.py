"""Backtalk beside the starter bot that ``rasa init`` makes: one run, the same client, in turn.

Usage: python -m benchmarks.bench [--blocks 7] [--train]

Both bots run at once and are asked by turns, so that whatever else the machine does meets both. A figure counts as the
ratio of the two in one block; the tables give the median of all blocks and the range. Writes ``benchmarks/results.md``.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Callable, Iterable, Optional, Sequence

from benchmarks import machine, scripts
from benchmarks.client import Script, Turn, percentile, silent, strangers, talk
from benchmarks.servers import Backtalk, Bot, Starter, starter_seconds, stop_when_asked
from scripts.launch import ROOT
from scripts.model import MODEL_VARIABLE

RESULTS = ROOT / "benchmarks" / "results.md"
#: Conversations (of five messages) of a block, one at a time: enough for a 99th percentile.
QUIET = 40
#: Users at once, and conversations of a block: some seconds of work for either bot.
CLIENTS = {1: 12, 4: 24, 16: 48, 64: 64}
#: Conversations of each bot before anything counts.
WARM_UP = 10
#: Starts that a cold start is the median of.
STARTS = 3
#: What issue and README promise, by row: the ratio that must not be exceeded, or must be reached.
AIMS = {
    "one message, p50": "<= 0.6",
    "one message, p95": "<= 0.6",
    "messages a second, 16 at once": ">= 1.5",
    "memory after the load": "<= 0.7",
    "cold start to the first answer": "<= 0.5",
}


@dataclass
class Row:
    """One line of the table: the values of each block, ours and the starter's."""

    name: str
    unit: str
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Ours by theirs, block by block."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs)]

    def reached(self) -> Optional[bool]:
        """Whether the median ratio keeps what is promised; None if nothing is."""
        aim = AIMS.get(self.name)
        if aim is None:
            return None
        sign, number = aim.split()
        return median(self.ratios) <= float(number) if sign == "<=" else median(self.ratios) >= float(number)

    def markdown(self) -> str:
        """The line."""
        ratios = self.ratios
        spread = f"{min(ratios):.2f} - {max(ratios):.2f}" if len(ratios) > 1 else "one value"
        aim = AIMS.get(self.name, "")
        verdict = {None: "", True: "reached", False: "**missed**"}[self.reached()]
        values = f"{_short(median(self.ours))} {self.unit} | {_short(median(self.theirs))} {self.unit}"
        return f"| {self.name} | {values} | **{median(ratios):.2f}** | {spread} | {aim} | {verdict} |"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def check(turns: Sequence[Turn]) -> None:
    """A fast wrong answer counts for nothing.

    Raises:
        RuntimeError: a turn was not answered, or with another conversation's answer.
    """
    if strangers(turns):
        raise RuntimeError("An answer went to the wrong conversation.")
    if silent(turns):
        raise RuntimeError(f"No answer to: {sorted({turn.text for turn in silent(turns)})}")


def latency(bots: Sequence[tuple[Bot, Script]], blocks: int) -> list[Row]:
    """One user at a time: percentiles of all messages, the median of each kind, and the work it takes."""
    measures: dict[str, Callable[[list[Turn]], float]] = {
        f"one message, p{round(share * 100)}": lambda turns, share=share: percentile(  # type: ignore[misc]
            [turn.seconds for turn in turns], share
        )
        for share in (0.5, 0.95, 0.99)
    }
    for kind in (scripts.FIRST, scripts.FOLLOW_UP, scripts.ALERT):
        measures[f"{kind}, p50"] = lambda turns, kind=kind: median(  # type: ignore[misc]
            turn.seconds for turn in turns if turn.kind == kind
        )
    rows = [Row(name, "ms") for name in measures]
    work = Row("processor time of one message", "ms")
    for block in range(blocks):
        for bot, script in _in_turn(bots, block):
            before = bot.processor()
            turns, _ = asyncio.run(talk(bot.url, script, QUIET, 1, f"quiet-{block}"))
            check(turns)
            _values(work, bot).append((bot.processor() - before) / len(turns) * 1000)
            for row, measure in zip(rows, measures.values()):
                _values(row, bot).append(measure(turns) * 1000)
    return [*rows, work]


def throughput(bots: Sequence[tuple[Bot, Script]], blocks: int) -> list[Row]:
    """Several users at a time, each with the next message as soon as the last is answered."""
    rows = []
    for clients, conversations in CLIENTS.items():
        row = Row(f"messages a second, {clients} at once", "/s")
        for block in range(blocks):
            for bot, script in _in_turn(bots, block):
                turns, seconds = asyncio.run(talk(bot.url, script, conversations, clients, f"many-{clients}-{block}"))
                check(turns)
                _values(row, bot).append(len(turns) / seconds)
        rows.append(row)
    return rows


def _in_turn(bots: Sequence[tuple[Bot, Script]], block: int) -> Iterable[tuple[Bot, Script]]:
    return bots if block % 2 == 0 else reversed(bots)


def _values(row: Row, bot: Bot) -> list[float]:
    return row.ours if isinstance(bot, Backtalk) else row.theirs


def cold_starts(folder: Path) -> Row:
    """Each bot alone, started anew, by turns; files are in the system's cache after the first."""
    row = Row("cold start to the first answer", "s")
    for number in range(STARTS):
        for bot in (Backtalk(folder / f"ours-{number}"), Starter(folder / f"theirs-{number}")):
            try:
                _values(row, bot).append(bot.start())
            finally:
                bot.stop()
    return row


def training(folder: Path, anew: bool) -> Optional[Row]:
    """Seconds of training, from the first step to the packed model: of a training now, or noted at the last one."""
    if anew:
        started = time.monotonic()
        command = [sys.executable, "-m", "rasa", "train", "--force", "--skip-validation", "--out", str(folder)]
        with (folder / "training.log").open("wb") as out:
            subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=True)
        ours: Optional[float] = time.monotonic() - started
    else:
        ours = _span(ROOT / "models" / "training.log")
    theirs = starter_seconds()
    return Row("training", "s", [ours], [theirs]) if ours and theirs else None


def _span(log: Path) -> Optional[float]:
    """Seconds between the first and the last time in a log."""
    if not log.is_file():
        return None
    text = log.read_text(encoding="utf-8", errors="replace")
    times = re.findall(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ", text, re.MULTILINE)
    if len(times) < 2:
        return None
    first, last = (datetime.strptime(one, "%Y-%m-%d %H:%M:%S") for one in (times[0], times[-1]))
    return (last - first).total_seconds()


def report(rows: Sequence[Row], blocks: int, busy: float) -> str:
    """The Markdown page."""
    size, missing = machine.installed()
    note = f" (without {', '.join(missing)}, not installed here)" if missing else ""
    return "\n".join(
        [
            "<!-- Written by `make bench`. -->",
            "| | Backtalk | Rasa starter | ratio | range of the ratio | aim | |",
            "|---|---|---|---|---|---|---|",
            *(row.markdown() for row in rows),
            "",
            f"Installed packages: {size / 1000:.2f} GB for Backtalk{note}; a stock Rasa's are not measured here.",
            "",
            f"Measured on {machine.describe()}; both bots, and the client, share the cores. {blocks} blocks of "
            f"{QUIET * len(scripts.BACKTALK)} messages for each bot, by turns; the ratio is the median of the blocks. "
            f"Load average before the run: {busy:.1f}.",
            "Backtalk: red-flag screen, action server and SQLite included. Rasa starter: `rasa init` of Rasa 3.6.21, "
            "default pipeline and policies, conversations in memory, no action server.",
            "",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """The command line; 0 if every aim is reached."""
    parser = argparse.ArgumentParser(description="Backtalk beside the starter bot of Rasa.")
    parser.add_argument("--blocks", type=int, default=7, help="blocks of each measure (7)")
    parser.add_argument("--train", action="store_true", help="train Backtalk anew, and take the time of that")
    parser.add_argument("--out", type=Path, default=RESULTS, help=f"the page to write; {MODEL_VARIABLE} names a model")
    options = parser.parse_args(arguments)
    stop_when_asked()
    busy = machine.load()
    with tempfile.TemporaryDirectory(prefix="backtalk-bench-") as name:
        folder = Path(name)
        ours, theirs = Backtalk(folder / "ours"), Starter(folder / "theirs")
        print("Cold starts ...", flush=True)
        rows = [cold_starts(folder)]
        bots: list[tuple[Bot, Script]] = [(ours, scripts.BACKTALK), (theirs, scripts.STARTER)]
        try:
            for bot, script in bots:
                bot.start()
                asyncio.run(talk(bot.url, script, WARM_UP, 1, "warm-up"))
            print("One message at a time ...", flush=True)
            rows = latency(bots, options.blocks) + rows
            print("Many at once ...", flush=True)
            rows[-1:-1] = throughput(bots, options.blocks)
            rows.append(Row("memory after the load", "MB", [ours.memory()], [theirs.memory()]))
        finally:
            for bot, _ in bots:
                bot.stop()
        trained = training(folder, options.train)
        rows += [trained] if trained else []
        sizes = [bot.model.stat().st_size / 1e6 for bot, _ in bots]
        rows.append(Row("model file", "MB", sizes[:1], sizes[1:]))
    page = report(rows, options.blocks, busy)
    options.out.write_text(page, encoding="utf-8")
    print(page)
    return 0 if all(row.reached() is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
