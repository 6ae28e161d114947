"""What stays of a conversation, in which tabs, and that deleting deletes."""

from __future__ import annotations

from typing import Callable

from playwright.sync_api import BrowserContext, expect

from tests.channels.web.chat import Chat
from tests.channels.web.servers import Bot


def test_a_reload_shows_the_same_conversation(chat: Chat) -> None:
    chat.say("how do I do the knees to chest stretch?")
    chat.say("how many ibuprofen can I take")
    before = [turn.inner_text() for turn in chat.turns.all()]
    chat.page.reload()
    chat.ready()
    expect(chat.turns).to_have_count(2)
    after = [turn.inner_text() for turn in chat.turns.all()]
    assert after[1] == before[1]
    # What was offered in an earlier turn is past.
    assert [
        line for line in before[0].splitlines() if line not in ("Show another", "This helped", "It didn’t help")
    ] == [line for line in after[0].splitlines() if line not in ("Show another", "This helped", "It didn’t help")]


def test_an_alert_that_nobody_acknowledged_is_there_again_after_a_reload(chat: Chat) -> None:
    chat.say("I can't pee since this morning and my legs are numb")
    chat.page.reload()
    chat.ready()
    expect(chat.pinned).to_be_visible()
    chat.page.get_by_role("button", name="I have read this").click()
    chat.page.reload()
    chat.ready()
    expect(chat.page.locator(".card.alert")).to_be_visible()
    expect(chat.pinned).to_be_hidden()


def test_two_tabs_show_the_same_and_no_message_twice(
    tab: Callable[..., Chat], visitor: Callable[..., BrowserContext]
) -> None:
    context = visitor()
    one, two = tab(context=context), tab(context=context)
    one.say("how do I do the knees to chest stretch?")
    expect(two.turns).to_have_count(1)
    expect(two.page.locator(".card.answer")).to_have_count(1)
    two.say("how many ibuprofen can I take")
    expect(one.turns).to_have_count(2)
    expect(one.page.locator(".decline")).to_have_count(1)
    assert [turn.inner_text() for turn in one.turns.all()] == [turn.inner_text() for turn in two.turns.all()]


def test_strangers_see_nothing_of_each_other(tab: Callable[..., Chat]) -> None:
    one, two = tab(), tab()
    one.say("does ice help a sore back?")
    expect(two.turns).to_have_count(0)
    assert one.session() != two.session()


def test_a_restart_of_the_server_keeps_the_conversation(bot: Bot, chat: Chat) -> None:
    chat.say("how do I do the knees to chest stretch?")
    bot.kill_server()
    expect(chat.status).to_contain_text("connection is lost", timeout=10_000)
    bot.start_server()
    chat.ready()
    expect(chat.turns).to_have_count(1)
    # It is still known what "that" was.
    said = chat.say("where is that from?")
    expect(said).to_contain_text("uide")
    chat.page.reload()
    chat.ready()
    expect(chat.turns).to_have_count(2)


def _delete(chat: Chat, what: str) -> None:
    chat.page.get_by_role("button", name="Options").click()
    chat.page.get_by_role("button", name=what).click()
    chat.page.get_by_role("button", name="Delete it").click()


def test_forgetting_deletes_from_the_store_and_begins_anew(bot: Bot, chat: Chat) -> None:
    marker = "my lower back hurts since the zephyr festival"
    chat.say(marker)
    session = chat.session()
    assert bot.said(marker) == 1
    _delete(chat, "Forget this conversation")
    expect(chat.turns).to_have_count(0)
    chat.ready()
    assert bot.events(marker) == []
    assert chat.session() != session
    chat.page.reload()
    chat.ready()
    expect(chat.turns).to_have_count(0)


def test_nothing_is_deleted_before_it_is_confirmed(bot: Bot, chat: Chat) -> None:
    marker = "does ice help after the walrus parade?"
    chat.say(marker)
    chat.page.get_by_role("button", name="Options").click()
    chat.page.get_by_role("button", name="Forget this conversation").click()
    chat.page.get_by_role("button", name="Cancel").click()
    expect(chat.turns).to_have_count(1)
    assert bot.said(marker) == 1


def test_ending_deletes_in_every_tab_and_a_new_one_can_begin(
    bot: Bot, tab: Callable[..., Chat], visitor: Callable[..., BrowserContext]
) -> None:
    context = visitor()
    one, two = tab(context=context), tab(context=context)
    marker = "my lower back hurts since the marmot ball"
    one.say(marker)
    expect(two.turns).to_have_count(1)
    _delete(one, "End the conversation")
    expect(one.page.get_by_text("The conversation has ended and is deleted.")).to_be_visible()
    expect(two.turns).to_have_count(0)
    assert bot.events(marker) == []
    assert one.session() is None
    one.page.get_by_role("button", name="Start a new one").click()
    one.ready()
    one.say("does ice help a sore back?")
    expect(two.turns).to_have_count(1)


def test_asking_in_words_to_be_forgotten_works_as_well(bot: Bot, chat: Chat) -> None:
    marker = "my lower back hurts since the heron regatta"
    chat.say(marker)
    chat.write("forget everything about me")
    expect(chat.page.get_by_text("what you wrote here is deleted")).to_be_visible()
    expect(chat.page.get_by_text(marker)).to_have_count(0)
    assert bot.events(marker) == []
