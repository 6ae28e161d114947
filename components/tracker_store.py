"""Conversations in SQL, as Rasa stores them, at a cost that does not grow with the conversation; and deleting one for
good.

Rasa's own SQL store reads and decodes the whole session before each turn and counts it again after it. Here a turn
reads the latest events only, and none at all while the conversation is still in memory. What a conversation remembers
lies in slots; their values are written down again every ``CHECKPOINT`` events, so that the latest events always hold
them.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, Callable, Iterable, Optional

import sqlalchemy as sa
import sqlalchemy.event
import sqlalchemy.orm
import sqlalchemy.pool
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

#: The action after which a conversation is deleted.
FORGET = "action_forget"
#: Called with the sender's id when a conversation was deleted: by whoever keeps more about it.
on_forget: list[Callable[[str], None]] = []
#: Events that a turn sees: some eight turns, more than any rule or story of ours looks back.
WINDOW = 64
#: Events after which the slots are written again. Far below WINDOW, so that a window holds them whatever happens in it.
CHECKPOINT = 24
#: Conversations kept in memory, least recently used dropped first: some 0.1 MB each.
IN_MEMORY = 64
#: Milliseconds that SQLite waits for another process before it gives up.
BUSY_LIMIT = 10_000


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store that reads little and can forget.

    It belongs to one server: two servers on one database need ``in_memory: 0`` in ``endpoints.yml``.
    """

    def __init__(self, domain: Optional[Domain] = None, in_memory: int = IN_MEMORY, **kwargs: Any) -> None:
        super().__init__(domain=domain, **kwargs)
        self._limit = in_memory
        self._recent: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        if self.engine.dialect.name == "sqlite" and self.engine.url.database:
            # Kept open: SQLAlchemy opens a SQLite file anew for each transaction otherwise.
            self.engine = sa.create_engine(
                self.engine.url, poolclass=sa.pool.QueuePool, connect_args={"check_same_thread": False}
            )
            sa.event.listen(self.engine, "connect", _tune_sqlite)
            self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything of a conversation is stored. Rasa's own answer reads the ids of all conversations."""
        with self.session_scope() as session:
            query = session.query(self.SQLEvent.id).filter(self.SQLEvent.sender_id == conversation_id)
            return query.first() is not None

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation with its latest events, or None if there is none."""
        # Taken out, and put back by ``save``: a turn that fails midway leaves nothing half done in memory.
        tracker = self._recent.pop(sender_id, None)
        if tracker is not None:
            return tracker
        return self._read(sender_id)

    def _read(self, sender_id: str) -> Optional[DialogueStateTracker]:
        if self.domain is None:
            return None
        with self.session_scope() as session:
            latest = (
                session.query(self.SQLEvent.data)
                .filter(self.SQLEvent.sender_id == sender_id)
                .order_by(self.SQLEvent.id.desc())
                .limit(WINDOW)
                .all()
            )
        if not latest:
            return None
        events = [json.loads(data) for (data,) in reversed(latest)]
        starts = [number for number, event in enumerate(events) if event["event"] == SessionStarted.type_name]
        # As Rasa does: of the latest session only, which begins with the slots of the one before.
        events = events[starts[-1] :] if starts else events
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        _mark(tracker, len(tracker.events), _age_of_slots(tracker))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Adds the events that are new. A turn in which the user asked to be forgotten ends with the deletion
        instead."""
        sender_id = tracker.sender_id
        if _forgets(tracker):
            await self.delete(sender_id)
            return
        await self.stream_events(tracker)
        stored = getattr(tracker, "stored_events", None)
        if stored is None:
            with self.session_scope() as session:
                stored = self._count(session, sender_id)
            # Read and saved by other means than ours: what the database holds is not ours to guess.
            stored = min(stored, len(tracker.events))
        events: list[Event] = list(tracker.events)[stored:]
        since = getattr(tracker, "since_checkpoint", 0) + len(events)
        if since >= CHECKPOINT:
            slots = [SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.value is not None]
            tracker.update_with_events(slots, self.domain)
            events += slots
            since = 0
        self._write(sender_id, events)
        _mark(tracker, len(tracker.events), since)
        if self._limit:
            self._recent[sender_id] = self._trimmed(tracker)
            while len(self._recent) > self._limit:
                self._recent.popitem(last=False)

    def _trimmed(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The tracker itself, or one with its latest events once it has grown to half as much again as a window."""
        if len(tracker.events) < WINDOW * 3 // 2:
            return tracker
        short = tracker.init_copy()
        for event in list(tracker.events)[-WINDOW:]:
            short.update(event)
        _mark(short, len(short.events), tracker.since_checkpoint)  # type: ignore[attr-defined]
        return short

    def _count(self, session: Any, sender_id: str) -> int:
        return int(session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id).count())

    def _write(self, sender_id: str, events: Iterable[Event]) -> None:
        rows = []
        for event in events:
            data = event.as_dict()
            rows.append(
                {
                    "sender_id": sender_id,
                    "type_name": event.type_name,
                    "timestamp": data.get("timestamp"),
                    "intent_name": ((data.get("parse_data") or {}).get("intent") or {}).get("name"),
                    "action_name": data.get("name"),
                    "data": json.dumps(data),
                }
            )
        if not rows:
            return
        with self.session_scope() as session:
            session.execute(sa.insert(self.SQLEvent), rows)
            session.commit()

    async def delete(self, sender_id: str) -> None:
        """Deletes every event of a conversation."""
        self._recent.pop(sender_id, None)
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id).delete()
            session.commit()
        for tell in on_forget:
            tell(sender_id)


def _forgets(tracker: DialogueStateTracker) -> bool:
    """Whether the latest turn asked to be forgotten."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, ActionExecuted) and event.action_name == FORGET:
            return True
    return False


def _mark(tracker: DialogueStateTracker, stored: int, since_checkpoint: int) -> None:
    """Notes how many of the tracker's events the database holds, and how many came after the slots were written."""
    tracker.stored_events = stored  # type: ignore[attr-defined]
    tracker.since_checkpoint = since_checkpoint  # type: ignore[attr-defined]


def _age_of_slots(tracker: DialogueStateTracker) -> int:
    """How many events ago the slot was set that was not set again for longest: it is the first to leave the window."""
    oldest = 0
    waiting = {slot.name for slot in tracker.slots.values() if slot.value is not None}
    for age, event in enumerate(reversed(tracker.events), 1):
        if isinstance(event, SlotSet) and event.key in waiting:
            waiting.remove(event.key)
            oldest = age
    return oldest


def _tune_sqlite(connection: Any, _: Any) -> None:
    """A write-ahead log: writers do not hold up readers, and a commit is one append. A killed server loses nothing of
    it."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_LIMIT}")
    cursor.close()
