"""The real bot in Telegram while things go wrong, by long polling and by webhook."""

from __future__ import annotations

import itertools
import re
import time

from backtalk.phrases import phrases
from tests.channels.telegram.fake import Fault
from tests.channels.telegram.running import Bot

CAUDA = "I can't feel between my legs and I can't pee"


def test_the_first_message_comes_nearly_as_fast_as_over_rest(bot: Bot, chat: int) -> None:
    texts = ["tell me about heat", "hi", "my neck hurts when I sleep", "what about ice", CAUDA]
    rest, telegram = [9.0] * len(texts), [9.0] * len(texts)
    # The best of several: what else the machine does takes part in the others, and now and then in all of a round.
    for turn in range(6):
        for place, text in enumerate(texts):
            for number in range(8):
                here = chat * 10_000 + turn * 1000 + place * 10 + number
                rest[place] = min(rest[place], bot.rest_seconds(f"speed-{here}", text))
                began = time.monotonic()
                bot.fake.write(here, text)
                telegram[place] = min(telegram[place], bot.fake.answers(here)[0].at - began)
        if sum(telegram) <= 1.2 * sum(rest):
            return
    raise AssertionError((telegram, rest))


def test_a_duplicate_is_answered_once(bot: Bot, chat: int) -> None:
    update = bot.fake.message(chat, "hi")
    bot.fake.deliver(update, update)
    bot.fake.answers(chat)
    bot.fake.deliver(update)
    assert len(bot.fake.quiet(chat, 2)) == 1


def test_updates_out_of_order_are_each_answered(bot: Bot, chat: int) -> None:
    first, second, third = (bot.fake.message(chat, text) for text in ("tell me about heat", "hi", "tell me about ice"))
    bot.fake.deliver(third)
    bot.fake.answers(chat)
    bot.fake.quiet(chat, 1.5)
    bot.fake.deliver(second, first)
    text = "\n".join(call.text for call in bot.fake.quiet(chat, 3))
    assert "ice" in text.lower()
    assert "warm" in text
    assert "guide" in text


def test_messages_of_a_chat_are_answered_in_order_a_second_apart(bot: Bot, chat: int) -> None:
    bot.gate.delay = 0.3
    commands = ["/start", "tell me about heat", "/nonsense", "hello", "/privacy"]
    bot.fake.deliver(*(bot.fake.message(chat, text) for text in commands))
    calls = bot.fake.quiet(chat, 3)
    expected = ["no doctor", "warm", "do not know that command", "database|machine"]
    found = [next((n for n, call in enumerate(calls) if re.search(one, call.text)), -1) for one in expected]
    assert found == sorted(found)
    assert -1 not in found
    gaps = [after.at - before.at for before, after in itertools.pairwise(calls)]
    # One a second is sent; on a busy machine one may arrive late and the next in time.
    assert min(gaps) > 0.8


def test_a_slow_turn_is_answered_shows_that_it_works_and_keeps_no_other_chat(bot: Bot, chat: int, other: int) -> None:
    bot.gate.delay = 6
    began = time.monotonic()
    bot.fake.write(chat, "tell me about heat")
    bot.fake.wait(lambda: bot.fake.of("sendChatAction", chat), 5)
    bot.fake.write(other, CAUDA)
    assert "needs help now" in bot.fake.answers(other, limit=5.5)[0].text
    (call, *_) = bot.fake.answers(chat, limit=30)
    assert "warm" in call.text
    assert call.at - began >= 6
    signs = bot.fake.of("sendChatAction", chat)
    assert len(signs) >= 2
    assert all(sign.params["action"] == "typing" for sign in signs)
    bot.gate.delay = 0
    assert len([one for one in bot.fake.quiet(chat, 2) if "warm pack" in one.text or "hot water" in one.text]) == 1


def test_without_the_action_server_there_is_an_answer_and_an_alert(bot: Bot, chat: int, other: int) -> None:
    bot.gate.closed = True
    bot.fake.write(chat, "tell me about heat")
    assert "not answering" in bot.fake.answers(chat)[0].text
    bot.fake.write(other, CAUDA)
    assert bot.fake.answers(other)[0].params["text"].startswith("<b>This needs help now.</b>")


def test_faults_while_sending_repeat_no_turn(bot: Bot, chat: int) -> None:
    fault = Fault("sendMessage", 429, chat=chat, parameters={"retry_after": 2})
    bot.fake.faults += [fault, Fault("sendMessage", "page", chat=chat, times=2)]
    calls = bot.gate.calls
    bot.fake.write(chat, "tell me about heat")
    bot.fake.answers(chat, 1)
    found = bot.fake.quiet(chat, 3)
    assert len([one for one in found if "hot water" in one.text]) == 1
    assert found[0].at - fault.hits[0] >= 2
    assert bot.gate.calls - calls <= 2


def test_a_lost_answer_shows_nothing_twice(bot: Bot, chat: int) -> None:
    bot.fake.faults.append(Fault("sendMessage", "lost", chat=chat))
    bot.fake.write(chat, "hi")
    bot.fake.answers(chat)
    assert len(bot.fake.quiet(chat, 3)) == 1
    bot.fake.write(chat, "thanks")
    assert len(bot.fake.answers(chat, 2)) == 2


def test_someone_who_blocked_the_bot_is_left_alone_and_welcome_back(bot: Bot, chat: int) -> None:
    fault = Fault("sendMessage", 403, chat=chat, times=99)
    bot.fake.faults.append(fault)
    bot.fake.write(chat, "my lower back hurts when I sit")
    bot.fake.wait(lambda: fault.hits)
    time.sleep(2.5)
    assert len(fault.hits) == 1
    bot.fake.faults.clear()
    bot.fake.write(chat, "hi")
    assert len(bot.fake.answers(chat)) == 1


def test_broken_side_calls_disturb_no_answer(bot: Bot, chat: int) -> None:
    bot.fake.faults += [
        Fault("sendChatAction", "hang", times=99, chat=chat),
        Fault("answerCallbackQuery", "page", times=99),
        Fault("editMessageText", 400, times=99, chat=chat),
    ]
    bot.fake.write(chat, "my lower back hurts when I sit")
    question = bot.fake.wait(lambda: next((call for call in bot.fake.sent(chat) if call.keys), None))
    before = len(bot.fake.sent(chat))
    bot.fake.press(question, "None of these")
    assert bot.fake.answers(chat, 1, before)


def test_many_chats_are_served_beside_each_other(bot: Bot, chat: int) -> None:
    chats = [chat * 1000 + number for number in range(40)]
    bot.fake.deliver(*(bot.fake.message(one, "/start") for one in chats))
    for one in chats:
        bot.fake.answers(one)
    times = sorted(bot.fake.sent(one)[0].at for one in chats)
    assert all(later - earlier >= 0.95 for earlier, later in zip(times, times[30:]))
    assert all(len(bot.fake.sent(one)) == 1 for one in chats)


def test_a_flood_is_answered_politely_once_and_keeps_no_other_chat(bot: Bot, chat: int, other: int) -> None:
    bot.fake.deliver(*(bot.fake.message(chat, f"/start {number}") for number in range(60)))
    polite = phrases().say("telegram_flood")
    bot.fake.wait(lambda: any(call.text == polite for call in bot.fake.sent(chat)), 6)
    bot.fake.write(other, "hi")
    bot.fake.answers(other, limit=5.5)
    calls = bot.fake.quiet(chat, 3)
    assert [call.text for call in calls].count(polite) == 1
    assert len(calls) <= 20


def test_a_hanging_poll_or_another_poller_is_outlived(bot: Bot, chat: int) -> None:
    if bot.fake.webhook:
        bot.fake.write(chat, "hi")
        assert bot.fake.answers(chat)
        return
    for fault in (Fault("getUpdates", 409, times=3), Fault("getUpdates", "page"), Fault("getUpdates", "reset")):
        bot.fake.faults.append(fault)
    # The poll that is open now ends with this message; those after it fail.
    bot.fake.write(chat, "hi")
    bot.fake.answers(chat, limit=30)
    bot.fake.wait(lambda: all(not fault.times for fault in bot.fake.faults), 60)
    bot.fake.write(chat, "thanks")
    bot.fake.answers(chat, 2, limit=30)
    assert "Another program reads this bot's messages" in bot.logged()
