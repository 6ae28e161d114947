"""The real bot for the channel's tests: Rasa's server and the action server as processes, a gate between the two."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Optional

import aiohttp
from aiohttp import web

from scripts.launch import ROOT, free_port
from scripts.launch import environment as launched
from tests.channels.telegram.fake import TOKEN, FakeTelegram

#: Seconds that a server may take to start on a busy machine.
START_LIMIT = 120


def environment(**more: str) -> dict[str, str]:
    """For both servers; without settings and proxies of whoever runs the tests."""
    dropped = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    env = {k: v for k, v in launched().items() if not k.startswith("TELEGRAM_") and k.lower() not in dropped}
    return {**env, **more}


def _process(arguments: list[str], log: Path, **env: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment(**env), stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip


class Gate:
    """Stands before the action server: lets calls through, late, or not at all. Runs in the fake's thread."""

    def __init__(self, fake: FakeTelegram, target: int) -> None:
        self.delay = 0.0
        self.closed = False
        self.calls = 0
        self._target = f"http://127.0.0.1:{target}"
        self._fake = fake
        self.port = fake.run(self._start())

    async def _start(self) -> int:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        # A new connection for each call: the action server closes those that are idle for five seconds.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        return int(site._server.sockets[0].getsockname()[1])  # type: ignore[union-attr]

    async def _pass(self, request: web.Request) -> web.Response:
        self.calls += 1
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.closed:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        body = await request.read()
        headers = {"Content-Type": "application/json"}
        url = self._target + request.path
        async with self._session.request(request.method, url, data=body, headers=headers) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")

    def close(self) -> None:
        """Ends the gate."""

        async def end() -> None:
            await self._session.close()
            await self._runner.cleanup()

        self._fake.run(end())


class Bot:
    """Both servers.

    Args:
        folder: for their databases and logs. fake: the Bot API server. model: the trained model.
        webhook: whether updates come by webhook. token: None leaves it unset. env: more environment.
    """

    def __init__(
        self,
        folder: Path,
        fake: FakeTelegram,
        model: Path,
        webhook: bool = False,
        token: Optional[str] = TOKEN,
        debug: bool = False,
        **env: str,
    ) -> None:
        self.folder = folder
        self.fake = fake
        self.port = free_port()
        self.database = folder / "telegram.db"
        self.conversations = folder / "conversations.db"
        self.log = folder / "server.log"
        actions_port = free_port()
        self._debug = debug
        self._model = model
        self._env = {"TELEGRAM_API_BASE_URL": fake.url, "TELEGRAM_DATABASE": str(self.database), **env}
        if token:
            self._env["TELEGRAM_BOT_TOKEN"] = token
        if webhook:
            self._env["TELEGRAM_WEBHOOK_URL"] = f"http://127.0.0.1:{self.port}/webhooks/telegram/webhook"
        arguments = ["-m", "scripts.action_server", "--port", str(actions_port)]
        self._actions = _process(arguments, folder / "actions.log")
        self.gate = Gate(fake, actions_port)
        self._endpoints = folder / "endpoints.yml"
        text = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
        text = text.replace("127.0.0.1:5055", f"127.0.0.1:{self.gate.port}")
        self._endpoints.write_text(text.replace("db: conversations.db", f"db: {self.conversations}"), encoding="utf-8")
        self.server: Optional[subprocess.Popen[bytes]] = None
        self.start()
        self._wait(f"http://127.0.0.1:{actions_port}/health")

    def start(self) -> None:
        """Starts the server, and waits until it answers."""
        self.launch()
        self._wait(f"http://127.0.0.1:{self.port}/")

    def launch(self) -> None:
        """Starts the server."""
        arguments = ["run", "--port", str(self.port), "--interface", "127.0.0.1", "--model", str(self._model)]
        credentials = ROOT / "deploy" / "credentials.telegram.yml"
        arguments += ["--credentials", str(credentials), "--endpoints", str(self._endpoints)]
        if self._debug:
            arguments.append("--debug")
        self.server = _process(["-m", "scripts.rasa_cli", *arguments], self.log, **self._env)

    def _wait(self, url: str) -> None:
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            assert self.server is not None
            assert self.server.poll() is None, self.log.read_text()[-2000:]
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"no answer from {url}: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """The server dies on the spot."""
        assert self.server is not None
        self.server.kill()
        self.server.wait()

    def terminate(self) -> None:
        """Asks the server to stop."""
        assert self.server is not None
        self.server.send_signal(signal.SIGTERM)

    def rest(self, sender: str, text: str) -> list[dict[str, Any]]:
        """A turn over the REST channel."""
        return self.fake.run(self._rest(sender, text))[0]

    def rest_seconds(self, sender: str, text: str) -> float:
        """How long a turn over the REST channel takes."""
        return self.fake.run(self._rest(sender, text))[1]

    async def _rest(self, sender: str, text: str) -> tuple[list[dict[str, Any]], float]:
        url = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        async with aiohttp.ClientSession() as session:
            began = time.monotonic()
            async with session.post(url, json={"sender": sender, "message": text}) as answer:
                said = await answer.json()
                return said, time.monotonic() - began

    def logged(self) -> str:
        """The server's log."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """Ends all."""
        for process in (self.server, self._actions):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        self.gate.close()
