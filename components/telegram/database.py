"""What must outlive a crash: updates that wait for their turn, messages to be sent, buttons that can be pressed.

Nothing stays longer than it is needed: an update's words go when it is answered, a message's when it is sent, a
button's with the next turn. What remains is a number and a checksum of each update, so that none is answered twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

#: Telegram keeps an update for a day at most; checksums are kept longer, to be safe. Seconds.
KEEP_SEEN = 7 * 86400.0
#: Numbers that SQLite can hold.
INT64 = range(-(2**63), 2**63)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS inbox (
    bot TEXT NOT NULL, update_id INTEGER NOT NULL, digest TEXT NOT NULL, chat INTEGER, body TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, received REAL NOT NULL, PRIMARY KEY (bot, update_id, digest));
CREATE INDEX IF NOT EXISTS inbox_waiting ON inbox (bot, chat, update_id) WHERE body IS NOT NULL;
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bot TEXT NOT NULL, chat INTEGER NOT NULL, urgent INTEGER NOT NULL,
    sending INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (bot, chat, urgent DESC, id);
CREATE TABLE IF NOT EXISTS keyboards (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bot TEXT NOT NULL, chat INTEGER NOT NULL, html TEXT NOT NULL,
    options TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chats (
    bot TEXT NOT NULL, chat INTEGER NOT NULL, message INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (bot, chat));
"""


class InUse(RuntimeError):
    """Another process works with the same database."""


@dataclass(frozen=True)
class Waiting:
    """An update that waits for its turn. ``attempts``: turns begun for it that the end of the process cut short."""

    update_id: int
    digest: str
    body: dict[str, Any]
    attempts: int


@dataclass(frozen=True)
class Outgoing:
    """A message that waits to be sent. ``sending``: it was on its way when the process ended."""

    id: int
    body: dict[str, Any]
    sending: bool


@dataclass(frozen=True)
class Keyboard:
    """The buttons of one message: its text as HTML, and a title and payload each."""

    id: int
    html: str
    options: list[tuple[str, str]]


def digest(value: Any) -> str:
    """A short checksum of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


class Database:
    """One bot's rows in a SQLite file.

    Args:
        path: of the file; made, readable by its owner only, if it is not there.
        bot: whose rows.

    Raises:
        InUse: another process holds it.
        sqlite3.Error, OSError: it cannot be opened.
    """

    def __init__(self, path: str, bot: str) -> None:
        self._bot = bot
        # Two pollers on one database would answer the same waiting rows twice.
        self._lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path, isolation_level=None, timeout=5)
            # WAL with NORMAL survives the death of the process without a disk sync for every message. What is deleted
            # is overwritten, not just marked.
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_SCHEMA)
            self._db.execute("DELETE FROM inbox WHERE body IS NULL AND received < ?", (time.time() - KEEP_SEEN,))
        except BlockingIOError:
            os.close(self._lock)
            raise InUse(f"{Path(path).name} is in use by another Backtalk") from None
        except BaseException:
            os.close(self._lock)
            raise

    def close(self) -> None:
        """Gives the file free."""
        self._db.close()
        os.close(self._lock)

    @contextmanager
    def together(self) -> Iterator[None]:
        """All or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- updates

    def receive(self, update_id: int, chat: Optional[int], update: dict[str, Any], keep: bool) -> bool:
        """Takes in an update; False if it is here already.

        Args:
            keep: it has to be worked on. Otherwise only its number is noted.
        """
        kept = (chat, json.dumps(update)) if keep else (None, None)
        done = self._db.execute(
            "INSERT OR IGNORE INTO inbox (bot, update_id, digest, chat, body, received) VALUES (?, ?, ?, ?, ?, ?)",
            (self._bot, update_id, digest(update), *kept, time.time()),
        )
        return done.rowcount == 1

    def known(self, update_id: int, update: dict[str, Any]) -> bool:
        """Whether the update was received before."""
        found = self._db.execute(
            "SELECT 1 FROM inbox WHERE bot = ? AND update_id = ? AND digest = ?", (self._bot, update_id, digest(update))
        )
        return found.fetchone() is not None

    def next_update(self, chat: int) -> Optional[Waiting]:
        """The chat's oldest update that waits."""
        row = self._db.execute(
            "SELECT update_id, digest, body, attempts FROM inbox WHERE bot = ? AND chat = ? AND body IS NOT NULL"
            " ORDER BY update_id LIMIT 1",
            (self._bot, chat),
        ).fetchone()
        return Waiting(row[0], row[1], json.loads(row[2]), row[3]) if row else None

    def begin(self, update: Waiting) -> None:
        """Its turn begins."""
        self._db.execute(
            "UPDATE inbox SET attempts = attempts + 1 WHERE bot = ? AND update_id = ? AND digest = ?",
            (self._bot, update.update_id, update.digest),
        )

    def finish(self, update: Waiting) -> None:
        """It is dealt with: only the number and the checksum stay."""
        self._db.execute(
            "UPDATE inbox SET body = NULL, chat = NULL WHERE bot = ? AND update_id = ? AND digest = ?",
            (self._bot, update.update_id, update.digest),
        )

    def chats_waiting(self) -> set[int]:
        """Chats with an update that waits."""
        rows = self._db.execute("SELECT DISTINCT chat FROM inbox WHERE bot = ? AND body IS NOT NULL", (self._bot,))
        return {row[0] for row in rows}

    def latest(self, chat: int) -> Optional[tuple[int, str]]:
        """The chat's latest message from the user: its id and the checksum of its words."""
        row = self._db.execute(
            "SELECT message, digest FROM chats WHERE bot = ? AND chat = ?", (self._bot, chat)
        ).fetchone()
        return (row[0], row[1]) if row else None

    def note_latest(self, chat: int, message: int, words: str) -> None:
        """Remembers the latest message."""
        self._db.execute("INSERT OR REPLACE INTO chats VALUES (?, ?, ?, ?)", (self._bot, chat, message, digest(words)))

    # --- messages

    def put(self, chat: int, body: dict[str, Any], urgent: bool = False) -> None:
        """A message to be sent."""
        self._db.execute(
            "INSERT INTO outbox (bot, chat, urgent, body) VALUES (?, ?, ?, ?)",
            (self._bot, chat, int(urgent), json.dumps(body)),
        )

    def next_message(self, chat: int) -> Optional[Outgoing]:
        """What the chat gets next."""
        row = self._db.execute(
            "SELECT id, body, sending FROM outbox WHERE bot = ? AND chat = ? ORDER BY urgent DESC, id LIMIT 1",
            (self._bot, chat),
        ).fetchone()
        return Outgoing(row[0], json.loads(row[1]), bool(row[2])) if row else None

    def mark(self, message: int, sending: bool) -> None:
        """It goes out now, or it did not."""
        self._db.execute("UPDATE outbox SET sending = ? WHERE id = ?", (int(sending), message))

    def replace(self, message: int, body: dict[str, Any]) -> None:
        """It shall be sent in another form."""
        self._db.execute("UPDATE outbox SET body = ?, sending = 0 WHERE id = ?", (json.dumps(body), message))

    def drop(self, message: int) -> None:
        """It was sent, or cannot be."""
        self._db.execute("DELETE FROM outbox WHERE id = ?", (message,))

    def drop_chat(self, chat: int) -> int:
        """Nothing more can be sent to the chat. Returns how many messages waited."""
        return self._db.execute("DELETE FROM outbox WHERE bot = ? AND chat = ?", (self._bot, chat)).rowcount

    def move_chat(self, chat: int, to: int) -> None:
        """The chat has another id now."""
        for table in ("outbox", "keyboards"):
            self._db.execute(f"UPDATE {table} SET chat = ? WHERE bot = ? AND chat = ?", (to, self._bot, chat))

    def chats_to_send(self) -> set[int]:
        """Chats with a message that waits."""
        return {row[0] for row in self._db.execute("SELECT DISTINCT chat FROM outbox WHERE bot = ?", (self._bot,))}

    # --- buttons

    def add_keyboard(self, chat: int, html: str, options: Sequence[tuple[str, str]]) -> int:
        """Remembers buttons; returns a number that is never used again."""
        done = self._db.execute(
            "INSERT INTO keyboards (bot, chat, html, options) VALUES (?, ?, ?, ?)",
            (self._bot, chat, html, json.dumps(list(options))),
        )
        return int(done.lastrowid or 0)

    def keyboard(self, chat: int, number: int) -> Optional[Keyboard]:
        """The chat's buttons, as long as they count."""
        row = self._db.execute(
            "SELECT html, options FROM keyboards WHERE bot = ? AND chat = ? AND id = ?", (self._bot, chat, number)
        ).fetchone()
        return Keyboard(number, row[0], [(title, payload) for title, payload in json.loads(row[1])]) if row else None

    def close_keyboards(self, chat: int) -> None:
        """The chat's buttons count no more."""
        self._db.execute("DELETE FROM keyboards WHERE bot = ? AND chat = ?", (self._bot, chat))

    # --- forgetting

    def forget(self, chat: int) -> None:
        """Deletes all of a chat but the updates that still wait for their turn. Within a transaction."""
        for table in ("outbox", "keyboards", "chats"):
            self._db.execute(f"DELETE FROM {table} WHERE bot = ? AND chat = ?", (self._bot, chat))

    def wipe(self) -> None:
        """Takes what was deleted out of the write-ahead log too."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
