"""The plays of tests/conversations, held in Telegram: the same answers, memory and alerts as over REST."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Optional

from tests.channels.telegram.fake import Call
from tests.channels.telegram.running import Bot
from tests.conversations.play import Play, load

FOLDER = Path(__file__).resolve().parents[2] / "conversations"
#: Plays held at a time.
BESIDE = 10
_CHATS = itertools.count(9_000_001)


def plays() -> list[Play]:
    """Those that Telegram can hold: no empty messages, no typed intents; the action server has tests of its own."""
    found = [load(path) for path in sorted(FOLDER.glob("*.yml"))]
    return [
        play
        for play in found
        if all(step.press or (step.user and step.user.strip() and not step.user.startswith("/")) for step in play.steps)
    ]


def hold(bot: Bot, play: Play) -> Optional[str]:
    """What differs between Telegram and REST, if anything does."""
    chat = next(_CHATS)
    latest: list[Call] = []
    for number, step in enumerate(play.steps, 1):
        said = step.press or (step.user or "") * step.times
        over_rest = bot.rest(f"play-{chat}", said)
        expected = [one for one in over_rest if "text" in one]
        cards = [one["custom"] for one in over_rest if "custom" in one]
        before = len(bot.fake.sent(chat))
        if step.press is not None:
            asked = next(call for call in latest if step.press in titles_of(call))
            bot.fake.press(asked, step.press)
        else:
            bot.fake.write(chat, said)
        latest = bot.fake.answers(chat, len(expected), before, limit=60)[: len(expected)]
        shown = [call.text.split() for call in latest]
        wanted = [one["text"].split() for one in expected]
        # Labels too long for a button are written out below the question.
        if [one[: len(two)] for one, two in zip(shown, wanted)] != wanted:
            return f"{play.name}, step {number}: {shown} instead of {wanted}"
        titles = [[button["title"] for button in one.get("buttons", [])] for one in expected]
        if [titles_of(call) for call in latest] != titles:
            return f"{play.name}, step {number}: other buttons"
        alerts = [card for card in cards if card.get("type") == "alert"]
        if alerts and not alerts[0].get("repeat") and not latest[0].params["text"].startswith("<b>"):
            return f"{play.name}, step {number}: an alert that does not look like one"
    return None


def titles_of(call: Call) -> list[str]:
    """The labels of a message's buttons."""
    return [key["text"] for row in call.keys for key in row]


def test_every_play_goes_in_telegram_as_it_does_over_rest(bot: Bot) -> None:
    chosen = plays()
    assert len(chosen) >= 50
    with ThreadPoolExecutor(BESIDE) as pool:
        wrong = [one for one in pool.map(lambda play: hold(bot, play), chosen) if one]
    assert not wrong, "\n".join(wrong)
