"""The web channel mounted again with other settings, in the same real bot: one server for all tests."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Awaitable, Callable

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Blueprint

from components.web import WebChannel

#: What signs the tokens of the tests.
KEY = "a key for tests only, 32 bytes long or more"


class Embedded(WebChannel):
    """For other sites."""


class Tokens(WebChannel):
    """With tokens."""


class Limited(WebChannel):
    """With narrow limits."""


class Proxied(WebChannel):
    """Behind a proxy."""


class Scripted(WebChannel):
    """Says what the user's message holds as JSON: a list of bot messages; ``{"sleep": seconds}`` waits,
    ``{"fail": true}`` breaks."""

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        async def act(message: UserMessage) -> None:
            said = json.loads(message.text or "")
            for one in said:
                if "sleep" in one:
                    await asyncio.sleep(one["sleep"])
                elif "fail" in one:
                    raise ValueError(message.text)
                else:
                    await message.output_channel.send_response(message.sender_id, dict(one))
            # As Rasa does at the end of a turn.
            assert self._hub
            store = self._hub._store()
            tracker = await store.get_or_create_tracker(message.sender_id)
            tracker.update(UserUttered(message.text, input_channel="web", message_id=message.message_id))
            for one in said:
                tracker.update(BotUttered(one.get("text"), {key: one[key] for key in one if key != "text"}))
            await store.save(tracker)

        return super().blueprint(act)


def channels(site: str) -> dict[str, Any]:
    """``credentials.yml`` for the tests; ``site`` is the origin of a clinic's page."""
    here = "tests.channels.web.variants"
    return {
        "components.rest.RestChannel": None,
        "components.web.WebChannel": None,
        f"{here}.Embedded": {"path": "embedded", "root": False, "allowed_origins": [site]},
        f"{here}.Tokens": {"path": "tokens", "root": False, "jwt_key": KEY},
        f"{here}.Limited": {
            "path": "limited",
            "root": False,
            "max_chars": 50,
            "socket_rate": {"messages": 3, "seconds": 2},
            "address_rate": {"messages": 7, "seconds": 20},
            "address_sockets": 2,
            "trusted_proxies": ["127.0.0.1/32"],
        },
        f"{here}.Proxied": {"path": "proxied", "root": False, "trusted_proxies": ["127.0.0.1/32"]},
        f"{here}.Scripted": {
            "path": "scripted",
            "root": False,
            "max_chars": 4000,
            "socket_rate": {"messages": 99, "seconds": 1},
            "allowed_origins": [site],
        },
    }
