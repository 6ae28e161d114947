"""What reaches the webhook from strangers is turned away; nothing that comes makes it fail."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any, Optional

import pytest

from tests.channels.telegram.running import Bot

PATH = "/webhooks/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def post(bot: Bot, body: bytes, secret: Optional[str], path: str = PATH, method: str = "POST", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", bot.port, timeout=20)
    sent = {"Content-Type": "application/json", **headers}
    if secret is not None:
        sent[HEADER] = secret
    try:
        connection.request(method, path, body, sent)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture
def hook(bot: Bot) -> Bot:
    """A bot that has a webhook; the other kind must have none."""
    return bot


def message(bot: Bot, chat: int, text: str = "hi") -> bytes:
    return json.dumps(bot.fake.message(chat, text)).encode()


def test_in_polling_mode_there_is_no_door(bot: Bot, chat: int) -> None:
    if not bot.fake.webhook:
        assert post(bot, message(bot, chat), "x") == 404


@pytest.mark.parametrize("secret", [None, "", "wrong", "0" * 64, "\xe9" * 64])
def test_without_the_secret_nothing_is_done(bot: Bot, chat: int, secret: Optional[str]) -> None:
    if not bot.fake.webhook:
        assert post(bot, message(bot, chat), secret) == 404
        return
    assert post(bot, message(bot, chat), secret) == 403
    assert post(bot, b"", secret, **{"Content-Length": "5000000"}) == 403, "answered by the header, the body unread"
    assert bot.fake.quiet(chat, 1) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"3", b'"x"', b"\xff\xfe\x00", b"[" * 100_000, b"{}", b'{"update_id": 1}',
     b'{"update_id": 1e400, "message": {}}', b'{"update_id": 123456789012345678901234567890}'],
)  # fmt: skip
def test_no_body_makes_it_fail(bot: Bot, chat: int, body: bytes) -> None:
    if not bot.fake.webhook:
        assert post(bot, body, "x") == 404
        return
    secret = bot.fake.webhook["secret_token"]
    assert post(bot, body, secret) in (200, 400)
    assert post(bot, message(bot, chat), secret) == 200
    assert len(bot.fake.answers(chat)) == 1


def test_a_huge_body_is_refused(bot: Bot) -> None:
    if bot.fake.webhook:
        assert post(bot, b'{"update_id": 1, "x": "' + b"y" * 3_000_000 + b'"}', bot.fake.webhook["secret_token"]) == 413
    assert post(bot, b"", "x", method="GET") in (404, 405)


def test_the_answer_comes_at_once_and_the_work_afterwards(bot: Bot, chat: int) -> None:
    bot.gate.delay = 4
    began = time.monotonic()
    statuses = bot.fake.deliver(bot.fake.message(chat, "tell me about heat"))
    assert time.monotonic() - began < 3, "the work takes four seconds"
    assert set(statuses) <= {200}
    assert bot.fake.answers(chat)[0].at - began >= 4


def test_the_webhook_is_set_with_a_secret_and_only_what_is_understood(bot: Bot) -> None:
    calls = bot.fake.of("setWebhook")
    if not bot.fake.webhook:
        assert not calls
        return
    params: dict[str, Any] = calls[0].params
    assert params["url"].endswith(PATH)
    assert len(params["secret_token"]) == 64
    assert set(params["allowed_updates"]) == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert not bot.fake.of("getUpdates")
