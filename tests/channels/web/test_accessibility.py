"""WCAG 2.2 AA as far as a machine can tell: axe, the keyboard, narrow and low windows, live regions."""

from __future__ import annotations

from typing import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.channels.web.chat import Chat

#: What makes the bot show each card, and the card's name in the pictures.
STATES = {
    "answers": "my lower back hurts",
    "answer": "how do I do the knees to chest stretch?",
    "decline": "how many ibuprofen can I take",
    "no": "should I put garlic in a foot bath?",
    "alert": "I can't pee since this morning and my legs are numb",
    "question": "a doctor has checked it, all fine",
}
WITHHELD = {
    "type": "answer",
    "remedies": [
        {"id": "a", "title": "A walk", "steps": ["Walk.", "Rest."], "grade": "mixed", "role": "remedy", "dose": {}}
    ],
    "withheld": [{"id": "b", "title": "A hot bath", "reason": "You said that you are pregnant."}],
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(tab: Callable[..., Chat], scheme: str) -> None:
    chat = tab(color_scheme=scheme, viewport={"width": 900, "height": 800})
    chat.screen(f"page-{scheme}-welcome")
    assert chat.axe() == []
    for name, words in STATES.items():
        chat.say(words)
        chat.screen(f"page-{scheme}-{name}")
        chat.unfold()
        assert chat.axe() == [], name
    chat.page.get_by_role("button", name="Options").click()
    assert chat.axe() == []
    chat.page.get_by_role("button", name="Forget this conversation").click()
    chat.screen(f"page-{scheme}-confirm")
    assert chat.axe() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_cards_that_are_rare(tab: Callable[..., Chat], scheme: str) -> None:
    chat = tab("/webhooks/scripted/", color_scheme=scheme)
    grades = ["supported", "mixed", "weak", "none", "contradicted"]
    remedies = [
        {"id": g, "title": f"Remedy {g}", "short": "Do it.", "steps": ["Do it."], "grade": g, "role": "no"}
        for g in grades
    ]
    for tier in ("urgent", "soon"):
        chat.script(
            {
                "custom": {
                    "type": "alert",
                    "tier": tier,
                    "title": "Look out.",
                    "numbers": [{"label": "Nurse", "tel": "111"}],
                }
            }
        )
        chat.screen(f"card-{scheme}-{tier}")
        assert chat.axe() == []
    chat.script({"text": "Here."}, {"custom": WITHHELD})
    chat.screen(f"card-{scheme}-withheld")
    chat.script({"custom": {"type": "answer", "remedies": remedies}})
    chat.screen(f"card-{scheme}-grades")
    assert chat.axe() == []


@pytest.mark.parametrize("colour", ["#ffe600", "#000", "#7a3e8e", "#fff"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_colour_of_a_site_stays_readable(tab: Callable[..., Chat], scheme: str, colour: str) -> None:
    chat = tab(color_scheme=scheme)
    chat.page.evaluate("colour => { const c = document.querySelector('backtalk-chat'); c.paint(colour); }", colour)
    chat.say("my lower back hurts")
    assert chat.axe() == []


def test_the_keyboard_alone_is_enough(chat: Chat) -> None:
    page = chat.page
    expect(chat.box).to_be_focused()
    page.keyboard.type("my lower back hurts")
    before = chat.turns.count()
    page.keyboard.press("Enter")
    chat.answered(before)
    expect(chat.box).to_be_focused()
    # Back through what the answer offers, the last things first: the choices, then the rest of the card.
    reached = []
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        reached.append(
            page.evaluate(
                "document.querySelector('backtalk-chat').shadowRoot.activeElement?.innerText?.split('\\n')[0]"
            )
        )
        if reached[-1] == "None of these":
            break
    assert "One of these" in reached
    page.keyboard.press("Enter")
    expect(chat.turns).to_have_count(2)
    expect(chat.box).to_be_focused()


def test_an_alert_can_be_called_and_acknowledged_by_keyboard(chat: Chat) -> None:
    chat.say("I can't pee since this morning and my legs are numb")
    chat.page.keyboard.press("Shift+Tab")
    expect(chat.page.get_by_role("button", name="I have read this")).to_be_focused()
    chat.page.keyboard.press("Shift+Tab")
    expect(chat.pinned.get_by_role("link", name="Call").last).to_be_focused()
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    expect(chat.pinned).to_be_hidden()
    expect(chat.box).to_be_focused()


def test_the_dialog_keeps_the_focus_and_escape_leaves_it(chat: Chat) -> None:
    page = chat.page
    page.get_by_role("button", name="Options").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Forget this conversation")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Options")).to_be_focused()


def test_messages_are_announced_politely_and_alerts_at_once(chat: Chat) -> None:
    assert chat.page.get_by_role("log").count() == 1
    expect(chat.page.get_by_role("alert")).to_have_text("")
    chat.say("I can't pee since this morning and my legs are numb")
    expect(chat.page.get_by_role("alert")).to_contain_text("This needs help now")
    chat.page.reload()
    chat.ready()
    # History is not news.
    expect(chat.page.get_by_role("alert")).to_have_text("")


@pytest.mark.parametrize(("width", "height"), [(320, 568), (320, 256), (768, 1024)])
def test_nothing_is_cut_off_in_a_small_window(tab: Callable[..., Chat], width: int, height: int) -> None:
    """320 x 256 is what 400 % zoom makes of 1280 x 1024 (WCAG 1.4.10)."""
    chat = tab(viewport={"width": width, "height": height})
    for name in ("answers", "answer", "alert"):
        chat.say(STATES[name])
        chat.screen(f"small-{width}x{height}-{name}")
        assert chat.width() == (0, 0)
    expect(chat.pinned).to_be_in_viewport()
    chat.box.scroll_into_view_if_needed()
    expect(chat.box).to_be_in_viewport()
    chat.page.get_by_role("button", name="I have read this").click()
    assert chat.axe() == []


def test_large_text_spacing_cuts_nothing_off(chat: Chat) -> None:
    chat.say("my lower back hurts")
    chat.page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important;'
        + ' word-spacing: .16em !important; }');
        document.querySelector('backtalk-chat').shadowRoot.adoptedStyleSheets.push(sheet); }"""
    )
    assert chat.width() == (0, 0)


def test_reduced_motion_stops_all_animation(visitor: Callable[..., BrowserContext], tab: Callable[..., Chat]) -> None:
    chat = tab(context=visitor(reduced_motion="reduce"))
    chat.say("my lower back hurts")
    assert chat.page.evaluate("document.querySelector('backtalk-chat').shadowRoot.getAnimations?.().length ?? 0") == 0


def test_touch_targets_are_large_enough(tab: Callable[..., Chat]) -> None:
    """24 px is the least of WCAG 2.5.8."""
    chat = tab(viewport={"width": 320, "height": 568})
    chat.say("my lower back hurts")
    for button in chat.page.locator("button:visible, summary:visible, a:visible").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24, button.inner_text()
