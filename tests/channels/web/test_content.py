"""Whatever a user, the bot or a card says: nothing of it runs, and odd cards break nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.channels.web.chat import Chat

ATTACKS = [
    "<img src=x onerror='window.hacked=1'>",
    "<script>window.hacked=1</script>",
    "<svg/onload=window.hacked=1>",
    "[press](javascript:window.hacked=1)",
    "[press](JaVaScRiPt&colon;window.hacked=1)",
    "[press](data:text/html,<script>parent.hacked=1</script>)",
    "![x](https://elsewhere.example/pixel.png)",
    "<a href='javascript:window.hacked=1'>press</a>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<style>*{display:none}</style>",
    "</textarea><img src=x onerror=window.hacked=1>",
    "`<img src=x onerror=window.hacked=1>`",
    "<form action=https://elsewhere.example><button>press</button></form>",
]


FORBIDDEN = ".log iframe, .log form, .log script, .log style, .log [onerror], .log [onload]"


def inert(chat: Chat) -> None:
    """Presses every link and looks whether anything ran, was loaded or left."""
    for link in chat.log_links():
        assert link.startswith(("tel:", "https:", "http:", "mailto:")), link
    assert chat.page.evaluate("window.hacked") is None
    own = chat.address.split("/webhooks")[0]
    assert not [url for url in chat.requests if not url.replace("ws:", "http:").startswith(own)]
    assert chat.page.locator(FORBIDDEN).count() == 0
    assert not chat.errors


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_the_text_of_the_bot_runs(scripted: Chat, attack: str) -> None:
    scripted.script({"text": attack, "buttons": [{"title": attack, "payload": "[]"}]})
    expect(scripted.page.locator(".choices button")).to_have_text(attack)
    inert(scripted)


def test_nothing_in_the_text_of_a_user_runs(chat: Chat) -> None:
    for attack in ATTACKS[:6]:
        chat.say(attack)
        expect(chat.turns.last.locator(".bubble.user")).to_contain_text(attack)
    chat.page.reload()
    chat.ready()
    inert(chat)


def filled(value: Any) -> list[dict[str, Any]]:
    """Cards with the value in every field."""
    remedy = {
        **dict.fromkeys(
            ("id", "title", "short", "stop_if", "grade", "verdict", "role", "evidence", "why", "kind"), value
        ),
        "steps": [value, value],
        "dose": {"text": value},
        "source": {"section": value, "lines": [[value, value]]},
        "media": [value, {"src": value, "alt": value}],
    }
    return [
        {
            "type": "answer",
            "topic": value,
            "remedies": [remedy],
            "withheld": [{"id": value, "title": value, "reason": value}],
        },
        {"type": "answer", "remedies": [remedy, remedy], "withheld": []},
        {
            **dict.fromkeys(("tier", "title", "do", "avoid", "tell"), value),
            "type": "alert",
            "flags": [value],
            "numbers": [{"label": value, "tel": value}],
            "summary": [value],
        },
        {"type": "question", "about": value, "choices": [{"title": value, "payload": value}]},
        {"type": "decline", "reason": value},
        {"type": value, "fallback": value},
    ]


@pytest.mark.parametrize("attack", [ATTACKS[0], ATTACKS[3], "javascript:window.hacked=1"])
def test_nothing_in_a_card_runs(scripted: Chat, attack: str) -> None:
    for card in filled(attack):
        scripted.script({"text": "Text."}, {"custom": card})
    scripted.unfold()
    inert(scripted)


@pytest.mark.parametrize("value", [None, 0, "", [], {}, [[]], True, "constructor", "__proto__"], ids=repr)
def test_odd_fields_of_cards_break_nothing(scripted: Chat, value: Any) -> None:
    for card in [*filled(value), {"type": "answer"}, {"type": "alert"}, {"type": "question"}, {"type": "decline"}, {}]:
        said = scripted.script({"text": "The text is enough."}, {"custom": card})
        # A card draws something more, and never takes the text away that it does not repeat.
        expect(said).to_contain_text("The text is enough.")
    assert not scripted.errors


def test_a_card_of_a_later_version_falls_back_to_the_text(scripted: Chat) -> None:
    said = scripted.script({"text": "Day 3 of 7: well done."}, {"custom": {"type": "routine_step", "day": 3}})
    expect(said).to_contain_text("Day 3 of 7: well done.")
    assert said.locator(".card").count() == 0
    said = scripted.script({"custom": {"type": "routine_step", "fallback": "Day 4."}})
    expect(said).to_contain_text("Day 4.")


def test_a_line_that_the_card_does_not_hold_stays(scripted: Chat) -> None:
    text = (
        "Try this:\n1. Child's pose: Kneel down. [good evidence; guide line 3]\nMind: not with a sore knee, not today."
    )
    card = {"type": "answer", "remedies": [{"title": "Child's pose", "short": "Kneel down.", "role": "remedy"}]}
    said = scripted.script({"text": text}, {"custom": card})
    expect(said).to_contain_text("Try this:")
    expect(said).to_contain_text("Mind: not with a sore knee")
    assert said.inner_text().count("Kneel down.") == 0


def test_markdown_links_and_pictures_are_shown(scripted: Chat) -> None:
    said = scripted.script(
        {"text": "**Bold** and [the clinic](https://clinic.example/)\n\n- one\n- two"}, {"image": "icon.svg"}
    )
    expect(said.locator("strong")).to_have_text("Bold")
    link = said.get_by_role("link", name="the clinic")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(said.locator("li")).to_have_count(2)
    assert said.locator("img").evaluate("img => img.src").endswith("/webhooks/scripted/icon.svg")


def test_a_picture_of_another_site_is_not_loaded_but_linked(scripted: Chat) -> None:
    address = "https://elsewhere.example/picture.png"
    said = scripted.script({"text": "Look:"}, {"image": address})
    expect(said.get_by_role("link")).to_have_attribute("href", address)
    remedy = {"title": "A walk", "media": [address, {"src": address}]}
    scripted.script({"custom": {"type": "answer", "remedies": [remedy]}})
    assert scripted.page.locator(".log img").count() == 0
    inert(scripted)
