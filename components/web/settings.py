"""What an operator can set for the web channel, in ``credentials.yml``."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Optional, Union

from pydantic import Field, ValidationError, validator
from rasa.shared.exceptions import RasaException

from backtalk.vocabulary import Strict, reasons

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")


class Rate(Strict):
    """So many messages in so many seconds, saved up to that number while nobody writes."""

    messages: int = Field(gt=0)
    seconds: float = Field(gt=0)


class Settings(Strict):
    """The settings of one mounted web channel; every default runs as it stands.

    Attributes:
        path: where it is mounted, below ``/webhooks/``.
        root: whether browsers that open ``/`` get the chat page.
        allowed_origins: other sites that may embed the widget, such as ``https://clinic.example``.
        trusted_proxies: addresses or networks whose ``X-Forwarded-*`` headers are believed.
        max_chars: longest message, in characters.
        socket_rate, address_rate: how fast one connection, and all connections of one address, may write.
        address_sockets: how many connections one address may hold at a time.
        jwt_key, jwt_method: if a key is set, nobody connects without a token signed with it.
        jwt_claim: the claim that says who it is; a conversation belongs to its value.
    """

    path: str = Field("web", regex=r"^[a-z0-9_-]+$")
    root: bool = True
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    max_chars: int = Field(1000, ge=1, le=4000)
    # A quick typist sends one message every few seconds; an address may be a whole clinic's waiting room.
    socket_rate: Rate = Rate(messages=10, seconds=10)
    address_rate: Rate = Rate(messages=120, seconds=60)
    address_sockets: int = Field(100, gt=0)
    jwt_key: Optional[str] = Field(None, min_length=1)
    jwt_method: str = "HS256"
    jwt_claim: str = "sub"

    @validator("allowed_origins", each_item=True)
    def _is_origin(cls, value: str) -> str:
        if not _ORIGIN.fullmatch(value):
            raise ValueError(f"'{value}' is no origin; write it like https://clinic.example, without a path or '*'")
        return value

    @validator("jwt_method")
    def _is_signed(cls, value: str) -> str:
        if value.lower() == "none":
            raise ValueError("a token without a signature proves nothing")
        return value


def read_settings(raw: Optional[dict[str, Any]]) -> Settings:
    """From the entry in ``credentials.yml``; an empty entry means the defaults.

    Raises:
        RasaException: a setting is unknown or has no sensible value.
    """
    try:
        return Settings(**(raw or {}))
    except ValidationError as error:
        raise RasaException(f"credentials.yml, web channel: {reasons(error)}") from None
