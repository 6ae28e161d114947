"""What the bot said in a turn, as Bot API calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence
from urllib.parse import urlsplit

from components.telegram.rendering import MAX_CAPTION, blocks, clean, rows, split, utf16, with_options

#: Remembers buttons (the HTML they stand below; a title and payload each) and returns their number.
Remember = Callable[[str, Sequence[tuple[str, str]]], int]
#: The tiers of the message contract: a message that carries one is an alert.
ALERT = "alert"
_MOVING = (".gif", ".mp4")
#: No previews: a crisis line's address must not turn into a picture below the alert.
_NO_PREVIEW = {"is_disabled": True}


def bodies(
    said: Sequence[Mapping[str, Any]], remember: Remember, reply_to: Optional[int] = None
) -> list[dict[str, Any]]:
    """A turn's messages for the outbox: alerts first, cards left out.

    Args:
        said: as Rasa gives them: text, buttons, image, attachment, and ``alert`` for an alert.
        remember: called for each message with buttons.
        reply_to: id of the user's message that the first one shall point to.
    """
    found: list[dict[str, Any]] = []
    for message in sorted(said, key=lambda one: not one.get(ALERT)):
        found += _message(message, remember)
    if found and reply_to:
        found[0]["params"]["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    return found


def text_bodies(text: str) -> list[dict[str, Any]]:
    """A text of the channel's own."""
    return _message({"text": text}, lambda html, options: 0)


def link_body(text: str, title: str, url: str) -> dict[str, Any]:
    """A text with one button that opens an address."""
    body = _text(split(text)[0])
    body["params"]["reply_markup"] = {"inline_keyboard": [[{"text": title, "url": url}]]}
    return body


def _text(html: str, alert: bool = False) -> dict[str, Any]:
    params = {"text": html, "parse_mode": "HTML", "link_preview_options": _NO_PREVIEW}
    return {"method": "sendMessage", "params": params, "alert": alert}


def _message(message: Mapping[str, Any], remember: Remember) -> list[dict[str, Any]]:
    text = clean(str(message.get("text") or ""))
    options, links = _buttons(message)
    titles = [title for title, _ in options]
    if text:
        text = with_options(text, titles)
    elif options:
        text = "\u2026"
    alert = bool(message.get(ALERT))
    found = [_text(html, alert) for html in split(text, alert)]
    picture = message.get("image") or message.get("attachment")
    if isinstance(picture, str) and picture:
        caption = "\n\n".join(blocks(text, alert))
        if found and utf16(caption) <= MAX_CAPTION:
            found = [_picture(picture, caption, alert)]
        else:
            found.insert(0, _picture(picture, "", False))
    keyboard = [[{"text": title, "url": url}] for title, url in links]
    if options:
        last = found[-1]["params"]
        number = remember(last.get("text") or last.get("caption") or "", options)
        keys = [{"text": title, "callback_data": f"{number}:{place}"} for place, title in enumerate(titles)]
        keyboard = [[keys[place] for place in row] for row in rows(titles)] + keyboard
    if keyboard and found:
        found[-1]["params"]["reply_markup"] = {"inline_keyboard": keyboard}
    return found


def _buttons(message: Mapping[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Title and payload of each button; title and address of each link."""
    options: list[tuple[str, str]] = []
    links: list[tuple[str, str]] = []
    for one in [*(message.get("buttons") or ()), *(message.get("quick_replies") or ())]:
        title = clean(str(one.get("title") or "")).strip()
        if title and one.get("url"):
            links.append((title, str(one["url"])))
        elif title:
            options.append((title, str(one.get("payload") or title)))
    return options, links


def _picture(where: str, caption: str, alert: bool) -> dict[str, Any]:
    moving = urlsplit(where).path.lower().endswith(_MOVING)
    method, name = ("sendAnimation", "animation") if moving else ("sendPhoto", "photo")
    params: dict[str, Any] = {"caption": caption, "parse_mode": "HTML"} if caption else {}
    body: dict[str, Any] = {"method": method, "params": params, "alert": alert}
    if where.startswith(("http://", "https://")):
        params[name] = where
    else:
        body["file"] = [name, str(Path(where))]
    return body
