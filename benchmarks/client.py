"""Users: conversations over REST, one message after the other, on connections that stay open."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Sequence

import aiohttp

#: Seconds that one answer may take.
ANSWER_LIMIT = 120


@dataclass(frozen=True)
class Turn:
    """One message and its answer.

    Attributes:
        kind: what the message is, as the script names it. seconds: until the whole answer was there.
    """

    sender: str
    kind: str
    text: str
    answer: list[dict[str, Any]]
    seconds: float

    @property
    def heard(self) -> list[str]:
        """The words of the answer."""
        return [str(message["text"]) for message in self.answer if message.get("text")]


#: Kind and text of each message of a conversation.
Script = Sequence[tuple[str, str]]


async def say(session: aiohttp.ClientSession, url: str, sender: str, kind: str, text: str) -> Turn:
    """One message.

    Raises:
        aiohttp.ClientError: the server did not answer, or not with 200.
    """
    started = time.perf_counter()
    async with session.post(url, json={"sender": sender, "message": text}) as response:
        response.raise_for_status()
        answer = await response.json()
    return Turn(sender, kind, text, answer, time.perf_counter() - started)


def session(clients: int) -> aiohttp.ClientSession:
    """For that many users at once."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=clients), timeout=aiohttp.ClientTimeout(total=ANSWER_LIMIT)
    )


async def talk(url: str, script: Script, conversations: int, clients: int, tag: str) -> tuple[list[Turn], float]:
    """Holds conversations, ``clients`` of them at a time.

    Returns:
        Every turn, and the seconds that all of it took.
    """
    waiting = [f"{tag}-{number}" for number in range(conversations)]
    turns: list[Turn] = []

    async def user(http: aiohttp.ClientSession) -> None:
        while waiting:
            sender = waiting.pop()
            for kind, text in script:
                turns.append(await say(http, url, sender, kind, text))

    async with session(clients) as http:
        started = time.perf_counter()
        await asyncio.gather(*(user(http) for _ in range(clients)))
        return turns, time.perf_counter() - started


def strangers(turns: Sequence[Turn]) -> list[Turn]:
    """Turns with a message meant for another conversation."""
    return [turn for turn in turns if any(one.get("recipient_id") != turn.sender for one in turn.answer)]


def silent(turns: Sequence[Turn]) -> list[Turn]:
    """Turns that nothing was said in."""
    return [turn for turn in turns if not turn.heard]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share (0 to 1) of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
