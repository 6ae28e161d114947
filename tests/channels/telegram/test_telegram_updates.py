"""Every kind of update has a fate."""

from __future__ import annotations

from typing import Any

import pytest

from components.telegram.updates import MEDIA, Fate, Incoming, read, update_id_of

ME = "backtalk_test_bot"


def said(text: Any = None, kind: str = "message", chat: Any = None, **more: Any) -> Incoming:
    chat = {"id": 7, "type": "private"} if chat is None else chat
    body = {"message_id": 5, "date": 1_790_000_000, "chat": chat, "from": {"id": 7, "is_bot": False}, **more}
    if text is not None:
        body["text"] = text
    return read({"update_id": 1, kind: body}, ME, 42)


GROUP = {"id": -100123, "type": "supergroup", "title": "Backs"}


def test_text_is_a_turn() -> None:
    found = said("  my back hurts ")
    assert (found.fate, found.chat, found.text, found.message) == (Fate.TEXT, 7, "my back hurts", 5)


def test_a_caption_is_read_as_text() -> None:
    assert said(photo=[{"file_id": "x"}], caption="this spot hurts").text == "this spot hurts"


@pytest.mark.parametrize(("kind", "phrase"), MEDIA.items())
def test_what_cannot_be_read_is_named(kind: str, phrase: str) -> None:
    found = said(**{kind: {"file_id": "x"}})
    assert (found.fate, found.text) == (Fate.CANNOT_READ, phrase)


def test_content_that_is_not_invented_yet_gets_a_sentence_too() -> None:
    assert said(hologram={"file_id": "x"}).fate is Fate.CANNOT_READ


@pytest.mark.parametrize("kind", ["pinned_message", "new_chat_title", "message_auto_delete_timer_changed"])
def test_events_in_a_chat_get_no_answer(kind: str) -> None:
    assert said(**{kind: {}}).fate is Fate.IGNORED


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("/start", "start", ""),
        ("/START@backtalk_test_bot", "start", ""),
        ("/start hip-bridge", "start", "hip-bridge"),
        ("/forget", "forget", ""),
        ("/nonsense", "", "nonsense"),
        ("/", "", ""),
    ],
)
def test_commands(text: str, command: str, rest: str) -> None:
    found = said(text)
    assert (found.fate, found.command, found.text) == (Fate.COMMAND, command, rest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/help I cannot feel my legs", "I cannot feel my legs"),
        ("/pain in my neck", "pain in my neck"),
        ("/start my legs are weak", "my legs are weak"),
        ("//restart it all", "restart it all"),
        ('/greet{"x": 1} y', 'greet{"x": 1} y'),
    ],
)
def test_words_behind_a_slash_are_words_and_never_an_intent(text: str, words: str) -> None:
    found = said(text)
    assert (found.fate, found.text) == (Fate.TEXT, words)


def test_an_edit_is_an_edit() -> None:
    assert said("again", kind="edited_message", edit_date=1).fate is Fate.EDIT
    assert said(kind="edited_message", location={"latitude": 1, "longitude": 2}).fate is Fate.IGNORED


@pytest.mark.parametrize(
    ("text", "more", "fate"),
    [
        ("my back hurts", {}, Fate.IGNORED),
        (f"@{ME} my back hurts", {}, Fate.GROUP),
        (f"what do you say, @{ME.upper()}?", {}, Fate.GROUP),
        (f"@{ME}2 my back hurts", {}, Fate.IGNORED),
        ("/start", {}, Fate.GROUP),
        (f"/help@{ME}", {}, Fate.GROUP),
        ("/help@another_bot", {}, Fate.IGNORED),
        ("yes", {"reply_to_message": {"from": {"id": 42, "is_bot": True, "username": ME}}}, Fate.GROUP),
        ("yes", {"reply_to_message": {"from": {"id": 8, "is_bot": False}}}, Fate.IGNORED),
        ("hey Backtalk", {"entities": [{"type": "text_mention", "user": {"id": 42}}]}, Fate.GROUP),
    ],
)
def test_in_a_group_only_what_is_said_to_the_bot_counts(text: str, more: dict[str, Any], fate: Fate) -> None:
    assert said(text, chat=GROUP, **more).fate is fate


def test_a_photo_in_a_group_gets_no_answer() -> None:
    assert said(chat=GROUP, photo=[{}]).fate is Fate.IGNORED


def press(**more: Any) -> Incoming:
    message = {"message_id": 9, "chat": {"id": 7, "type": "private"}, "date": 1}
    return read({"update_id": 1, "callback_query": {"id": "77", "data": "3:0", "message": message, **more}}, ME)


def test_a_press_names_the_button() -> None:
    found = press()
    assert (found.fate, found.chat, found.text, found.message, found.query) == (Fate.PRESS, 7, "3:0", 9, "77")


@pytest.mark.parametrize(
    "more", [{"message": None}, {"message": {}}, {"message": {"chat": {"id": -5, "type": "group"}, "message_id": 1}}]
)
def test_a_press_out_of_place_is_acknowledged_all_the_same(more: dict[str, Any]) -> None:
    found = press(**more)
    assert (found.fate, found.query) == (Fate.IGNORED, "77")


def test_a_block_is_noticed() -> None:
    member = {"chat": {"id": 7, "type": "private"}, "new_chat_member": {"status": "kicked"}}
    assert read({"update_id": 1, "my_chat_member": member}, ME) == Incoming(Fate.BLOCKED, 7)


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": 1},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": {"text": "hi"}},
        {"update_id": 1, "message": {"chat": {}, "text": "hi"}},
        {"update_id": 1, "message": {"chat": {"id": "7"}, "text": "hi"}},
        {"update_id": 1, "message": {"chat": {"id": True}, "text": "hi"}},
        {"update_id": 1, "message": {"chat": {"id": 2**70}, "text": "hi"}},
        {"update_id": 1, "message": {"chat": {"id": 7}, "text": {"a": 1}}},
        {"update_id": 1, "message": {"chat": {"id": 7, "type": "private"}, "text": "hi", "from": {"is_bot": True}}},
        {"update_id": 1, "channel_post": {"chat": {"id": -7, "type": "channel"}, "text": "hi"}},
        {"update_id": 1, "message": {"chat": {"id": -7, "type": "channel"}, "text": "hi"}},
        {"update_id": 1, "edited_channel_post": {}},
        {"update_id": 1, "inline_query": {"id": "1", "query": "x"}},
        {"update_id": 1, "poll_answer": {}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 7}, "new_chat_member": {"status": "member"}}},
        {"update_id": 1, "my_chat_member": "?"},
        {"update_id": 1, "callback_query": "?"},
        {"update_id": 1, "kind_of_the_future": {"message": {"text": "hi"}}},
    ],
)
def test_what_is_odd_or_unknown_is_ignored(update: dict[str, Any]) -> None:
    assert read(update, ME).fate is Fate.IGNORED


@pytest.mark.parametrize(
    "update", [None, [], "x", 3, {}, {"update_id": None}, {"update_id": "1"}, {"update_id": 2**64}]
)
def test_without_a_number_it_is_no_update(update: Any) -> None:
    assert update_id_of(update) is None
