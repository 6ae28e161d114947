"""What an update is, and what is to become of it: an update goes in, its fate comes out. deploy/telegram.md lists them.

An update comes from the network. Nothing about its shape is taken for granted: what is missing or odd is ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Mapping, Optional

from components.telegram.database import INT64
from components.telegram.rendering import clean

#: The kinds that are asked for; others come only from an older setting of the bot's, and are ignored.
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
COMMANDS = ("start", "help", "stop", "restart", "privacy", "forget")


class Fate(Enum):
    """What becomes of an update."""

    #: A turn of the conversation.
    TEXT = "text"
    #: A turn, if it was the chat's last message; nothing otherwise.
    EDIT = "edit"
    #: One of the menu's commands, or an unknown one.
    COMMAND = "command"
    #: A turn with the button's payload, if the button still counts; nothing otherwise.
    PRESS = "press"
    #: A kind sentence about what the bot can read.
    CANNOT_READ = "cannot read"
    #: Said in a group to the bot: an offer to talk in private.
    GROUP = "group"
    #: The user blocked the bot: nothing waits for them any more.
    BLOCKED = "blocked"
    IGNORED = "ignored"


#: Content that is no text, and the phrase about it.
MEDIA = {
    "photo": "photo",
    "voice": "voice",
    "audio": "voice",
    "video_note": "voice",
    "video": "video",
    "animation": "sticker",
    "sticker": "sticker",
    "dice": "sticker",
    "document": "document",
    "location": "location",
    "venue": "location",
    "contact": "contact",
}
#: What a message carries beside its content.
_FRAME = {
    "message_id", "message_thread_id", "from", "sender_chat", "sender_boost_count", "sender_business_bot", "date",
    "chat", "business_connection_id", "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply",
    "quote", "reply_to_story", "via_bot", "edit_date", "has_protected_content", "is_from_offline", "media_group_id",
    "author_signature", "entities", "caption_entities", "link_preview_options", "effect_id", "has_media_spoiler",
    "show_caption_above_media", "reply_markup", "text", "caption", "sender_tag", "direct_messages_topic",
    "is_paid_post", "paid_star_count",
}  # fmt: skip
#: Messages that report an event, or hold nothing that a person said: no answer is expected.
_SERVICE = re.compile(
    r"^(forward|new_chat_|left_chat_|delete_chat_|group_chat_|supergroup_chat_|channel_chat_|migrate_|pinned_|message_auto_"
    r"|successful_payment|refunded_payment|users_shared|chat_shared|user_shared|connected_website|write_access_|passport_"
    r"|proximity_|boost_|chat_background|forum_|general_forum_|giveaway|video_chat_|web_app_data|gift|unique_gift)"
)
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+(.*))?\s*$", re.DOTALL)


@dataclass(frozen=True)
class Incoming:
    """An update as understood.

    Attributes:
        chat: its id; None if there is none.
        text: the words; a button's data; the phrase about what cannot be read.
        command: without the slash; "" for a slash with nothing known behind it.
        message: id of the user's message, or of the one that holds the button.
        query: id of the press that Telegram waits to be acknowledged, whatever the fate.
        album: id that the pictures of one album share.
        written: seconds by Telegram's clock; 0 if unknown.
    """

    fate: Fate
    chat: Optional[int] = None
    text: str = ""
    command: str = ""
    message: int = 0
    query: Optional[str] = None
    album: Optional[str] = None
    written: float = 0.0


_NOTHING = Incoming(Fate.IGNORED)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _int(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) and value in INT64 else None


def _text(value: Any) -> str:
    return clean(value).strip() if isinstance(value, str) else ""


def update_id_of(update: Any) -> Optional[int]:
    """The update's number; None if this is no update."""
    return _int(update.get("update_id")) if isinstance(update, dict) else None


def read(update: Mapping[str, Any], username: Optional[str], bot_id: Optional[int] = None) -> Incoming:
    """Decides an update's fate.

    Args:
        update: as it came.
        username: the bot's; None as long as it is unknown: then everything said in a group is taken as said to the bot.
        bot_id: the bot's.
    """
    if isinstance(update.get("callback_query"), dict):
        return _press(update["callback_query"])
    for kind in ("message", "edited_message"):
        if isinstance(update.get(kind), dict):
            return _message(update[kind], kind == "edited_message", username, bot_id)
    member = _dict(update.get("my_chat_member"))
    chat = _int(_dict(member.get("chat")).get("id"))
    if chat is not None and _dict(member.get("new_chat_member")).get("status") in ("kicked", "left"):
        return Incoming(Fate.BLOCKED, chat)
    return _NOTHING


def _press(query: Mapping[str, Any]) -> Incoming:
    identity = query.get("id")
    acknowledge = str(identity) if isinstance(identity, (str, int)) and not isinstance(identity, bool) else None
    message = _dict(query.get("message"))
    chat = _int(_dict(message.get("chat")).get("id"))
    number = _int(message.get("message_id"))
    if chat is None or number is None or not _private(_dict(message.get("chat"))):
        return Incoming(Fate.IGNORED, chat, query=acknowledge)
    return Incoming(Fate.PRESS, chat, _text(query.get("data")), message=number, query=acknowledge)


def _private(chat: Mapping[str, Any]) -> bool:
    kind = chat.get("type")
    return kind == "private" if isinstance(kind, str) else (_int(chat.get("id")) or 0) > 0


def _message(message: Mapping[str, Any], edited: bool, username: Optional[str], bot_id: Optional[int]) -> Incoming:
    chat = _dict(message.get("chat"))
    identity = _int(chat.get("id"))
    if identity is None or chat.get("type") == "channel" or _dict(message.get("from")).get("is_bot") is True:
        return _NOTHING
    text = _text(message.get("text")) or _text(message.get("caption"))
    if not _private(chat):
        to_us = not edited and _addressed(message, text, username, bot_id)
        return Incoming(Fate.GROUP, identity, written=_date(message)) if to_us else _NOTHING
    number = _int(message.get("message_id")) or 0
    album = message.get("media_group_id")
    album = album if isinstance(album, str) else None
    more: dict[str, Any] = {"message": number, "written": _date(message), "album": album}
    if edited:
        words = text.lstrip("/ ")
        return Incoming(Fate.EDIT, identity, words, **more) if words else _NOTHING
    if text.startswith("/"):
        return _command(text, identity, more)
    if text:
        return Incoming(Fate.TEXT, identity, text, **more)
    about = next((phrase for kind, phrase in MEDIA.items() if message.get(kind) is not None), None)
    content = {key for key in message if key not in _FRAME}
    if about is None and content and not any(_SERVICE.match(key) for key in content):
        about = "other"
    return Incoming(Fate.CANNOT_READ, identity, about, **more) if about else _NOTHING


def _date(message: Mapping[str, Any]) -> float:
    return float(_int(message.get("edit_date")) or _int(message.get("date")) or 0)


def _command(text: str, chat: int, more: dict[str, Any]) -> Incoming:
    match = _COMMAND.match(text)
    name = match.group(1).lower() if match else ""
    rest = (match.group(3) or "").strip() if match else ""
    if name in COMMANDS and (not rest or (name == "start" and " " not in rest)):
        return Incoming(Fate.COMMAND, chat, rest, name, **more)
    # Words behind a slash are words: they may tell of an emergency. Without the slash Rasa takes them for no intent.
    words = (rest if name in COMMANDS else text).lstrip("/ ")
    if " " in words:
        return Incoming(Fate.TEXT, chat, words, **more)
    return Incoming(Fate.COMMAND, chat, words, "", **more)


def _addressed(message: Mapping[str, Any], text: str, username: Optional[str], bot_id: Optional[int]) -> bool:
    if username is None:
        return bool(text)
    name = username.lower()
    command = re.match(r"/\w+(?:@(\w+))?(?:\s|$)", text)
    if command:
        return command.group(1) is None or command.group(1).lower() == name
    if re.search(rf"@{re.escape(name)}\b", text.lower()):
        return True
    author = _dict(_dict(message.get("reply_to_message")).get("from"))
    if author.get("is_bot") is True and str(author.get("username", "")).lower() == name:
        return True
    if bot_id is None:
        return False
    entities = message.get("entities")
    mentioned = [_dict(_dict(one).get("user")).get("id") for one in entities] if isinstance(entities, list) else []
    return bot_id in mentioned or author.get("id") == bot_id
