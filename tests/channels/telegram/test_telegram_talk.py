"""The real bot in Telegram, by long polling and by webhook: what a person sees."""

from __future__ import annotations

import re
import sqlite3
import time
from typing import Any

import pytest

from backtalk.phrases import phrases
from components.telegram.updates import COMMANDS
from tests.channels.telegram.fake import TOKEN, USERNAME, Call
from tests.channels.telegram.running import Bot

CAUDA = "I can't feel between my legs and I can't pee"


def words(text: str) -> list[str]:
    return text.split()


def turn(bot: Bot, chat: int, text: str, **fields: Any) -> list[Call]:
    """Writes and returns all that the bot answers."""
    before = len(bot.fake.sent(chat))
    bot.fake.write(chat, text, **fields)
    bot.fake.answers(chat, 1, before)
    return bot.fake.quiet(chat, 1.6)[before:]


def said(bot: Bot, sender: str, text: str) -> list[dict[str, Any]]:
    return [one for one in bot.rest(sender, text) if "text" in one]


def test_the_menu_holds_the_commands(bot: Bot) -> None:
    menu = bot.fake.of("setMyCommands")[0].params["commands"]
    assert [one["command"] for one in menu] == list(COMMANDS)


def test_start_says_in_four_lines_what_the_bot_is_and_is_not(bot: Bot, chat: int) -> None:
    (call,) = turn(bot, chat, "/start")
    lines = [line for line in call.text.split("\n") if line]
    assert len(lines) == 4
    assert "no doctor" in call.text
    (again,) = turn(bot, chat, "/start ref_42")
    assert again.text == call.text


def test_a_deep_link_leads_to_an_entry(bot: Bot, chat: int) -> None:
    calls = turn(bot, chat, "/start hip-bridge")
    assert "no doctor" in calls[0].text
    assert calls[1].text.startswith("Hip bridge")


@pytest.mark.parametrize(
    "turns",
    [
        ["hi", "my lower back hurts when I sit", "tell me about heat", "how long"],
        [CAUDA, "give me stretches please", "it was checked by my doctor"],
        ["I am 20 weeks pregnant", "what can I do for my back", "do you store what I write"],
        ["asdf qwer zxcv", "who are you", "bye"],
    ],
)
def test_a_talk_goes_as_it_does_elsewhere(bot: Bot, chat: int, turns: list[str]) -> None:
    for text in turns:
        expected = said(bot, f"rest-{chat}", text)
        calls = turn(bot, chat, text)
        assert [words(call.text) for call in calls] == [words(one["text"]) for one in expected], text
        titles = [[one["title"] for one in message.get("buttons", [])] for message in expected]
        assert [[key["text"] for row in call.keys for key in row] for call in calls] == titles


def test_an_alert_comes_first_and_whole_with_numbers_as_text(bot: Bot, chat: int) -> None:
    calls = turn(bot, chat, CAUDA)
    assert calls[0].params["text"].startswith("<b>This needs help now.</b>")
    assert "112" in calls[0].text
    assert "Do not drive yourself" in calls[0].text
    assert not re.search(r"<(?!/?b>)", calls[0].params["text"])
    assert "/start" not in calls[0].text
    assert calls[1].text.startswith("To show or read out:")


def test_titles_are_bold_and_html_is_whole(bot: Bot, chat: int) -> None:
    calls = turn(bot, chat, "tell me about heat")
    assert re.match(r"<b>[^<]+</b>\n\n1\. ", calls[0].params["text"])
    assert turn(bot, chat, "is <b>ice</b> & heat > pills?")


def test_restart_takes_up_a_new_subject_and_does_not_lift_an_alert(bot: Bot, chat: int) -> None:
    turn(bot, chat, "tell me about heat")
    turn(bot, chat, CAUDA)
    assert "afresh" in turn(bot, chat, "/restart")[0].text
    assert "hold back" in turn(bot, chat, "give me stretches please")[0].text


def test_help_stop_and_privacy(bot: Bot, chat: int) -> None:
    calls = turn(bot, chat, "/help")
    assert len(calls) == 2
    assert all(f"/{name}" in calls[1].text for name in COMMANDS)
    assert "stop" in turn(bot, chat, "/stop")[0].text or "quiet" in bot.fake.sent(chat)[-1].text
    calls = turn(bot, chat, "/privacy")
    assert "database" in calls[0].text or "machine" in calls[0].text
    assert "Telegram" in calls[-1].text
    assert "do not know that command" in turn(bot, chat, "/nonsense")[0].text


@pytest.mark.parametrize("words_for_it", ["/forget", "forget me, delete everything you know about me"])
def test_forgetting_leaves_nothing_anywhere(bot: Bot, chat: int, words_for_it: str) -> None:
    secret = f"my cat {chat}zebra sat on my back and it hurts when I sit"
    turn(bot, chat, secret)
    with sqlite3.connect(bot.conversations) as db:
        assert db.execute("SELECT count(*) FROM events WHERE sender_id = ?", (str(chat),)).fetchone()[0] > 0
    assert "deleted" in turn(bot, chat, words_for_it)[0].text
    time.sleep(0.3)
    with sqlite3.connect(bot.conversations) as db:
        assert db.execute("SELECT count(*) FROM events WHERE sender_id = ?", (str(chat),)).fetchone()[0] == 0
    with sqlite3.connect(bot.database) as db:
        for table in ("inbox", "outbox", "keyboards", "chats"):
            assert db.execute(f"SELECT count(*) FROM {table} WHERE chat = ?", (chat,)).fetchone()[0] == 0, table
    for path in (bot.database, bot.database.with_name("telegram.db-wal")):
        assert not path.exists() or f"{chat}zebra".encode() not in path.read_bytes()


def test_a_pressed_button_counts_once_and_is_shown(bot: Bot, chat: int) -> None:
    question = next(call for call in turn(bot, chat, "my lower back hurts when I sit") if call.keys)
    before = len(bot.fake.sent(chat))
    pressed = bot.fake.press(question, "None of these")
    bot.fake.press(question, "None of these")
    bot.fake.deliver(pressed)
    bot.fake.answers(chat, 1, before)
    calls = bot.fake.quiet(chat, 2.5)[before:]
    expected = [said(bot, f"rest-{chat}", text) for text in ("my lower back hurts when I sit", "None of these")][1]
    assert [words(call.text) for call in calls] == [words(one["text"]) for one in expected]
    shown = bot.fake.of("editMessageText", chat)
    assert [one.params["message_id"] for one in shown] == [question.message_id]
    assert "You chose: None of these" in shown[0].text
    assert "reply_markup" not in shown[0].params
    query = pressed["callback_query"]["id"]
    acknowledged = [one.params["callback_query_id"] for one in bot.fake.of("answerCallbackQuery")]
    assert query in acknowledged
    assert len(set(acknowledged)) >= 2


def test_an_old_button_does_no_harm(bot: Bot, chat: int) -> None:
    question = next(call for call in turn(bot, chat, "my lower back hurts when I sit") if call.keys)
    turn(bot, chat, "thank you")
    before = len(bot.fake.sent(chat))
    pressed = bot.fake.press(question, "One of these")
    answer = bot.fake.wait(
        lambda: [
            one
            for one in bot.fake.of("answerCallbackQuery")
            if one.params["callback_query_id"] == pressed["callback_query"]["id"]
        ]
    )
    assert "over" in answer[0].params["text"]
    assert len(bot.fake.quiet(chat, 1.5)) == before


def test_a_forged_button_does_no_harm(bot: Bot, chat: int, other: int) -> None:
    question = next(call for call in turn(bot, chat, "my lower back hurts when I sit") if call.keys)
    data = question.keys[0][0]["callback_data"]
    message = {"message_id": 1, "date": 1, "chat": {"id": other, "type": "private"}}
    for number, forged in enumerate([data, "/restart", "999999:0", "1:999", "x" * 64, "", None]):
        query = {"id": f"forged-{other}-{number}", "from": {"id": other}, "data": forged, "message": message}
        bot.fake.deliver(bot.fake.update(callback_query=query))
    bot.fake.wait(
        lambda: len({one.params["callback_query_id"] for one in bot.fake.of("answerCallbackQuery")
                     if f"forged-{other}" in one.params["callback_query_id"]}) == 7
    )  # fmt: skip
    assert bot.fake.quiet(other, 1) == []


def test_an_edit_of_the_last_message_is_answered_as_a_correction(bot: Bot, chat: int) -> None:
    first = bot.fake.write(chat, "tell me about heat")["message"]
    bot.fake.answers(chat)
    last = bot.fake.write(chat, "thanks")["message"]
    bot.fake.quiet(chat, 1.6)
    count = len(bot.fake.sent(chat))

    def edit(message: dict[str, Any], text: str) -> None:
        bot.fake.deliver(bot.fake.update(edited_message={**message, "text": text, "edit_date": int(time.time())}))

    edit(first, "tell me about ice")
    edit(last, "thanks")
    assert len(bot.fake.quiet(chat, 1.5)) == count
    edit(last, "tell me about ice")
    calls = bot.fake.answers(chat, 1, count)
    assert "ice" in calls[0].text.lower()
    assert calls[0].params["reply_parameters"]["message_id"] == last["message_id"]


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "document", "location", "contact"])
def test_what_cannot_be_read_gets_a_kind_sentence(bot: Bot, chat: int, kind: str) -> None:
    bot.fake.deliver(bot.fake.message(chat, **{kind: [{"file_id": "x"}] if kind == "photo" else {"file_id": "x"}}))
    (call,) = bot.fake.answers(chat)
    assert call.text == phrases().say(f"telegram_{kind}")


def test_a_caption_is_read_and_an_album_answered_once(bot: Bot, chat: int, other: int) -> None:
    bot.fake.deliver(bot.fake.message(chat, photo=[{}], caption="tell me about heat"))
    assert "warm" in bot.fake.answers(chat)[0].text
    bot.fake.deliver(*(bot.fake.message(other, photo=[{}], media_group_id="a1") for _ in range(4)))
    assert len(bot.fake.quiet(other, 2)) == 1


def test_in_a_group_the_bot_offers_a_private_talk_and_only_when_addressed(bot: Bot, chat: int) -> None:
    group = {"id": -chat, "type": "supergroup", "title": "Sore backs"}
    for text in ("my back hurts when I sit", "hello all", "/help@another_bot"):
        bot.fake.deliver(bot.fake.message(chat, text, chat=group))
    bot.fake.deliver(bot.fake.message(chat, f"@{USERNAME} my back hurts when I sit", chat=group))
    calls = bot.fake.answers(-chat)
    assert len(bot.fake.quiet(-chat, 1.5)) == 1
    assert calls[0].text == phrases().say("telegram_group")
    assert calls[0].keys == [[{"text": "Talk in private", "url": f"https://t.me/{USERNAME}?start=group"}]]


def test_what_is_odd_is_passed_over(bot: Bot, chat: int) -> None:
    update = bot.fake.update
    odd = [
        update(channel_post={"message_id": 1, "chat": {"id": -9, "type": "channel"}, "text": "hi"}),
        update(message={"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}),
        update(message=None),
        update(message={"chat": {"id": chat}, "text": 5}),
        update(kind_of_the_future={"x": 1}),
        update(inline_query={"id": "1", "query": "back"}),
        update(my_chat_member={"chat": {"id": chat}, "new_chat_member": {"status": "kicked"}}),
    ]
    if bot.fake.webhook:
        odd.append({"message": {"text": "no number"}})
    statuses = bot.fake.deliver(*odd)
    assert set(statuses) <= {200}
    assert turn(bot, chat, "hi")
    assert len(bot.fake.sent(chat)) == 1


def test_signs_that_no_encoding_knows_do_no_harm(bot: Bot, chat: int) -> None:
    assert turn(bot, chat, "my back \ud83d hurts \x00 when I sit \U0001f9d8")


def test_the_log_holds_neither_the_token_nor_words_of_users(bot: Bot, chat: int) -> None:
    marker = f"quokka{chat}"
    turn(bot, chat, f"my {marker} back hurts when I sit")
    turn(bot, chat, f"/{marker}")
    logged = bot.logged()
    assert TOKEN not in logged
    assert TOKEN.split(":")[1] not in logged
    assert marker not in logged
