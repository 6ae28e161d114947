"""Conversations are kept in SQL, and forgotten for good when asked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Iterator

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered

from components.tracker_store import FORGET, ConversationStore
from tests.components.trackers import tracker


@pytest.fixture
def kept(tmp_path: Path, domain: Domain) -> Iterator[ConversationStore]:
    found = ConversationStore(domain, dialect="sqlite", db=str(tmp_path / "talks.db"))
    yield found
    found.engine.dispose()


def texts(found: ConversationStore, sender: str = "test") -> list[str]:
    talk = asyncio.run(found.retrieve(sender))
    return [event.text for event in talk.events if isinstance(event, UserUttered)] if talk else []


def test_a_conversation_is_kept(kept: ConversationStore, domain: Domain) -> None:
    asyncio.run(kept.save(tracker(domain, UserUttered("my back hurts"), ActionExecuted("action_advise"))))
    assert texts(kept) == ["my back hurts"]


def test_forget_me_deletes_all_of_it(kept: ConversationStore, domain: Domain) -> None:
    talk = tracker(domain, UserUttered("my back hurts"), ActionExecuted("action_advise"))
    asyncio.run(kept.save(talk))
    talk.update(UserUttered("forget me"))
    talk.update(ActionExecuted(FORGET))
    talk.update(ActionExecuted("action_listen"))
    asyncio.run(kept.save(talk))
    assert texts(kept) == []


def test_others_are_not_forgotten_with_it(kept: ConversationStore, domain: Domain) -> None:
    other = tracker(domain, UserUttered("hello"))
    other.sender_id = "other"
    asyncio.run(kept.save(other))
    asyncio.run(kept.save(tracker(domain, UserUttered("forget me"), ActionExecuted(FORGET))))
    assert texts(kept, "other") == ["hello"]


def test_after_forgetting_a_new_conversation_is_kept(kept: ConversationStore, domain: Domain) -> None:
    asyncio.run(kept.save(tracker(domain, UserUttered("forget me"), ActionExecuted(FORGET))))
    asyncio.run(kept.save(tracker(domain, UserUttered("it is me again"))))
    assert texts(kept) == ["it is me again"]
