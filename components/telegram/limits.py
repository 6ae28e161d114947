"""How fast the bot may send, and how fast a chat may write."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from typing import Deque

#: Telegram's FAQ for bots: no more than one message a second in a chat, no more than about 30 a second in all. Seconds,
#: a little longer than that: what leaves here a second apart may arrive closer together.
CHAT_GAP = 1.05
TOTAL = 30
TOTAL_SPAN = 1.2
#: More messages than this from one chat within FLOOD_SPAN seconds are a flood: no hand types that fast, and forwarding
#: a few messages at once stays below it.
FLOOD_LIMIT = 15
FLOOD_SPAN = 10.0
#: Chats whose latest times are kept in memory.
KEEP = 10_000


class Pace:
    """Says when the next message may go out."""

    def __init__(self, gap: float = CHAT_GAP, total: int = TOTAL, span: float = TOTAL_SPAN) -> None:
        self._gap, self._span = gap, span
        self._next: "OrderedDict[int, float]" = OrderedDict()
        self._sent: Deque[float] = deque(maxlen=total)

    def delay(self, chat: int, now: float) -> float:
        """Seconds until a message to the chat may go out; 0 or less: now."""
        wait = self._next.get(chat, now) - now
        if len(self._sent) == self._sent.maxlen:
            wait = max(wait, self._sent[0] + self._span - now)
        return wait

    def note(self, chat: int, now: float) -> None:
        """A message goes out now."""
        self._sent.append(now)
        self.hold(chat, now + self._gap)

    def hold(self, chat: int, until: float) -> None:
        """Nothing goes to the chat before this time of the monotonic clock."""
        self._next[chat] = max(self._next.pop(chat, 0.0), until)
        if len(self._next) > KEEP:
            self._next.popitem(last=False)

    async def turn(self, chat: int) -> None:
        """Waits until a message to the chat may go out, and counts it."""
        while True:
            wait = self.delay(chat, time.monotonic())
            if wait <= 0:
                self.note(chat, time.monotonic())
                return
            await asyncio.sleep(wait)


class Floods:
    """Counts messages by chat. Two clocks must agree: what was written over hours and comes at once is no flood."""

    def __init__(self, limit: int = FLOOD_LIMIT, span: float = FLOOD_SPAN) -> None:
        self._limit, self._span = limit, span
        self._times: "OrderedDict[int, Deque[tuple[float, float]]]" = OrderedDict()
        self._told: set[int] = set()

    def count(self, chat: int, now: float, written: float) -> tuple[bool, bool]:
        """Counts a message.

        Args:
            now: when it came, in seconds. written: when it was written, in seconds, by Telegram's clock.

        Returns:
            Whether it is part of a flood, and whether the chat has yet to be told so.
        """
        times = self._times.pop(chat, None) or deque(maxlen=self._limit)
        self._times[chat] = times
        if len(self._times) > KEEP:
            self._told.discard(self._times.popitem(last=False)[0])
        full = len(times) == self._limit
        flood = full and now - times[0][0] < self._span and abs(written - times[0][1]) < self._span
        times.append((now, written))
        if not flood:
            if len(times) == 1 or now - times[-2][0] >= self._span:
                self._told.discard(chat)
            return False, False
        first = chat not in self._told
        self._told.add(chat)
        return True, first
