"""The chat in a browser, as a user handles it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Optional

from playwright.sync_api import Locator, Page, expect

from scripts.launch import ROOT

VENDOR = Path(__file__).resolve().parent / "vendor"
SCREENS = ROOT / "results" / "web"
#: Milliseconds that an answer may take before a test gives up.
LIMIT = 15_000


class Chat:
    """One tab.

    Args:
        page: the tab.
        address: what it opens.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))

    def open(self) -> Chat:
        """Opens the page and waits until the conversation is there."""
        self.page.goto(self.address)
        self.ready()
        return self

    def ready(self) -> None:
        """Waits until the chat is connected."""
        self.until("document.querySelector('backtalk-chat')?.line?.joined", 60_000)

    def until(self, expression: str, limit: int = LIMIT) -> None:
        """Waits until an expression is true. (Playwright's own waiting needs eval, which the page's policy forbids.)"""
        end = time.monotonic() + limit / 1000
        while not self.page.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < end, f"never true: {expression}"
            self.page.wait_for_timeout(20)

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name="Your message")

    @property
    def turns(self) -> Locator:
        """All turns."""
        return self.page.locator(".turn")

    @property
    def latest(self) -> Locator:
        """What the bot said last."""
        return self.turns.last.locator(".bot-side")

    @property
    def status(self) -> Locator:
        """The line above the box."""
        return self.page.locator(".status")

    @property
    def pinned(self) -> Locator:
        """The alert that stays."""
        return self.page.locator(".pinned")

    def write(self, text: str) -> None:
        """Writes and sends."""
        self.box.fill(text)
        self.box.press("Enter")

    def say(self, text: str) -> Locator:
        """Writes, sends, and waits for the whole answer."""
        before = self.turns.count()
        self.write(text)
        return self.answered(before)

    def press(self, name: str) -> Locator:
        """Presses a button that answers, and waits for what the bot says."""
        before = self.turns.count()
        self.page.get_by_role("button", name=name, exact=True).click()
        return self.answered(before)

    def answered(self, before: int) -> Locator:
        """Waits until a turn after the first ``before`` is complete."""
        expect(self.turns).to_have_count(before + 1, timeout=LIMIT)
        expect(self.latest.locator(":scope > *").first).to_be_visible(timeout=LIMIT)
        self.until("!document.querySelector('backtalk-chat').line.outbox.length")
        return self.latest

    def script(self, *messages: dict[str, Any]) -> Locator:
        """On the scripted channel: lets the bot say these messages."""
        return self.say(json.dumps(messages))

    def unfold(self) -> None:
        """Opens everything that can be opened."""
        self.page.evaluate(
            """() => { const root = document.querySelector('backtalk-chat').shadowRoot;
            for (const one of root.querySelectorAll('details')) one.open = true; }"""
        )

    def log_links(self) -> list[str]:
        """Where the links of the conversation lead."""
        return [str(link.get_attribute("href")) for link in self.page.locator(".log a, .pinned a").all()]

    def axe(self) -> list[str]:
        """What the accessibility checker finds: rules of WCAG 2.2 A and AA, and its best practices."""
        self.page.evaluate((VENDOR / "axe.min.js").read_text(encoding="utf-8") + ";0")
        found: list[dict[str, Any]] = self.page.evaluate(
            """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
            'best-practice']})).violations.map(
            v => ({id: v.id, nodes: v.nodes.map(n => n.html + ' ' + n.failureSummary)}))"""
        )
        return [f"{one['id']}: {node}" for one in found for node in one["nodes"]]

    def width(self) -> tuple[int, int]:
        """How wide the page and the conversation are, beyond what is shown, in pixels."""
        found = self.page.evaluate(
            """() => { const r = document.documentElement;
            const l = document.querySelector('backtalk-chat').shadowRoot.querySelector('.log');
            return [r.scrollWidth - r.clientWidth, l.scrollWidth - l.clientWidth]; }"""
        )
        return found[0], found[1]

    def screen(self, name: str) -> None:
        """A picture for looking at."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(250)
        self.page.screenshot(path=SCREENS / f"{name}.png")

    def session(self) -> Optional[str]:
        """The secret of the conversation, as the browser keeps it."""
        key = "Object.keys(localStorage).find(key => key.endsWith(':session'))"
        return self.page.evaluate(f"localStorage.getItem({key})")
