"""Starts Backtalk: trains a model if none fits the data, starts both servers, waits until they answer, stops them.

Usage: python -m scripts.launch chat|shell|telegram|train
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import NoReturn, Optional

from components.telegram.settings import SettingsError, read_settings
from scripts.model import TrainingFailed, ensure_model

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
#: Seconds that a server may take until it answers, on a slow machine.
START_LIMIT = 180
#: Seconds between SIGTERM and SIGKILL. Turns that run in Telegram end first, which may take 20 seconds.
STOP_LIMIT = 25
#: The channels by mode.
CREDENTIALS = {"chat": "credentials.yml", "telegram": "deploy/credentials.telegram.yml"}


class Stopped(Exception):
    """Somebody asked us to end."""


def fail(sentence: str) -> NoReturn:
    """Ends with one plain sentence."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def port(name: str, default: int) -> int:
    """A port from the environment.

    Raises:
        SystemExit: it is no port number.
    """
    value = os.environ.get(name) or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        fail(f"{name} must be a port number between 1 and 65535, not '{value}'.")
    return int(value)


def check_free(number: int, name: str, mode: str) -> None:
    """Ends if something listens on the port already."""
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, number))
        except OSError:
            fail(f"Port {number} is in use already. Choose another one: make {mode} {name}={number + 1}")


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        found: int = probe.getsockname()[1]
        return found


def environment() -> dict[str, str]:
    """What the servers run with: no telemetry, loopback only, no chatter from libraries, one thread for each sum."""
    env = dict(os.environ)
    env.update(
        RASA_TELEMETRY_ENABLED="false",
        SANIC_HOST=HOST,
        TF_CPP_MIN_LOG_LEVEL="3",
        PYTHONPATH=str(ROOT),
        PYTHONWARNINGS="ignore",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        # A message is small: threads cost more than they bring, and two servers share the cores.
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
        # Connections that may wait for a busy server. With Rasa's 100, those above are cut off half a minute later.
        SANIC_BACKLOG="1024",
    )
    return env


def endpoints(actions_port: int) -> Path:
    """endpoints.yml as it stands, or a copy of it for another action server port."""
    original = ROOT / "endpoints.yml"
    default = "http://127.0.0.1:5055/webhook"
    wanted = f"http://127.0.0.1:{actions_port}/webhook"
    if wanted == default:
        return original
    folder = Path(tempfile.mkdtemp(prefix="backtalk-"))
    copy = folder / "endpoints.yml"
    copy.write_text(original.read_text(encoding="utf-8").replace(default, wanted), encoding="utf-8")
    return copy


class Servers:
    """The processes we started; they end when we do."""

    def __init__(self) -> None:
        self.running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, arguments: list[str], **extra: str) -> None:
        """Starts ``python <arguments>`` in a session of its own, so that Ctrl-C reaches it through us only."""
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env={**environment(), **extra}, start_new_session=True
        )
        self.running.append((name, process))

    def wait_for(self, url: str, name: str) -> None:
        """Until the URL answers; ends us if the process ends or the limit passes."""
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            self.check()
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        fail(f"The {name} did not answer within {START_LIMIT} seconds.")

    def check(self) -> None:
        """Ends us if a server ended by itself."""
        for name, process in self.running:
            if process.poll() is not None:
                fail(f"The {name} stopped by itself (exit code {process.returncode}). The lines above say why.")

    def stop(self) -> None:
        """Ends one after the other, the last one started first: a turn that runs still needs the action server."""
        limit = time.monotonic() + STOP_LIMIT
        for _, process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _on_signal(number: int, frame: Optional[FrameType]) -> None:
    raise Stopped


def check_telegram() -> None:
    """Ends if Telegram's settings cannot be used."""
    try:
        read_settings()
    except SettingsError as error:
        fail(str(error))


def serve(mode: str) -> None:
    """Runs both servers until somebody stops us."""
    web_port, actions_port = port("PORT", 5005), port("ACTIONS_PORT", 5055)
    if web_port == actions_port:
        fail("PORT and ACTIONS_PORT must differ.")
    if mode == "telegram":
        check_telegram()
    if mode != "shell":
        check_free(web_port, "PORT", mode)
    check_free(actions_port, "ACTIONS_PORT", mode)
    model = ensure_model()
    servers = Servers()
    try:
        servers.start(
            "action server",
            ["-m", "scripts.action_server", "--port", str(actions_port)],
        )
        rasa = ["-m", "scripts.rasa_cli"]
        common = ["--model", str(model), "--endpoints", str(endpoints(actions_port))]
        if mode == "shell":
            servers.wait_for(f"http://{HOST}:{actions_port}/health", "action server")
            _shell(rasa + ["shell", *common], servers)
            return
        credentials = ROOT / CREDENTIALS[mode]
        servers.start(
            "server",
            [*rasa, "run", "--port", str(web_port), "--interface", HOST, "--credentials", str(credentials), *common],
        )
        servers.wait_for(f"http://{HOST}:{actions_port}/health", "action server")
        servers.wait_for(f"http://{HOST}:{web_port}/", "server")
        address = f"http://{HOST}:{web_port}/"
        print(f"Backtalk is ready: {address} (actions on port {actions_port}). Ctrl-C stops it.", flush=True)
        while True:
            servers.check()
            threading.Event().wait(0.5)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        servers.stop()


def _shell(arguments: list[str], servers: Servers) -> None:
    """``rasa shell`` in the foreground: it owns the terminal, and Ctrl-C there ends the chat."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment())
    try:
        code = process.wait()
    except Stopped:
        process.terminate()
        process.wait()
        raise
    if code:
        fail(f"rasa shell ended with exit code {code}.")


def main(arguments: list[str]) -> None:
    """The command line."""
    if len(arguments) != 1 or arguments[0] not in ("chat", "shell", "telegram", "train"):
        fail("Usage: python -m scripts.launch chat|shell|telegram|train")
    if sys.version_info[:2] != (3, 10):
        fail(f"Backtalk needs Python 3.10; this is {sys.version_info[0]}.{sys.version_info[1]}.")
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, _on_signal)
    try:
        if arguments[0] == "train":
            ensure_model()
        else:
            serve(arguments[0])
    except Stopped:
        pass
    except TrainingFailed as error:
        fail(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
