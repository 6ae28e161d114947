"""Where the channel's settings come from: the environment, ``credentials.yml``, defaults. Only the token has none."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional
from urllib.parse import urlsplit

#: Environment variables by setting. The token is read from the environment alone: a file would end up in a repository.
TOKEN = "TELEGRAM_BOT_TOKEN"
VARIABLES = {
    "api_base_url": "TELEGRAM_API_BASE_URL",
    "webhook_url": "TELEGRAM_WEBHOOK_URL",
    "allowed_chats": "TELEGRAM_ALLOWED_CHATS",
    "database": "TELEGRAM_DATABASE",
}
#: Where Rasa mounts this channel; appended to a webhook URL that names only a host.
WEBHOOK_PATH = "/webhooks/telegram/webhook"


class SettingsError(ValueError):
    """The message is one plain sentence that names the variable."""


@dataclass(frozen=True)
class Settings:
    """What the channel runs with.

    Attributes:
        token: from @BotFather; never shown, so it stays out of ``repr``.
        api_base_url: of the Bot API server, without a slash at its end.
        webhook_url: where Telegram shall deliver updates; None means long polling.
        allowed_chats: ids of the chats that are answered; empty means all.
        database: path of the SQLite file.
    """

    token: str = field(repr=False)
    api_base_url: str = "https://api.telegram.org"
    webhook_url: Optional[str] = None
    allowed_chats: frozenset[int] = frozenset()
    database: str = "telegram.db"

    @property
    def secret(self) -> str:
        """64 hexadecimal digits that only Telegram and this bot know: derived, so nothing has to be set up."""
        return hmac.new(self.token.encode(), b"backtalk telegram webhook", hashlib.sha256).hexdigest()

    @property
    def bot(self) -> str:
        """Names bot and server in the database: update numbers of two bots, or two servers, have nothing in common."""
        return f"{self.token.split(':')[0]}@{urlsplit(self.api_base_url).netloc}"


def read_settings(
    given: Optional[Mapping[str, Any]] = None, environment: Optional[Mapping[str, str]] = None
) -> Settings:
    """The settings.

    Args:
        given: the channel's block of ``credentials.yml``.
        environment: by default that of the process.

    Raises:
        SettingsError: the token is missing, or a value cannot be used.
    """
    env = os.environ if environment is None else environment
    unknown = sorted(set(given or {}) - set(VARIABLES))
    if unknown:
        raise SettingsError(f"The Telegram channel has no setting named {', '.join(map(str, unknown))}.")
    values: dict[str, str] = {}
    for name, variable in VARIABLES.items():
        value = env.get(variable) or (given or {}).get(name)
        if isinstance(value, (list, tuple)):
            value = ",".join(map(str, value))
        if value is not None and str(value).strip():
            values[name] = str(value).strip()
    fields: dict[str, Any] = {"token": _token(env)}
    if "api_base_url" in values:
        fields["api_base_url"] = _url(values["api_base_url"], VARIABLES["api_base_url"])
    if "webhook_url" in values:
        url = _url(values["webhook_url"], VARIABLES["webhook_url"])
        fields["webhook_url"] = url if urlsplit(url).path else url + WEBHOOK_PATH
    if "allowed_chats" in values:
        fields["allowed_chats"] = _chats(values["allowed_chats"])
    if "database" in values:
        fields["database"] = values["database"]
    return Settings(**fields)


def _token(env: Mapping[str, str]) -> str:
    token = (env.get(TOKEN) or "").strip()
    if not token:
        raise SettingsError(f"{TOKEN} is not set: put the token that @BotFather gave you there.")
    if not re.fullmatch(r"[\w:.-]+", token, re.ASCII):
        raise SettingsError(f"{TOKEN} is no bot token (they look like 123456789:AAbb...): copy it from @BotFather.")
    return token


def _url(value: str, variable: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{variable} must be a whole URL, such as https://bot.example.org.")
    return value.rstrip("/")


def _chats(value: str) -> frozenset[int]:
    try:
        return frozenset(int(one) for one in re.split(r"[\s,;]+", value) if one)
    except ValueError:
        raise SettingsError(f"{VARIABLES['allowed_chats']} must be chat ids (numbers), separated by commas.") from None
