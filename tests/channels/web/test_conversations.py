"""Conversations with the real bot, through the page."""

from __future__ import annotations

import statistics

from playwright.sync_api import expect

from tests.channels.web.chat import Chat

QUESTIONS = [
    "my lower back hurts",
    "how do I do the knees to chest stretch?",
    "does ice help a sore back?",
    "which pillow is good for my neck?",
    "how should I sit at my desk?",
    "is walking good for a sore back?",
    "how do I lift a heavy box?",
    "can a massage help?",
    "what about yoga?",
    "how long should I use heat?",
    "is swimming good?",
    "should I rest in bed?",
    "how do I use a foam roller?",
]


def test_an_answer_is_drawn_as_a_card_that_says_how_good_it_is_and_where_it_is_from(chat: Chat) -> None:
    said = chat.say("how do I do the knees to chest stretch?")
    card = said.locator(".card.answer")
    expect(card.get_by_role("heading").first).to_contain_text("knee")
    assert card.locator("ol.steps li").count() >= 3
    expect(card.locator(".badge").first).to_contain_text("evidence")
    card.get_by_text("How sure is this, and where is it from?").click()
    expect(card.locator("details.source")).to_contain_text("Guide, “")
    expect(card.locator("details.source")).to_contain_text("line")
    expect(card).to_contain_text("Stop if")


def test_the_card_stands_in_place_of_the_text_that_says_the_same(chat: Chat) -> None:
    said = chat.say("how do I do the knees to chest stretch?")
    step = said.locator("ol.steps li").first.inner_text()
    assert chat.latest.inner_text().count(step) == 1


def test_several_remedies_are_a_list_to_open(chat: Chat) -> None:
    said = chat.say("my lower back hurts")
    remedies = said.locator("details.remedy")
    assert remedies.count() >= 2
    expect(remedies.first.locator("li").first).to_be_hidden()
    remedies.first.locator("summary").first.click()
    expect(remedies.first.locator("li").first).to_be_visible()


def test_what_the_card_does_not_say_is_still_shown(chat: Chat) -> None:
    said = chat.say("my lower back hurts")
    expect(said).to_contain_text("Stop any of them if the pain gets worse")
    expect(said).to_contain_text("Does any of this apply?")
    expect(chat.page.get_by_role("button", name="None of these")).to_be_visible()


def test_a_button_answers_the_question_and_is_then_gone(chat: Chat) -> None:
    chat.say("my lower back hurts")
    said = chat.press("None of these")
    expect(said).to_contain_text("Start gently")
    expect(chat.turns.last.locator(".bubble.user")).to_contain_text("None of these")
    expect(chat.page.get_by_role("button", name="None of these")).to_have_count(0)


def test_show_another_and_this_helped_are_understood(chat: Chat) -> None:
    first = chat.say("my lower back hurts").locator(".heading").first.inner_text()
    chat.press("None of these")
    another = chat.say("does ice help a sore back?").locator(".heading").first.inner_text()
    assert another != first
    chat.press("Show another")
    assert len(chat.latest.inner_text()) > 20
    chat.say("does ice help a sore back?")
    expect(chat.press("This helped")).to_contain_text(another)


def test_an_alert_stays_until_it_is_acknowledged(chat: Chat) -> None:
    said = chat.say("I can't pee since this morning and my legs are numb")
    expect(chat.pinned).to_be_visible()
    expect(chat.pinned).to_contain_text("This needs help now")
    expect(chat.pinned.get_by_role("link", name="Call").first).to_have_attribute("href", "tel:112")
    expect(said.locator(".card.alert")).to_contain_text("What to do")
    expect(chat.page.get_by_role("alert")).to_contain_text("This needs help now")
    box = chat.pinned.get_by_role("link", name="Call").first.bounding_box()
    assert box
    assert box["height"] >= 44
    chat.say("ok what should I do")
    expect(chat.pinned).to_be_visible()
    chat.page.get_by_role("button", name="I have read this").click()
    expect(chat.pinned).to_be_hidden()
    chat.say("and now?")
    expect(chat.pinned).to_be_hidden()


def test_the_summary_of_an_alert_can_be_copied(chat: Chat) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    said = chat.say("I can't pee since this morning and my legs are numb")
    said.get_by_role("button", name="Copy").click()
    expect(said.get_by_role("button", name="Copied")).to_be_visible()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert "I can't pee since this morning" in copied
    assert copied.count("\n") >= 3


def test_a_decline_says_why(chat: Chat) -> None:
    said = chat.say("how many ibuprofen can I take")
    expect(said.locator(".decline")).to_contain_text("No advice on medicines")
    expect(said.locator(".decline")).to_contain_text("pharmacist")


def test_what_was_left_out_is_said_with_the_reason(chat: Chat) -> None:
    chat.say("I am 30 weeks pregnant")
    said = chat.say("my lower back hurts, which exercises can I do?")
    expect(said).to_contain_text("pregnan")


def test_an_answer_can_be_printed_alone(chat: Chat) -> None:
    said = chat.say("how do I do the knees to chest stretch?")
    title = said.locator(".card.answer .heading").first.inner_text()
    chat.page.evaluate("Backtalk.on('print', paper => { window.paper = paper.text; })")
    said.get_by_role("button", name="Print").click()
    paper = chat.page.evaluate("window.paper")
    assert title in paper
    assert "Guide, “" in paper
    assert "Show another" not in paper


def test_the_page_prints_the_conversation_without_its_controls(chat: Chat) -> None:
    chat.say("how do I do the knees to chest stretch?")
    chat.page.emulate_media(media="print")
    expect(chat.page.locator(".card.answer")).to_be_visible()
    expect(chat.box).to_be_hidden()
    expect(chat.page.get_by_role("button", name="Show another")).to_be_hidden()


def test_an_answer_is_there_at_once(chat: Chat) -> None:
    """150 ms from Enter to the drawn answer at the median: below what people feel as waiting."""
    chat.say("hello")
    chat.page.evaluate(
        """() => { const root = document.querySelector('backtalk-chat').shadowRoot; let pressed = 0; window.times = [];
        root.querySelector('textarea').addEventListener('keydown', e => {
            if (e.key === 'Enter') pressed = performance.now();
        }, true);
        new MutationObserver(() => {
            if (!pressed || !root.querySelector('.turn:last-child .bot-side > *')) return;
            const from = pressed;
            pressed = 0;
            requestAnimationFrame(() => window.times.push(performance.now() - from));
        }).observe(root.querySelector('.log'), {childList: true, subtree: true}); }"""
    )
    for question in QUESTIONS:
        chat.say(question)
        # A person reads and types; the limit of messages is meant for machines.
        chat.page.wait_for_timeout(800)
    times = chat.page.evaluate("window.times")
    assert len(times) == len(QUESTIONS)
    median = statistics.median(times)
    print(f"\nEnter to drawn answer: median {median:.0f} ms, slowest {max(times):.0f} ms of {len(times)}")
    assert median <= 150
