"""REST under more than it can do: some are told to come back, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput

from backtalk.phrases import phrases
from components import rest

LIMIT = 5
Handler = Callable[[UserMessage], Awaitable[Any]]


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], Handler]:
    """What the channel puts before a bot, with a low limit."""
    monkeypatch.setattr(rest, "WAITING", LIMIT)
    monkeypatch.setattr(RestInput, "blueprint", lambda self, on_new_message: on_new_message)
    return lambda bot: rest.RestChannel().blueprint(bot)  # type: ignore[arg-type, return-value]


def said(message: UserMessage) -> list[str]:
    assert isinstance(message.output_channel, CollectingOutputChannel)
    return [one["text"] for one in message.output_channel.messages]


def crowd(count: int) -> list[UserMessage]:
    return [UserMessage("hi", CollectingOutputChannel(), f"user-{number}") for number in range(count)]


async def answer(message: UserMessage) -> None:
    assert message.output_channel is not None
    await message.output_channel.send_text_message(message.sender_id, f"to {message.sender_id}")


def test_what_is_above_the_limit_is_told_to_come_back(limited: Callable[[Handler], Handler]) -> None:
    async def run() -> tuple[list[UserMessage], UserMessage]:
        release = asyncio.Event()

        async def bot(message: UserMessage) -> None:
            await release.wait()
            await answer(message)

        handle = limited(bot)
        messages = crowd(LIMIT + 7)
        running = [asyncio.create_task(handle(message)) for message in messages]
        await asyncio.sleep(0)
        assert [bool(said(message)) for message in messages] == [False] * LIMIT + [True] * 7
        release.set()
        await asyncio.gather(*running)
        later = UserMessage("hi", CollectingOutputChannel(), "later")
        await handle(later)
        return messages, later

    messages, later = asyncio.run(run())
    busy = [[phrases().say("busy")]] * 7
    assert [said(message) for message in messages] == [[f"to user-{number}"] for number in range(LIMIT)] + busy
    assert said(later) == ["to later"]


def test_a_message_that_fails_makes_room_for_the_next(limited: Callable[[Handler], Handler]) -> None:
    async def bot(message: UserMessage) -> None:
        if message.text == "fail":
            raise RuntimeError
        await answer(message)

    async def run() -> list[str]:
        handle = limited(bot)
        for _ in range(LIMIT * 3):
            with pytest.raises(RuntimeError):
                await handle(UserMessage("fail", CollectingOutputChannel(), "ann"))
        last = UserMessage("hi", CollectingOutputChannel(), "ann")
        await handle(last)
        return said(last)

    assert asyncio.run(run()) == ["to ann"]


def test_the_busy_answer_says_what_to_do_in_an_emergency() -> None:
    assert "emergency number" in phrases().say("busy")
