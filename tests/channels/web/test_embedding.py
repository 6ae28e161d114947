"""One line on somebody else's page: isolated from it, and asking nobody else for anything."""

from __future__ import annotations

from typing import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from scripts.launch import ROOT
from tests.channels.web.chat import Chat
from tests.channels.web.conftest import Site
from tests.channels.web.servers import Bot

HOSTILE = """<style>
* { display: none !important; color: red !important; font-size: 40px !important; }
* { position: static !important; all: unset !important; }
html, head ~ body { display: block !important; }
backtalk-chat { opacity: 0 !important; visibility: hidden !important; transform: scale(0); }
button, textarea, div, section { background: lime !important; width: 3px !important; }
</style>"""


@pytest.fixture
def embedded(bot: Bot, site: Site, visitor: Callable[..., BrowserContext]) -> Callable[..., Chat]:
    """Opens the clinic's page with the one line."""

    def new(attributes: str = "", head: str = "", policy: str = "", **options: object) -> Chat:
        line = f'<script src="{bot.base}/webhooks/embedded/widget.js" {attributes} defer></script>'
        address = site.page("<main><h1>Clinic</h1><p>Welcome.</p></main>", head + line, policy)
        chat = Chat(visitor(**options).new_page(), address)
        chat.page.goto(address)
        chat.until("window.Backtalk && document.querySelector('backtalk-chat')")
        return chat

    return new


def start(chat: Chat) -> None:
    chat.page.get_by_role("button", name="Ask about your back").click()
    chat.ready()


def test_one_line_puts_a_launcher_on_the_page(embedded: Callable[..., Chat]) -> None:
    chat = embedded()
    chat.screen("embed-launcher")
    assert chat.axe() == []
    start(chat)
    expect(chat.box).to_be_focused()
    chat.say("how do I do the knees to chest stretch?")
    chat.screen("embed-answer")
    expect(chat.page.locator(".card.answer")).to_be_visible()
    assert chat.axe() == []
    chat.page.keyboard.press("Escape")
    expect(chat.box).to_be_hidden()
    expect(chat.page.get_by_role("button", name="Ask about your back")).to_be_focused()


def test_nothing_is_asked_of_the_bot_before_the_chat_is_opened(bot: Bot, embedded: Callable[..., Chat]) -> None:
    chat = embedded()
    chat.page.wait_for_timeout(500)
    assert [url for url in chat.requests if url.startswith(bot.base)] == [f"{bot.base}/webhooks/embedded/widget.js"]


def test_no_third_party_is_ever_asked(bot: Bot, site: Site, embedded: Callable[..., Chat]) -> None:
    chat = embedded()
    start(chat)
    for words in ("my lower back hurts", "I can't pee since this morning and my legs are numb"):
        chat.say(words)
    known = (bot.base, bot.base.replace("http:", "ws:"), site.origin)
    assert [url for url in chat.requests if not url.startswith(known)] == []


def test_the_style_of_the_page_does_not_reach_the_widget(embedded: Callable[..., Chat]) -> None:
    plain, hostile = embedded(), embedded(head=HOSTILE)
    for chat in (plain, hostile):
        start(chat)
        chat.say("how do I do the knees to chest stretch?")
    hostile.screen("embed-hostile")
    assert plain.page.locator(".panel").bounding_box() == hostile.page.locator(".panel").bounding_box()
    look = """node => { const s = getComputedStyle(node);
    return [s.color, s.fontSize, s.fontFamily, s.display, s.opacity, s.visibility]; }"""
    for part in (".card.answer .heading", ".steps li", ".actions button", ".titles h2"):
        assert plain.page.locator(part).first.evaluate(look) == hostile.page.locator(part).first.evaluate(look), part


def test_the_widget_leaves_the_page_as_it_was(embedded: Callable[..., Chat]) -> None:
    chat = embedded()
    page = "[document.querySelector('h1').getBoundingClientRect().toJSON(), getComputedStyle(document.body).cssText]"
    before = chat.page.evaluate(page)
    start(chat)
    assert chat.page.evaluate(page) == before
    assert chat.page.evaluate("document.body.children.length") == 2


def test_a_strict_policy_of_the_page_is_enough(bot: Bot, embedded: Callable[..., Chat]) -> None:
    policy = f"default-src 'none'; script-src {bot.base}; connect-src {bot.base} {bot.base.replace('http', 'ws')}"
    chat = embedded(policy=policy)
    refused: list[str] = []
    chat.page.on("console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None)
    start(chat)
    said = chat.say("how do I do the knees to chest stretch?")
    expect(said.locator(".card.answer")).to_be_visible()
    assert refused == []
    assert chat.page.locator(".panel").evaluate("node => getComputedStyle(node).position") == "fixed"


def test_attributes_set_title_colour_place_and_open_state(embedded: Callable[..., Chat]) -> None:
    chat = embedded('data-title="Riverside" data-color="#7a3e8e" data-position="start" data-theme="light" data-open')
    chat.ready()
    expect(chat.page.get_by_role("dialog", name="Riverside")).to_be_visible()
    box = chat.page.locator(".panel").bounding_box()
    assert box
    assert box["x"] < 50
    header = chat.page.locator("header").evaluate("node => getComputedStyle(node).backgroundColor")
    assert header == "rgb(122, 62, 142)"
    chat.screen("embed-attributes")


def test_an_unknown_language_falls_back_and_a_shared_computer_keeps_nothing(embedded: Callable[..., Chat]) -> None:
    chat = embedded('data-lang="xx" data-storage="tab" data-open')
    chat.ready()
    expect(chat.page.get_by_role("button", name="Send")).to_be_visible()
    chat.say("does ice help a sore back?")
    assert chat.page.evaluate("localStorage.length") == 0


def test_the_javascript_api(embedded: Callable[..., Chat]) -> None:
    chat = embedded()
    chat.page.evaluate(
        """() => { window.seen = []; for (const name of ['ready', 'open', 'close', 'sent', 'message', 'alert'])
        Backtalk.on(name, detail => window.seen.push([name, detail])); Backtalk.open(); }"""
    )
    chat.ready()
    assert chat.page.evaluate("Backtalk.send('does ice help a sore back?')") is True
    chat.answered(0)
    assert chat.page.evaluate("Backtalk.send('   ')") is False
    chat.say("I can't pee since this morning and my legs are numb")
    chat.page.evaluate("Backtalk.close()")
    expect(chat.box).to_be_hidden()
    seen = chat.page.evaluate("window.seen")
    names = [name for name, _ in seen]
    assert names[0] == "open"
    assert {"ready", "sent", "message", "alert", "close"} <= set(names)
    assert any(detail["card"]["type"] == "answer" for name, detail in seen if name == "message" and detail.get("card"))


def test_on_a_phone_the_open_chat_fills_the_screen_and_holds_the_focus(embedded: Callable[..., Chat]) -> None:
    chat = embedded(viewport={"width": 360, "height": 640})
    start(chat)
    box = chat.page.locator(".panel").bounding_box()
    assert box
    assert (box["width"], box["height"]) == (360, 640)
    for _ in range(15):
        chat.page.keyboard.press("Tab")
        assert chat.page.evaluate("document.activeElement.tagName") == "BACKTALK-CHAT"


def test_the_focus_does_not_fall_to_the_page_with_a_button_that_hides(embedded: Callable[..., Chat]) -> None:
    chat = embedded(viewport={"width": 360, "height": 480})
    start(chat)
    below = chat.page.locator(".more")
    expect(below).to_be_visible()
    below.focus()
    chat.page.evaluate("{ const log = document.querySelector('backtalk-chat').log; log.scrollTop = log.scrollHeight; }")
    expect(below).to_be_hidden()
    assert chat.page.evaluate("document.activeElement.tagName") == "BACKTALK-CHAT"


def test_the_demo_page_has_the_one_line() -> None:
    page = (ROOT / "web" / "demo" / "index.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1
    assert "/webhooks/web/widget.js" in page
