"""The real bot for the browser tests: both servers on free ports, with a store of their own."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Optional

from scripts.launch import HOST, ROOT, environment, free_port
from scripts.model import named_model

#: Seconds that a server may take until it answers.
START_LIMIT = 180


class Bot:
    """Both servers.

    Args:
        folder: for the store, the logs and the settings.
        channels: ``credentials.yml`` as data.
    """

    def __init__(self, folder: Path, channels: dict[str, Any]) -> None:
        self.port, self._actions_port = free_port(), free_port()
        self.base = f"http://{HOST}:{self.port}"
        self.database = folder / "conversations.db"
        self.log = folder / "server.log"
        self._folder = folder
        # JSON is YAML.
        (folder / "credentials.yml").write_text(json.dumps(channels), encoding="utf-8")
        endpoints = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
        endpoints = endpoints.replace("127.0.0.1:5055", f"127.0.0.1:{self._actions_port}")
        endpoints = endpoints.replace("db: conversations.db", f"db: {self.database}")
        (folder / "endpoints.yml").write_text(endpoints, encoding="utf-8")
        self._model = named_model()
        self._server: Optional[subprocess.Popen[bytes]] = None
        self._actions: Optional[subprocess.Popen[bytes]] = None

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=environment(), stdout=out, stderr=subprocess.STDOUT
            )

    def start_actions(self) -> None:
        """Starts the action server and waits for it."""
        self._actions = self._run("-m", "scripts.action_server", "--port", str(self._actions_port))
        self._wait(f"http://{HOST}:{self._actions_port}/health", self._actions)

    def start_server(self) -> None:
        """Starts the Rasa server and waits for it."""
        self._server = self._run(
            *("-m", "scripts.rasa_cli", "run", "--port", str(self.port), "--interface", HOST),
            *("--credentials", str(self._folder / "credentials.yml")),
            *("--endpoints", str(self._folder / "endpoints.yml"), "--model", str(self._model)),
        )
        self._wait(f"{self.base}/", self._server)

    def _wait(self, url: str, process: subprocess.Popen[bytes]) -> None:
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit and process.poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"no answer at {url}\n{self.log.read_text(encoding='utf-8', errors='replace')[-3000:]}")

    def kill_server(self) -> None:
        """As a crash does it."""
        assert self._server
        self._server.kill()
        self._server.wait()

    def stop_actions(self) -> None:
        """Stops the action server."""
        assert self._actions
        self._actions.terminate()
        self._actions.wait()

    def freeze_actions(self) -> None:
        """The action server takes connections and answers none."""
        assert self._actions
        self._actions.send_signal(signal.SIGSTOP)

    def thaw_actions(self) -> None:
        """It goes on."""
        assert self._actions
        self._actions.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stops both."""
        for process in (self._server, self._actions):
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def events(self, text: str) -> list[dict[str, Any]]:
        """All stored events of the conversations in which a user wrote the text."""
        with sqlite3.connect(self.database) as connection:
            rows = connection.execute("select sender_id, data from events order by id").fetchall()
        parsed = [(sender, json.loads(data)) for sender, data in rows]
        senders = {sender for sender, event in parsed if event["event"] == "user" and event["text"] == text}
        return [event for sender, event in parsed if sender in senders]

    def said(self, text: str) -> int:
        """How often a user wrote the text."""
        return sum(event["event"] == "user" and event["text"] == text for event in self.events(text))
