"""Who may connect: origins, addresses behind proxies, tokens, and how fast one may write."""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import secrets
import time
from collections import OrderedDict
from typing import Any, Optional

import jwt
from sanic.request import Request

from components.web.settings import Rate, Settings

logger = logging.getLogger(__name__)

#: How many addresses the limits remember; the one that wrote longest ago is dropped first.
REMEMBERED = 10_000
#: Characters of a session id: 128 random bits, in hexadecimal.
SESSION_LENGTH = 32


class Refused(Exception):
    """The connection is not accepted; the text is a word that the widget knows."""


def new_session() -> str:
    """A session id. Whoever has it can read the conversation: it is stored in no log and in no address."""
    return secrets.token_hex(SESSION_LENGTH // 2)


def is_session(value: object) -> bool:
    """Whether it has the form of a session id."""
    return isinstance(value, str) and len(value) == SESSION_LENGTH and all(c in "0123456789abcdef" for c in value)


def sender_of(secret: str, kind: str = "session") -> str:
    """The sender id under which Rasa stores a conversation. It does not give the session id away."""
    return "web-" + hashlib.sha256(f"{kind}:{secret}".encode()).hexdigest()[:32]


class Bucket:
    """Tokens that fill up with time; one is spent for each message."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._tokens = float(rate.messages)
        self._at = time.monotonic()

    def spend(self) -> float:
        """Takes a token: 0.0, or the seconds until there is one."""
        now = time.monotonic()
        pace = self._rate.messages / self._rate.seconds
        self._tokens = min(float(self._rate.messages), self._tokens + (now - self._at) * pace)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / pace
        self._tokens -= 1
        return 0.0


class Addresses:
    """What each address has spent, and how many connections it holds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._sockets: dict[str, int] = {}

    def spend(self, address: str) -> float:
        """Takes a token of the address: 0.0, or the seconds until there is one."""
        bucket = self._buckets.setdefault(address, Bucket(self._settings.address_rate))
        self._buckets.move_to_end(address)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket.spend()

    def enter(self, address: str) -> None:
        """Counts a connection.

        Raises:
            Refused: the address has too many.
        """
        if self._sockets.get(address, 0) >= self._settings.address_sockets:
            raise Refused("busy")
        self._sockets[address] = self._sockets.get(address, 0) + 1

    def leave(self, address: str) -> None:
        """Counts a connection off."""
        left = self._sockets.get(address, 0) - 1
        if left > 0:
            self._sockets[address] = left
        else:
            self._sockets.pop(address, None)


class Gate:
    """Reads the origin, the address and the token of a request."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._told: set[str] = set()

    def _trusted(self, address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in self._settings.trusted_proxies)
        except ValueError:
            return False

    def address(self, request: Request) -> str:
        """The address of the user: the peer, or what the nearest trusted proxies say of it."""
        address = str(request.ip or "")
        if self._trusted(address):
            # Each proxy appends who spoke to it: the last one that we do not trust is the user.
            for hop in reversed(request.headers.getall("x-forwarded-for", [])):
                for one in reversed([part.strip() for part in hop.split(",")]):
                    address = one
                    if not self._trusted(one):
                        return address
        return address

    def own_origin(self, request: Request) -> str:
        """The origin of this server as the browser sees it."""
        scheme = "https" if request.conn_info and request.conn_info.ssl else "http"
        host = request.headers.get("host", "")
        if self._trusted(str(request.ip or "")):
            scheme = request.headers.get("x-forwarded-proto", scheme).split(",")[0].strip()
            host = request.headers.get("x-forwarded-host", host).split(",")[0].strip()
        return f"{scheme}://{host}".lower()

    def admits(self, request: Request) -> bool:
        """Whether the page that sent the request may talk to us, by polling or by websocket."""
        if "j" in request.args:
            # JSONP would carry answers around every origin rule.
            return False
        origin = request.headers.get("origin", "").lower()
        if not origin:
            # Browsers leave it out on a page's own GET; what other sites may send without it is marked.
            return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        own = self.own_origin(request)
        if origin == own or origin in self._settings.allowed_origins:
            return True
        if origin not in self._told and len(self._told) < 100:
            self._told.add(origin)
            logger.warning(
                "Refused a page of %r: this server is %r. See allowed_origins and trusted_proxies.", origin, own
            )
        return False

    def sender(self, token: object) -> tuple[Optional[str], Optional[float]]:
        """The sender whom a token names and the Unix time at which it ends; nothing where no key is set.

        Raises:
            Refused: the token is missing, wrong, too old or names nobody.
        """
        if not self._settings.jwt_key:
            return None, None
        try:
            claims: dict[str, Any] = jwt.decode(
                str(token or ""), self._settings.jwt_key, algorithms=[self._settings.jwt_method]
            )
        except jwt.PyJWTError:
            raise Refused("token") from None
        name = claims.get(self._settings.jwt_claim)
        if not isinstance(name, (str, int)) or not str(name):
            raise Refused("token")
        return sender_of(str(name), "token"), claims.get("exp")
