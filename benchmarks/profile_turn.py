"""Where the time of one message goes, stage by stage, in the served bot.

Usage: python -m benchmarks.profile_turn [--conversations 30]

The Rasa server runs as it is served, with a timer around each stage; messages come over REST. What a stage inside
another one takes is taken off the outer one, so that the lines add up to the whole.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import inspect
import json
import sys
import tempfile
import time
from collections import defaultdict
from contextvars import ContextVar
from pathlib import Path
from statistics import median
from typing import Any, Callable, Optional, Sequence

from benchmarks import machine, scripts
from benchmarks.client import Turn, percentile, talk
from benchmarks.servers import Backtalk, stop_when_asked
from scripts import without_tensorflow
from scripts.launch import HOST, ROOT, environment

#: Conversations before anything counts.
WARM_UP = 5
#: The argument that makes this module the server.
SERVE = "--serve"

#: By stage, one entry a call: when it ended (on the clock that all processes share), and the milliseconds it took.
spent: dict[str, list[tuple[float, float]]] = defaultdict(list)
#: What the stages inside the present one took.
_inner: ContextVar[Optional[list[float]]] = ContextVar("inner", default=None)


def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, its time noted under the stage, less that of stages inside it."""

    def note(started: float, own: list[float], outer: Optional[list[float]]) -> None:
        ended = time.perf_counter()
        took = (ended - started) * 1000
        spent[stage].append((ended, took - sum(own)))
        if outer is not None:
            outer.append(took)

    async def later(*args: Any, **kwargs: Any) -> Any:
        outer, own, started = _inner.get(), [], time.perf_counter()  # type: ignore[var-annotated]
        token = _inner.set(own)
        try:
            return await function(*args, **kwargs)
        finally:
            _inner.reset(token)
            note(started, own, outer)

    def now(*args: Any, **kwargs: Any) -> Any:
        outer, own, started = _inner.get(), [], time.perf_counter()  # type: ignore[var-annotated]
        token = _inner.set(own)
        try:
            return function(*args, **kwargs)
        finally:
            _inner.reset(token)
            note(started, own, outer)

    return later if inspect.iscoroutinefunction(function) else now


def wrap(owner: Any, name: str, stage: str) -> None:
    """Times a method of an object or class."""
    setattr(owner, name, timed(stage, getattr(owner, name)))


def wrap_agent(agent: Any) -> None:
    """Puts a timer around every stage of a loaded agent."""
    from rasa.core.actions.action import RemoteAction

    processor = agent.processor
    for node in processor.graph_runner._instantiated_nodes.values():
        kind = node._component_class.__name__
        if node._fn_name in ("process", "predict_action_probabilities"):
            part = "policy" if node._fn_name.startswith("predict") else "understanding"
            node._fn = timed(f"{part}: {kind}", node._fn)
    wrap(processor.graph_runner, "run", "graph runner, ensemble")
    wrap(RemoteAction, "run", "action: call and answer")
    wrap(processor.tracker_store, "retrieve", "tracker store: read")
    wrap(processor.tracker_store, "save", "tracker store: write")
    wrap(processor.nlg, "generate", "responses: words of templates and alerts")
    wrap(processor, "run_action_extract_slots", "slot extraction")
    wrap(processor, "_run_action", "actions: Rasa's own work")
    wrap(agent, "handle_message", "lock and bookkeeping")


def serve(out: Path, arguments: Sequence[str]) -> None:
    """``scripts.rasa_cli`` with timers, which are written down at its end."""
    without_tensorflow.install()
    import rasa.core.agent
    import rasa.core.run
    from rasa.__main__ import main as rasa_main

    from components import rasa_fixes

    rasa_fixes.install()
    load = rasa.core.agent.load_agent

    async def load_timed(*args: Any, **kwargs: Any) -> Any:
        agent = await load(*args, **kwargs)
        wrap_agent(agent)
        return agent

    rasa.core.agent.load_agent = load_timed
    atexit.register(lambda: out.write_text(json.dumps(spent), encoding="utf-8"))
    sys.argv[1:] = arguments
    rasa_main()


class Timed(Backtalk):
    """The bot with timers in its Rasa server."""

    def launch_server(self) -> None:
        arguments = ["-m", "benchmarks.profile_turn", SERVE, str(self.folder / "spent.json"), "run"]
        arguments += ["--port", str(self.port), "--interface", HOST, "--model", str(self.model)]
        arguments += ["--endpoints", str(self.endpoints), "--credentials", str(ROOT / "credentials.yml")]
        self._run("server", arguments, ROOT, environment())

    def spent(self, since: float) -> dict[str, list[float]]:
        """Milliseconds by stage of the calls that ended after a time; of a bot that was stopped."""
        raw = json.loads((self.folder / "spent.json").read_text(encoding="utf-8"))
        return {stage: [took for ended, took in calls if ended > since] for stage, calls in raw.items()}


def table(turns: Sequence[Turn], calls: dict[str, list[float]]) -> str:
    """One line a stage: milliseconds a message on average, share, and calls a message."""
    whole = sum(turn.seconds for turn in turns) * 1000 / len(turns)
    lines = [f"{'stage':<46}{'ms a message':>14}{'share':>8}{'calls':>7}"]
    inside = 0.0
    for stage, times in sorted(calls.items(), key=lambda item: -sum(item[1])):
        each = sum(times) / len(turns)
        inside += each
        lines.append(f"{stage:<46}{each:>14.2f}{each / whole:>8.0%}{len(times) / len(turns):>7.1f}")
    rest = whole - inside
    lines.append(f"{'HTTP and the client':<46}{rest:>14.2f}{rest / whole:>8.0%}{1:>7.1f}")
    seconds = [turn.seconds * 1000 for turn in turns]
    lines.append(f"{'whole message, mean':<46}{whole:>14.2f}{1:>8.0%}")
    lines.append(f"{'whole message, p50 / p95':<46}{median(seconds):>14.2f} / {percentile(seconds, 0.95):.2f}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Where the time of one message goes.")
    parser.add_argument("--conversations", type=int, default=30, help="of five messages each (30)")
    options = parser.parse_args(arguments)
    stop_when_asked()
    print(f"On {machine.describe()}; load average {machine.load():.1f}.", flush=True)
    with tempfile.TemporaryDirectory(prefix="backtalk-profile-") as name:
        bot = Timed(Path(name))
        try:
            bot.start()
            asyncio.run(talk(bot.url, scripts.BACKTALK, WARM_UP, 1, "warm-up"))
            since = time.perf_counter()
            turns, _ = asyncio.run(talk(bot.url, scripts.BACKTALK, options.conversations, 1, "profile"))
        finally:
            bot.stop()
        print(table(turns, bot.spent(since)))


if __name__ == "__main__":
    if sys.argv[1:2] == [SERVE]:
        serve(Path(sys.argv[2]), sys.argv[3:])
    else:
        main(sys.argv[1:])
