"""The REST channel: whatever a client sends gets a kind answer, and nobody shares a conversation by mistake."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from tests.running import Bot


def post(bot: Bot, body: bytes) -> list[dict[str, Any]]:
    """The answer to a body as it is."""
    request = urllib.request.Request(
        f"{bot.base_url}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: list[dict[str, Any]] = json.loads(response.read())
    return answer


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b"null",
        b"{}",
        b'{"sender": "rest-none", "message": null}',
        b'{"sender": "rest-number", "message": 7}',
        b'{"sender": "rest-empty", "message": ""}',
        json.dumps({"sender": "rest-long", "message": "word " * 2000}).encode(),
        json.dumps({"sender": "rest-odd", "message": "\x00 \ud83d hello"}).encode(),
        json.dumps({"sender": {"a": 1}, "message": "hello"}).encode(),
        json.dumps({"sender": "s" * 5000, "message": "hello"}).encode(),
        json.dumps({"sender": "rest-channel", "message": "hello", "input_channel": 3}).encode(),
    ],
)
def test_a_kind_answer_to_anything(bot: Bot, body: bytes) -> None:
    answer = post(bot, body)
    assert any(one.get("text") for one in answer)


def test_an_empty_message_leaves_the_conversation_alive(bot: Bot) -> None:
    for message in ("", "  ", "\n"):
        assert post(bot, json.dumps({"sender": "rest-alive", "message": message}).encode())
    assert any(
        "desk" in one.get("text", "")
        for one in post(bot, json.dumps({"sender": "rest-alive", "message": "my back hurts when I sit"}).encode())
    )


def test_messages_without_a_sender_share_nothing(bot: Bot) -> None:
    first = post(bot, json.dumps({"message": "I am pregnant and my back hurts"}).encode())
    second = post(bot, json.dumps({"message": "what do you know about me"}).encode())
    assert first[0]["recipient_id"] != second[0]["recipient_id"]
    assert "pregnant" not in second[0]["text"]


def test_no_text_holds_a_blank_line(bot: Bot) -> None:
    """Rasa would cut it in two messages there."""
    for message in ("my back hurts when I sit", "how long do I ice it", "I can not pee and my back hurts"):
        for one in post(bot, json.dumps({"sender": "rest-lines", "message": message}).encode()):
            assert "\n\n" not in one.get("text", "")
