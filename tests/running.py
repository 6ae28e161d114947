"""A running bot for tests: both servers on free ports, with a database and logs in a folder of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Mapping, Optional

import yaml

from scripts.launch import HOST, ROOT, environment, free_port
from scripts.model import named_model

#: Seconds that a server may take until it answers on a busy machine, until it ends, and for one message.
START_LIMIT, STOP_LIMIT, ANSWER_LIMIT = 240, 20, 60


class Bot:
    """Both servers.

    Args:
        folder: for the database, the endpoints and the logs.
        credentials: channels; by default those of the project.
        settings: more environment variables for both servers.

    Attributes:
        base_url: of the Rasa server, without a slash at the end.
        server_log, actions_log: what the servers wrote.
    """

    def __init__(
        self, folder: Path, credentials: Optional[Path] = None, settings: Optional[Mapping[str, str]] = None
    ) -> None:
        self.folder = folder
        self.server_log, self.actions_log = folder / "server.log", folder / "actions.log"
        self.database = folder / "conversations.db"
        self._credentials = credentials or ROOT / "credentials.yml"
        self._settings = dict(settings or {})
        self._port, self._actions_port = free_port(), free_port()
        self.base_url = f"http://{HOST}:{self._port}"
        self._server: Optional[subprocess.Popen[bytes]] = None
        self._actions: Optional[subprocess.Popen[bytes]] = None

    def start(self) -> None:
        """Starts both servers and waits until they answer.

        Raises:
            RuntimeError: one of them ended, or did not answer in time.
        """
        endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
        endpoints["action_endpoint"]["url"] = f"http://{HOST}:{self._actions_port}/webhook"
        endpoints["tracker_store"]["db"] = str(self.database)
        written = self.folder / "endpoints.yml"
        written.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
        trained = named_model()
        try:
            self._launch_actions()
            arguments = ["-m", "scripts.rasa_cli", "run", "--port", str(self._port), "--interface", HOST]
            arguments += ["--model", str(trained)]
            arguments += ["--credentials", str(self._credentials), "--endpoints", str(written)]
            self._server = self._launch(arguments, self.server_log)
            self._wait(f"http://{HOST}:{self._actions_port}/health", self._actions, self.actions_log)
            self._wait(f"{self.base_url}/", self._server, self.server_log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends both servers."""
        for process in (self._server, self._actions):
            _end(process)
        self._server = self._actions = None

    def stop_actions(self) -> None:
        """Ends the action server only."""
        _end(self._actions)
        self._actions = None

    def start_actions(self) -> None:
        """Starts the action server again, if it does not run, and waits for it."""
        if self._actions is None:
            self._launch_actions()
            self._wait(f"http://{HOST}:{self._actions_port}/health", self._actions, self.actions_log)

    def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        """The bot's messages to one message over REST.

        Raises:
            urllib.error.HTTPError: the server answered with an error.
        """
        return self.post("/webhooks/rest/webhook", {"sender": sender, "message": text})

    def post(self, path: str, body: Any) -> Any:
        """What the server answers to a JSON body, as JSON."""
        request = urllib.request.Request(
            f"{self.base_url}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=ANSWER_LIMIT) as response:
            return json.loads(response.read())

    def _launch_actions(self) -> None:
        self._actions = self._launch(
            ["-m", "scripts.action_server", "--port", str(self._actions_port)], self.actions_log
        )

    def _launch(self, arguments: list[str], log: Path, **extra: str) -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env={**environment(), **self._settings, **extra},
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    @staticmethod
    def _wait(url: str, process: Optional[subprocess.Popen[bytes]], log: Path) -> None:
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            if process is None or process.poll() is not None:
                raise RuntimeError(f"A server ended by itself:\n{_tail(log)}")
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError(f"{url} did not answer within {START_LIMIT} seconds:\n{_tail(log)}")


def _end(process: Optional[subprocess.Popen[bytes]]) -> None:
    if process is None:
        return
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]) if log.is_file() else ""
