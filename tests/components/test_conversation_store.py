"""The conversation store: what it reads, keeps, writes again and deletes."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import pytest
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from components.tracker_store import CHECKPOINT, FORGET, WINDOW, ConversationStore

DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "intents": ["hello"],
        "slots": {name: {"type": "any", "mappings": [{"type": "custom"}]} for name in ("profile", "triage", "pending")},
        "actions": ["action_advise", FORGET],
        "responses": {"utter_hello": [{"text": "Hello."}]},
    }
)
Open = Callable[..., ConversationStore]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Open]:
    """Opens a store on the database of the test: each call is like a start of the server."""
    opened = []

    def start(**settings: Any) -> ConversationStore:
        store = ConversationStore(DOMAIN, dialect="sqlite", db=str(tmp_path / "conversations.db"), **settings)
        opened.append(store)
        return store

    yield start
    for store in opened:
        store.engine.dispose()


def turn(number: int, *events: Event) -> list[Event]:
    """What one message leaves behind."""
    parse_data = {"text": f"message {number}", "intent": {"name": "hello", "confidence": 0.9}, "entities": []}
    return [
        UserUttered(f"message {number}", parse_data["intent"], [], parse_data, input_channel="rest"),  # type: ignore[arg-type]
        ActionExecuted("action_advise", "RulePolicy", 1.0),
        *events,
        BotUttered(f"answer {number}"),
        ActionExecuted(ACTION_LISTEN_NAME, "RulePolicy", 1.0),
    ]


def take(store: ConversationStore, events: list[Event], sender: str = "ann") -> DialogueStateTracker:
    """One turn: read, add, write."""

    async def run() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker(sender)
        tracker.update_with_events(events, DOMAIN)
        await store.save(tracker)
        return tracker

    return asyncio.run(run())


def read(store: ConversationStore, sender: str = "ann") -> Optional[DialogueStateTracker]:
    return asyncio.run(store.retrieve(sender))


def rows(store: ConversationStore, sender: str = "ann") -> list[dict[str, Any]]:
    """All events of the database, in order."""
    with sqlite3.connect(store.engine.url.database) as connection:
        found = connection.execute("SELECT data FROM events WHERE sender_id = ? ORDER BY id", (sender,)).fetchall()
    connection.close()
    return [json.loads(data) for (data,) in found]


def texts(tracker: Optional[DialogueStateTracker]) -> list[str]:
    assert tracker is not None
    return [event.text or "" for event in tracker.events if isinstance(event, UserUttered)]


def test_unknown_conversation_is_none(open_store: Open) -> None:
    assert read(open_store()) is None


def test_what_is_read_after_a_restart_equals_what_was_written(open_store: Open) -> None:
    store = open_store()
    for number in range(5):
        written = take(store, turn(number, SlotSet("profile", {"age": 40 + number})))
    found = read(open_store())
    assert found is not None
    assert [event.as_dict() for event in found.events] == [event.as_dict() for event in written.events]
    assert found.current_slot_values() == written.current_slot_values()
    assert found.latest_action_name == written.latest_action_name
    assert found.get_latest_input_channel() == "rest"


def test_every_event_is_written_once_and_in_order(open_store: Open) -> None:
    store = open_store()
    for number in range(120):
        if number % 40 == 17:
            store = open_store()
        take(store, turn(number))
    kept = [event["text"] for event in rows(store) if event["event"] == "user"]
    assert kept == [f"message {number}" for number in range(120)]
    assert [event["text"] for event in rows(store) if event["event"] == "bot"] == [f"answer {n}" for n in range(120)]


def test_a_restart_reads_a_window_only(open_store: Open) -> None:
    store = open_store()
    for number in range(200):
        take(store, turn(number))
    found = read(open_store())
    assert found is not None
    assert len(found.events) <= WINDOW
    assert texts(found)[-1] == "message 199"


@pytest.mark.parametrize(
    "settings",
    [{}, {"in_memory": 0}, {"in_memory": 1}],
    ids=["in memory", "read anew at every turn", "pushed out of memory"],
)
def test_a_slot_set_once_is_remembered_for_hundreds_of_turns(open_store: Open, settings: dict[str, int]) -> None:
    store = open_store(**settings)
    held = {"held": "RF-CES", "plan": []}
    take(store, turn(0, SlotSet("triage", held)))
    for number in range(1, 300):
        take(store, turn(number, SlotSet("profile", {"seen": number})))
        if settings.get("in_memory") == 1:
            take(store, turn(number), sender="bob")
        if number % 50 == 0:
            found = read(open_store())
            assert found is not None
            assert found.get_slot("triage") == held
            assert found.get_slot("profile") == {"seen": number}


@pytest.mark.parametrize("fillers", range(CHECKPOINT // 4 + 8))
def test_a_slot_survives_whatever_the_distance_to_the_last_checkpoint(open_store: Open, fillers: int) -> None:
    store = open_store()
    for number in range(fillers):
        take(store, turn(number))
    take(store, turn(100, SlotSet("triage", "held")))
    for number in range(40):
        take(open_store(), turn(number))
    found = read(open_store())
    assert found is not None
    assert found.get_slot("triage") == "held"


def test_a_slot_that_was_emptied_stays_empty(open_store: Open) -> None:
    store = open_store()
    take(store, turn(0, SlotSet("pending", {"about": "meaning"})))
    for number in range(20):
        take(store, turn(number))
    take(store, turn(20, SlotSet("pending", None)))
    for number in range(21, 60):
        take(open_store(), turn(number))
        found = read(open_store())
        assert found is not None
        assert found.get_slot("pending") is None


def test_a_conversation_in_memory_is_not_read_again(open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store()
    take(store, turn(0))
    reads: list[str] = []
    monkeypatch.setattr(store, "_read", lambda sender: reads.append(sender))
    take(store, turn(1))
    assert not reads
    assert [event["text"] for event in rows(store) if event["event"] == "user"] == ["message 0", "message 1"]


def test_memory_holds_no_more_conversations_than_it_may(open_store: Open) -> None:
    store = open_store(in_memory=3)
    for number in range(10):
        take(store, turn(number), sender=f"user {number}")
    assert list(store._recent) == ["user 7", "user 8", "user 9"]
    assert texts(read(store, "user 0")) == ["message 0"]


def test_a_conversation_in_memory_is_trimmed(open_store: Open) -> None:
    store = open_store()
    take(store, turn(0, SlotSet("triage", "held")))
    for number in range(1, 200):
        take(store, turn(number))
        kept = store._recent["ann"]
        assert len(kept.events) < WINDOW * 3 // 2
        assert kept.get_slot("triage") == "held"
        assert kept.latest_action_name == ACTION_LISTEN_NAME


def test_a_turn_that_fails_leaves_nothing_behind(open_store: Open) -> None:
    store = open_store()
    take(store, turn(0))
    broken = read(store)
    assert broken is not None
    broken.update_with_events([*turn(1)[:2], SlotSet("triage", "half done")], DOMAIN)
    again = read(store)
    assert texts(again) == ["message 0"]
    assert again is not None
    assert again.get_slot("triage") is None


def test_asking_to_be_forgotten_deletes_everything(open_store: Open) -> None:
    store = open_store()
    take(store, turn(0, SlotSet("profile", {"conditions": ["pregnancy"]})))
    take(store, turn(0), sender="bob")
    forgotten = turn(1)
    forgotten[1] = ActionExecuted(FORGET, "RulePolicy", 1.0)
    take(store, forgotten)
    assert rows(store) == []
    assert read(store) is None
    assert len(rows(store, "bob")) == len(turn(0)) + 1  # and action_listen, with which a conversation begins
    later = take(store, turn(2))
    assert later.get_slot("profile") is None


def test_a_forgotten_conversation_is_not_deleted_again_by_its_next_turn(open_store: Open) -> None:
    store = open_store()
    forgotten = turn(0)
    forgotten[1] = ActionExecuted(FORGET, "RulePolicy", 1.0)
    take(store, forgotten)
    take(store, turn(1))
    take(store, turn(2))
    assert [event["text"] for event in rows(store) if event["event"] == "user"] == ["message 1", "message 2"]


def test_a_new_session_begins_with_what_it_carries_over(open_store: Open) -> None:
    store = open_store()
    take(store, turn(0, SlotSet("profile", {"age": 40})))
    session = [ActionExecuted("action_session_start"), SessionStarted(), SlotSet("profile", {"age": 40})]
    take(store, [*session, ActionExecuted(ACTION_LISTEN_NAME), *turn(1)])
    found = read(open_store())
    assert texts(found) == ["message 1"]
    assert found is not None
    assert found.get_slot("profile") == {"age": 40}
    assert len([event for event in rows(store) if event["event"] == "user"]) == 2


def test_two_servers_see_each_others_turns_without_memory(open_store: Open) -> None:
    one, two = open_store(in_memory=0), open_store(in_memory=0)
    take(one, turn(0, SlotSet("profile", {"age": 40})))
    take(two, turn(1))
    found = read(one)
    assert texts(found) == ["message 0", "message 1"]
    assert found is not None
    assert found.get_slot("profile") == {"age": 40}


def test_a_tracker_made_elsewhere_is_stored_whole(open_store: Open) -> None:
    store = open_store()
    tracker = DialogueStateTracker.from_events("ann", turn(0), DOMAIN.slots)
    asyncio.run(store.save(tracker))
    assert [event["event"] for event in rows(store)] == [event.as_dict()["event"] for event in turn(0)]


def test_sqlite_writes_ahead_and_waits_for_others(open_store: Open) -> None:
    store = open_store()
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
