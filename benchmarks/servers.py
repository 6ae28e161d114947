"""The two bots to measure: ours as it is served, and the starter that ``rasa init`` makes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Optional

import yaml

from scripts.launch import HOST, ROOT, environment, free_port
from scripts.model import named_model

#: The starter bot and its model, made once; not tracked.
STARTER = ROOT / ".cache" / "starter"
#: Seconds that a bot may take to its first answer, and to end.
START_LIMIT, STOP_LIMIT = 300, 20
#: Seconds between two looks whether a bot answers yet.
LOOK = 0.05


def stop_when_asked() -> None:
    """Lets SIGTERM end this process as Ctrl-C does, so that no bot is left behind."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


class Bot:
    """A bot as a group of processes that answers on REST.

    Attributes:
        name: for tables.
        hello: the message whose answer ends a cold start.
        model: its file.
        port: of the Rasa server.
        processes: by name: ``server``, and ``actions`` where there are some.
    """

    name = ""
    hello = ""

    def __init__(self, folder: Path, trained: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.model = trained
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Where messages are posted to."""
        return f"http://{HOST}:{self.port}/webhooks/rest/webhook"

    def launch(self) -> None:
        """Starts every process, and waits for none."""
        raise NotImplementedError

    def start(self) -> float:
        """Starts the bot; seconds until its first answer.

        Raises:
            RuntimeError: a process ended, or no answer came.
        """
        started = time.monotonic()
        self.launch()
        self.wait()
        return time.monotonic() - started

    def wait(self) -> None:
        """Until a message is answered with words."""
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{self.name}: the {name} ended by itself; see {self.folder / name}.log")
            try:
                if self.say("cold-start", self.hello):
                    return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(LOOK)
        raise RuntimeError(f"{self.name} did not answer within {START_LIMIT} seconds; see {self.folder}")

    def say(self, sender: str, text: str) -> list[dict[str, object]]:
        """The answer to one message, on a connection of its own."""
        body = json.dumps({"sender": sender, "message": text}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer: list[dict[str, object]] = json.loads(response.read())
            return answer

    def memory(self) -> float:
        """Resident memory of all its processes now, in MB (10^6 bytes)."""
        return sum(resident(process.pid) for process in self.processes.values())

    def processor(self) -> float:
        """Seconds of processor time that its processes took since they began. Linux only."""
        total = 0
        for process in self.processes.values():
            # The name in brackets may hold blanks; user and system time are the 12th and 13th fields after it.
            fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def kill(self, name: str) -> None:
        """Ends one process at once, as a crash or a lack of memory would: it cannot finish anything."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Ends every process."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def _run(self, name: str, arguments: list[str], folder: Path, env: dict[str, str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as out:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


class Backtalk(Bot):
    """Ours: action server and Rasa server, SQLite in a folder of its own."""

    name = "Backtalk"
    hello = "hello"

    def __init__(self, folder: Path, trained: Optional[Path] = None) -> None:
        super().__init__(folder, trained or named_model())
        self.actions_port = free_port()
        self.database = folder / "conversations.db"
        endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
        endpoints["action_endpoint"]["url"] = f"http://{HOST}:{self.actions_port}/webhook"
        endpoints["tracker_store"]["db"] = str(self.database)
        self.endpoints = folder / "endpoints.yml"
        self.endpoints.write_text(yaml.safe_dump(endpoints), encoding="utf-8")

    def launch(self) -> None:
        self.launch_actions()
        self.launch_server()

    def launch_actions(self) -> None:
        """The action server, in the background."""
        self._run("actions", ["-m", "scripts.action_server", "--port", str(self.actions_port)], ROOT, environment())

    def launch_server(self) -> None:
        """The Rasa server, in the background."""
        arguments = ["-m", "scripts.rasa_cli", "run", "--port", str(self.port), "--interface", HOST]
        arguments += ["--model", str(self.model), "--endpoints", str(self.endpoints)]
        arguments += ["--credentials", str(ROOT / "credentials.yml")]
        self._run("server", arguments, ROOT, environment())


class Starter(Bot):
    """What ``rasa init`` makes, served as its manual says: default pipeline and policies, conversations in memory, no
    action server."""

    name = "Rasa starter"
    hello = "hello"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, starter_model())

    def launch(self) -> None:
        # What it runs with by itself, less its telemetry.
        env = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        arguments = ["-m", "rasa", "run", "--port", str(self.port), "--interface", HOST, "--model", str(self.model)]
        self._run("server", arguments, STARTER / "bot", env)


def starter_model() -> Path:
    """The starter's model; made and trained at the first call, which takes some minutes.

    Raises:
        RuntimeError: it could not be trained.
    """
    folder = STARTER / "bot"
    if not starter_seconds():
        print("Making and training Rasa's starter bot, once ...", flush=True)
        shutil.rmtree(STARTER, ignore_errors=True)
        folder.mkdir(parents=True)
        env = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        started = time.monotonic()
        with (STARTER / "training.log").open("wb") as out:
            process = subprocess.run(
                [sys.executable, "-m", "rasa", "init", "--no-prompt", "--init-dir", "."],
                cwd=folder,
                env=env,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        if process.returncode:
            raise RuntimeError("The starter bot could not be trained; see .cache/starter/training.log")
        (STARTER / "seconds").write_text(f"{time.monotonic() - started:.1f}\n", encoding="utf-8")
    models = sorted((folder / "models").glob("*.tar.gz"))
    if not models:
        raise RuntimeError("The starter bot has no model; see .cache/starter/training.log")
    return models[-1]


def starter_seconds() -> Optional[float]:
    """How long making and training the starter took; None if that was not done."""
    file = STARTER / "seconds"
    return float(file.read_text(encoding="utf-8")) if file.is_file() else None


def resident(pid: int) -> float:
    """Resident memory of a process and all it started, in MB (10^6 bytes). Linux only."""
    total = 0.0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text(encoding="utf-8")
            waiting += [
                int(child)
                for task in Path(f"/proc/{one}/task").iterdir()
                for child in (task / "children").read_text(encoding="utf-8").split()
            ]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for line in status.splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) * 1024 / 1e6
    return total
