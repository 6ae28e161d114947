"""The Bot API calls that a chat bot needs, on aiohttp. The token is in every URL, so it is taken out of every error."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Optional

import aiohttp

#: Seconds until a connection must stand, the look-up of the name and TLS included.
CONNECT_LIMIT = 10.0
#: Seconds for a call that sends text. Telegram answers well within one; after this the answer counts as lost.
CALL_LIMIT = 15.0
#: Seconds for a call that makes Telegram fetch a picture, or sends one.
MEDIA_LIMIT = 60.0
#: Longest wait that is taken from a server, in seconds. Telegram's own flood waits are shorter.
RETRY_AFTER_LIMIT = 3600.0


class ApiError(Exception):
    """Telegram's refusal, or the failure to reach it.

    Attributes:
        code: Telegram's error code; 0 if the answer was not Telegram's, or there was none.
        retry_after: seconds that Telegram wants us to wait.
        migrate_to: the chat's new id.
        maybe_done: the call may have been carried out all the same: only its answer is missing.
    """

    def __init__(
        self,
        text: str,
        code: int = 0,
        retry_after: Optional[float] = None,
        migrate_to: Optional[int] = None,
        maybe_done: bool = False,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.retry_after = retry_after
        self.migrate_to = migrate_to
        self.maybe_done = maybe_done


class BotApi:
    """A client for one bot.

    Args:
        token: the bot's.
        base_url: of the server, without a slash at its end.
    """

    def __init__(self, token: str, base_url: str) -> None:
        self._token = token
        self._url = f"{base_url}/bot{token}/"
        self._session: Optional[aiohttp.ClientSession] = None

    async def call(
        self,
        method: str,
        params: Optional[dict[str, Any]] = None,
        limit: float = CALL_LIMIT,
        file: Optional[tuple[str, Path]] = None,
    ) -> Any:
        """Calls a method and returns its ``result``.

        Args:
            method: of the Bot API.
            params: its parameters; None values are left out.
            limit: seconds for the whole call.
            file: the name of a parameter, and the file to send as it.

        Raises:
            ApiError: it failed; the error tells what is known.
        """
        body = {key: value for key, value in (params or {}).items() if value is not None}
        timeout = aiohttp.ClientTimeout(total=limit, connect=CONNECT_LIMIT)
        status = 0
        try:
            async with self._open().post(self._url + method, timeout=timeout, **_payload(body, file)) as answer:
                status = answer.status
                raw = await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ServerTimeoutError) as error:
            # No connection came about, so nothing was sent.
            raise ApiError(self._safe(error)) from None
        except aiohttp.InvalidURL:
            raise ApiError("the server's URL cannot be used") from None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # The request went out. A server that had begun to refuse has not carried it out.
            raise ApiError(self._safe(error), maybe_done=status in (0, 200)) from None
        return self._result(status, raw)

    def _result(self, status: int, raw: bytes) -> Any:
        try:
            data = json.loads(raw)
        except ValueError:
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("ok"), bool):
            # A page of a proxy. Under 200 it stands where a success stood.
            raise ApiError(f"HTTP {status} without an answer of the Bot API", maybe_done=status == 200)
        if data["ok"]:
            return data.get("result")
        parameters = data.get("parameters")
        parameters = parameters if isinstance(parameters, dict) else {}
        code = data.get("error_code")
        code = code if isinstance(code, int) else status
        retry_after = _number(parameters.get("retry_after"))
        if code == 429:
            retry_after = min(max(retry_after or 1.0, 0.0), RETRY_AFTER_LIMIT)
        moved = parameters.get("migrate_to_chat_id")
        text = str(data.get("description") or f"HTTP {status}").replace(self._token, "<token>")
        raise ApiError(text, code, retry_after, moved if isinstance(moved, int) else None)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:  # made here: a session belongs to the loop that runs
            # trust_env: the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. limit=0: no send waits for another.
            self._session = aiohttp.ClientSession(trust_env=True, connector=aiohttp.TCPConnector(limit=0))
        return self._session

    def _safe(self, error: BaseException) -> str:
        text = str(error).replace(self._token, "<token>")
        return f"{type(error).__name__}: {text}" if text else type(error).__name__

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _payload(body: dict[str, Any], file: Optional[tuple[str, Path]]) -> dict[str, Any]:
    if file is None:
        return {"json": body}
    form = aiohttp.FormData()
    for key, value in body.items():
        form.add_field(key, value if isinstance(value, str) else json.dumps(value))
    name, path = file
    form.add_field(name, path.read_bytes(), filename=path.name)
    return {"data": form}


def _number(value: Any) -> Optional[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None
