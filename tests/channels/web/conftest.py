"""Fixtures of the browser tests."""

from __future__ import annotations

import functools
import os
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from scripts.launch import ROOT
from tests.channels.web.chat import Chat
from tests.channels.web.servers import Bot
from tests.channels.web.variants import channels

#: A headless browser that asks nobody but our servers for anything.
FLAGS = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Site:
    """A site of somebody else: pages that the tests write, with the headers that they want."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.headers: dict[str, str] = {}
        site = self

        class Handler(SimpleHTTPRequestHandler):
            def end_headers(self) -> None:
                for name, value in site.headers.items():
                    self.send_header(name, value)
                super().end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def page(self, body: str, head: str = "", policy: str = "") -> str:
        """Writes a page and gives its address."""
        self.headers = {"Content-Security-Policy": policy} if policy else {}
        html = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Clinic</title>{head}</head>'
        (self.folder / "page.html").write_text(f"{html}<body>{body}</body></html>", encoding="utf-8")
        return f"{self.origin}/page.html"

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A clinic's site, which may embed the widget of the channels ``embedded`` and ``scripted``."""
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()


@pytest.fixture(scope="package")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that may embed nothing."""
    made = Site(tmp_path_factory.mktemp("foreign"))
    yield made
    made.close()


@pytest.fixture(scope="package")
def bot(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Bot]:
    """The running bot."""
    made = Bot(tmp_path_factory.mktemp("bot"), channels(site.origin))
    try:
        made.start_actions()
        made.start_server()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium."""
    path = subprocess.run([ROOT / "scripts" / "browser.sh"], check=True, capture_output=True, text=True).stdout.strip()
    with sync_playwright() as playwright:
        # Root has no sandbox.
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles, each a visitor of its own."""
    made: list[BrowserContext] = []

    def new(**options: Any) -> BrowserContext:
        made.append(browser.new_context(**options))
        return made[-1]

    yield new
    for one in made:
        one.close()


@pytest.fixture
def tab(bot: Bot, visitor: Callable[..., BrowserContext]) -> Callable[..., Chat]:
    """Opens a tab with the chat page, or another page of the bot; in a new profile unless one is given."""

    def new(path: str = "/", context: BrowserContext | None = None, **options: Any) -> Chat:
        return Chat((context or visitor(**options)).new_page(), bot.base + path).open()

    return new


@pytest.fixture
def chat(tab: Callable[..., Chat]) -> Chat:
    """The chat page, opened by somebody new."""
    return tab()


@pytest.fixture
def scripted(tab: Callable[..., Chat]) -> Chat:
    """The chat page on the channel that says what it is told."""
    return tab("/webhooks/scripted/")
