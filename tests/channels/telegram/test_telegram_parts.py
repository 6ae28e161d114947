"""Settings, limits and the database by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.telegram.channel import TelegramInput
from components.telegram.database import Database, InUse
from components.telegram.limits import Floods, Pace
from components.telegram.settings import WEBHOOK_PATH, SettingsError, read_settings

TOKEN = "123456:abcdefghijklmnop"


def settings(**env: str):  # type: ignore[no-untyped-def]
    return read_settings(None, {"TELEGRAM_BOT_TOKEN": TOKEN, **env})


def test_only_the_token_is_needed() -> None:
    found = settings()
    assert found.api_base_url == "https://api.telegram.org"
    assert found.webhook_url is None
    assert found.database == "telegram.db"
    assert not found.allowed_chats
    assert TOKEN not in repr(found)


def test_a_missing_token_is_named() -> None:
    with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN is not set"):
        read_settings(None, {})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "12/../x"),
        ("TELEGRAM_API_BASE_URL", "localhost:8081"),
        ("TELEGRAM_WEBHOOK_URL", "ftp://x.org"),
        ("TELEGRAM_ALLOWED_CHATS", "me, you"),
    ],
)
def test_an_unusable_value_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        settings(**{variable: value})


def test_values_are_read() -> None:
    found = settings(TELEGRAM_ALLOWED_CHATS="1, -2;3", TELEGRAM_WEBHOOK_URL="https://bot.example.org/")
    assert found.allowed_chats == {1, -2, 3}
    assert found.webhook_url == "https://bot.example.org" + WEBHOOK_PATH
    assert settings(TELEGRAM_WEBHOOK_URL="https://x.org/hook").webhook_url == "https://x.org/hook"
    assert read_settings({"database": "a.db"}, {"TELEGRAM_BOT_TOKEN": TOKEN}).database == "a.db"


def test_the_secret_depends_on_the_token_and_does_not_show_it() -> None:
    secret = settings().secret
    assert len(secret) == 64
    assert secret == settings().secret
    assert TOKEN not in secret
    assert secret != read_settings(None, {"TELEGRAM_BOT_TOKEN": TOKEN + "x"}).secret


def test_without_a_token_the_channel_is_off_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    channel = TelegramInput.from_credentials(None)

    async def nobody(message: object) -> None:
        raise AssertionError("nothing may come")

    assert channel.blueprint(nobody).name == "telegram_webhook"
    assert [record.getMessage() for record in caplog.records if "TELEGRAM_BOT_TOKEN is not set" in record.getMessage()]


def test_pace_keeps_a_second_between_two_messages_to_a_chat() -> None:
    pace = Pace()
    assert pace.delay(1, 100.0) <= 0
    pace.note(1, 100.0)
    assert pace.delay(1, 100.4) == pytest.approx(0.65)
    assert pace.delay(2, 100.4) <= 0
    assert pace.delay(1, 101.0) > 0
    assert pace.delay(1, 101.06) <= 0


def test_pace_keeps_to_thirty_a_second_in_all() -> None:
    pace = Pace()
    for chat in range(30):
        assert pace.delay(chat, 100.0) <= 0
        pace.note(chat, 100.0)
    assert pace.delay(99, 100.0) == pytest.approx(1.2)
    assert pace.delay(99, 101.3) <= 0


def test_pace_waits_as_long_as_told() -> None:
    pace = Pace()
    pace.note(1, 100.0)
    pace.hold(1, 117.0)
    assert pace.delay(1, 102.0) == pytest.approx(15.0)
    assert pace.delay(2, 102.0) <= 0


def test_a_flood_is_told_once() -> None:
    floods = Floods(limit=5, span=10)
    assert [floods.count(1, 100 + n / 10, 100) for n in range(5)] == [(False, False)] * 5
    assert floods.count(1, 101, 101) == (True, True)
    assert floods.count(1, 102, 102) == (True, False)
    assert floods.count(2, 102, 102) == (False, False)
    assert floods.count(1, 130, 130) == (False, False)


def test_what_was_written_over_hours_and_comes_at_once_is_no_flood() -> None:
    floods = Floods(limit=5, span=10)
    assert not any(floods.count(1, 100, 3600 * n)[0] for n in range(20))


def test_messages_that_all_bear_one_date_but_come_slowly_are_no_flood() -> None:
    floods = Floods(limit=5, span=10)
    assert not any(floods.count(1, 3 * n, 100)[0] for n in range(20))


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "telegram.db")


def test_an_update_is_taken_once_even_after_a_restart(path: str) -> None:
    update = {"update_id": 4, "message": {"text": "hi"}}
    for first in (True, False):
        database = Database(path, "1@x")
        assert database.receive(4, 7, update, True) is first
        assert not database.receive(4, 7, update, True)
        assert database.known(4, update)
        database.close()


def test_numbers_of_another_bot_or_of_a_new_count_are_not_taken_for_known(path: str) -> None:
    database = Database(path, "1@x")
    database.receive(4, 7, {"update_id": 4, "message": {"text": "hi"}}, True)
    assert not database.known(4, {"update_id": 4, "message": {"text": "another"}})
    database.close()
    database = Database(path, "2@x")
    assert not database.known(4, {"update_id": 4, "message": {"text": "hi"}})
    assert not database.chats_waiting()
    database.close()


def test_updates_wait_in_order_and_leave_nothing_behind(path: str) -> None:
    database = Database(path, "1@x")
    for number in (12, 10, 11):
        database.receive(number, 7, {"update_id": number, "message": {"text": f"secret {number}"}}, True)
    seen = []
    while (update := database.next_update(7)) is not None:
        seen.append(update.update_id)
        database.finish(update)
    assert seen == [10, 11, 12]
    assert not database.chats_waiting()
    database.wipe()
    database.close()
    assert b"secret" not in Path(path).read_bytes()


def test_forgetting_leaves_no_word_of_the_chat(path: str) -> None:
    database = Database(path, "1@x")
    for chat in (7, 8):
        database.put(chat, {"text": f"whisper {chat}"})
        database.add_keyboard(chat, f"whisper {chat}", [("whisper", "whisper")])
        database.note_latest(chat, 1, "whisper")
    with database.together():
        database.forget(7)
    database.wipe()
    assert database.next_message(7) is None
    assert database.latest(7) is None
    assert database.next_message(8) is not None
    assert database.latest(8) is not None
    database.close()
    raw = Path(path).read_bytes()
    assert b"whisper 7" not in raw
    assert b"whisper 8" in raw


def test_a_button_belongs_to_its_chat_and_dies_with_the_next_turn(path: str) -> None:
    database = Database(path, "1@x")
    number = database.add_keyboard(7, "Which?", [("Yes", "/affirm"), ("No", "no")])
    assert database.keyboard(8, number) is None
    found = database.keyboard(7, number)
    assert found is not None
    assert found.options == [("Yes", "/affirm"), ("No", "no")]
    database.close_keyboards(7)
    assert database.keyboard(7, number) is None
    assert database.add_keyboard(7, "Which?", []) > number
    database.close()


def test_two_processes_never_share_a_database(path: str) -> None:
    database = Database(path, "1@x")
    with pytest.raises(InUse):
        Database(path, "1@x")
    database.close()
    Database(path, "1@x").close()


def test_the_file_is_for_its_owner_only(path: str) -> None:
    Database(path, "1@x").close()
    assert Path(path).stat().st_mode & 0o077 == 0
