"""Lost connections, crashed servers, slow answers: nothing lost, nothing doubled, and the user knows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.channels.web.chat import Chat
from tests.channels.web.servers import Bot


def answered_once(bot: Bot, chat: Chat, words: str) -> None:
    """The second message of the conversation has one answer: on the screen, in the store, and after a reload."""
    expect(chat.latest.locator(":scope > *").first).to_be_visible(timeout=15_000)
    chat.until("!document.querySelector('backtalk-chat').line.outbox.length")
    expect(chat.turns).to_have_count(2)
    expect(chat.page.get_by_text(words, exact=True)).to_have_count(1)
    assert bot.said(words) == 1
    before = chat.latest.inner_text()
    chat.page.reload()
    chat.ready()
    expect(chat.turns).to_have_count(2)
    assert chat.latest.inner_text() == before


def test_a_message_under_way_when_the_server_is_killed_is_answered_once(bot: Bot, chat: Chat) -> None:
    marker = "does ice help when the server falls over?"
    chat.say("hello")
    bot.freeze_actions()
    chat.write(marker)
    chat.page.wait_for_timeout(500)
    bot.kill_server()
    bot.thaw_actions()
    bot.start_server()
    chat.ready()
    answered_once(bot, chat, marker)


def test_a_message_under_way_when_the_connection_breaks_is_answered_once(bot: Bot, chat: Chat) -> None:
    marker = "does ice help when the line breaks?"
    chat.say("hello")
    bot.freeze_actions()
    try:
        chat.write(marker)
        chat.page.wait_for_timeout(300)
        # The transport goes, the client comes back while its message is still being answered, and sends it again.
        chat.page.evaluate("document.querySelector('backtalk-chat').line.socket.io.engine.close()")
        chat.ready()
        expect(chat.page.get_by_text(marker, exact=True)).to_have_count(1)
    finally:
        bot.thaw_actions()
    answered_once(bot, chat, marker)


def test_a_reload_while_the_answer_is_under_way_shows_it_once(bot: Bot, chat: Chat) -> None:
    marker = "does ice help while I reload?"
    chat.say("hello")
    bot.freeze_actions()
    try:
        chat.write(marker)
        chat.page.wait_for_timeout(300)
        chat.page.reload()
        chat.ready()
        expect(chat.page.get_by_text(marker, exact=True)).to_have_count(1)
        expect(chat.status).to_contain_text("Looking it up")
    finally:
        bot.thaw_actions()
    answered_once(bot, chat, marker)


def test_what_is_written_offline_is_kept_and_sent_once(bot: Bot, chat: Chat) -> None:
    marker = "does ice help in the tunnel?"
    chat.say("hello")
    chat.page.context.set_offline(True)
    expect(chat.status).to_contain_text("offline")
    chat.write(marker)
    expect(chat.page.get_by_text("Waiting to be sent")).to_be_visible()
    assert bot.said(marker) == 0
    chat.page.context.set_offline(False)
    chat.ready()
    answered_once(bot, chat, marker)
    expect(chat.page.get_by_text("Waiting to be sent")).to_have_count(0)


def test_with_the_action_server_down_there_is_an_answer_and_alerts_still_come(bot: Bot, chat: Chat) -> None:
    bot.stop_actions()
    try:
        chat.say("does ice help a sore back?")
        assert re.search(r"\w{3}", chat.latest.inner_text())
        said = chat.say("I can't pee since this morning and my legs are numb")
        expect(said.locator(".card.alert")).to_be_visible()
        expect(chat.pinned.get_by_role("link", name="Call").first).to_be_visible()
    finally:
        bot.start_actions()
    assert not chat.errors


def test_a_slow_answer_is_shown_as_such(scripted: Chat) -> None:
    scripted.write('[{"sleep": 6}, {"text": "Here at last."}]')
    expect(scripted.status).to_contain_text("Looking it up")
    expect(scripted.status).to_contain_text("longer than usual", timeout=6_000)
    expect(scripted.latest).to_contain_text("Here at last.", timeout=6_000)
    expect(scripted.status).to_have_text("")


def test_what_is_ready_of_a_slow_turn_is_shown_at_once(scripted: Chat) -> None:
    scripted.write('[{"text": "First."}, {"sleep": 3}, {"text": "Second."}]')
    expect(scripted.latest).to_contain_text("First.", timeout=1_500)
    expect(scripted.latest).to_contain_text("Second.", timeout=5_000)


def test_a_turn_that_breaks_can_be_tried_again(bot: Bot, scripted: Chat) -> None:
    scripted.write('[{"fail": true}]')
    expect(scripted.page.get_by_text("Not answered")).to_be_visible()
    scripted.page.get_by_role("button", name="Try again").click()
    expect(scripted.turns).to_have_count(2)
    assert "fail" not in bot.log.read_text(encoding="utf-8", errors="replace").split("could not be answered")[-1]


@pytest.fixture
def no_websocket(chat: Chat) -> Page:
    """A tab behind a proxy that lets no websocket through."""
    page = chat.page
    page.add_init_script(
        """window.WebSocket = class {
        constructor() { setTimeout(() => this.onerror?.(new Event('error'))); } close() {} };"""
    )
    page.reload()
    return page


def test_polling_carries_the_conversation_where_websockets_do_not_pass(chat: Chat, no_websocket: Page) -> None:
    chat.ready()
    assert (
        no_websocket.evaluate("document.querySelector('backtalk-chat').line.socket.io.engine.transport.name")
        == "polling"
    )
    said = chat.say("how do I do the knees to chest stretch?")
    expect(said.locator(".card.answer")).to_be_visible()
