"""The bot's messages as Telegram shows them: HTML with bold titles, short paragraphs, cut to size, buttons in rows."""

from __future__ import annotations

import html
import re
from typing import Iterator, Sequence

#: Lengths that the Bot API takes, in UTF-16 units.
MAX_TEXT = 4096
MAX_CAPTION = 1024
#: A line of prose longer than this is broken into paragraphs of about PARAGRAPH characters: six lines on a phone.
LONG_LINE = 280
PARAGRAPH = 220
#: Characters that fit beside each other on a phone's row of buttons; what a button needs besides its label.
ROW_WIDTH = 34
BUTTON_PADDING = 2
MAX_ROW = 4
#: Telegram's apps cut off longer labels, so these are also written out in the text.
LABEL_WIDTH = 40
#: A first line without a full stop that is no longer than this is a title.
TITLE_WIDTH = 90

_STEP = re.compile(r"\d{1,2}\. ")
_BRIEF = re.compile(r"(\d{1,2}\. )([^:]{1,90})(: .*\])$")
_LEAD = re.compile(r"([A-Z][A-Za-z ]{1,24}:)( .+)$")
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z\"'(\u201c])")


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Without characters that no database and no wire can carry."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _paragraphs(line: str) -> Iterator[str]:
    """A long line, broken at ends of sentences."""
    if len(line) <= LONG_LINE:
        yield line
        return
    held = ""
    for sentence in _SENTENCE.split(line):
        if held and len(held) + 1 + len(sentence) > PARAGRAPH:
            yield held
            held = sentence
        else:
            held = f"{held} {sentence}" if held else sentence
    yield held


def _is_title(line: str, following: Sequence[str]) -> bool:
    return bool(following) and len(line) <= TITLE_WIDTH and not re.search(r"[.!?:;,]$", line) and not _STEP.match(line)


def _styled(line: str) -> str:
    brief = _BRIEF.match(line)
    if brief:
        number, title, rest = brief.groups()
        return f"{number}<b>{_escape(title)}</b>{_escape(rest)}"
    lead = _LEAD.match(line)
    if lead:
        return f"<b>{_escape(lead.group(1))}</b>{_escape(lead.group(2))}"
    return _escape(line)


def blocks(text: str, alert: bool = False) -> list[str]:
    """Paragraphs as HTML; no tag spans two lines. Steps of a list stand in one, a title in one of its own.

    Args:
        text: plain, a line break ends a line.
        alert: the first sentence is bold then.
    """
    lines = [line.strip() for line in clean(text).split("\n") if line.strip()]
    if len(lines) == 1 and not alert:
        return [_escape(paragraph) for paragraph in _paragraphs(lines[0])]
    found: list[str] = []
    kind = ""
    for position, line in enumerate(lines):
        before, kind = kind, _kind(line)
        if kind:
            if kind == before:
                found[-1] += "\n" + _styled(line)
            else:
                found.append(_styled(line))
            continue
        if position == 0 and _is_title(line, lines[1:]):
            found.append(f"<b>{_escape(line)}</b>")
            continue
        for number, paragraph in enumerate(_paragraphs(line)):
            if alert and position == number == 0:
                first, *rest = _SENTENCE.split(paragraph, 1)
                found.append(" ".join([f"<b>{_escape(first)}</b>", *map(_escape, rest)]))
            else:
                found.append(_escape(paragraph) if number else _styled(paragraph))
    return found


def _kind(line: str) -> str:
    """Lines of one kind stand together: steps, "Since: today", commands. Other lines stand alone: ""."""
    if _STEP.match(line):
        return "step"
    if line.startswith("/"):
        return "command"
    return "lead" if _LEAD.match(line) and len(line) <= LONG_LINE else ""


def _pieces(block: str, limit: int) -> Iterator[str]:
    """A block in pieces that fit: cut at lines, or at sentences, or at words, or anywhere but inside a character."""
    if utf16(block) <= limit:
        yield block
        return
    lines = block.split("\n")
    if len(lines) > 1:
        held = ""
        for line in lines:
            for piece in _pieces(line, limit):
                joined = f"{held}\n{piece}" if held else piece
                if utf16(joined) > limit:
                    yield held
                    held = piece
                else:
                    held = joined
        yield held
        return
    plain = html.unescape(re.sub(r"</?b>", "", block))
    while plain:
        head = _fitting(plain, limit)
        yield _escape(plain[:head].rstrip())
        plain = plain[head:].lstrip()


def _fitting(plain: str, limit: int) -> int:
    """How many characters to take so that they fit when escaped."""
    low, high = 1, min(len(plain), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if utf16(_escape(plain[:middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    if low == len(plain):
        return low
    head = plain[:low]
    sentences = [match.end() for match in re.finditer(r"[.!?] ", head)]
    if sentences and sentences[-1] > low // 2:
        return sentences[-1]
    space = head.rfind(" ")
    return space if space > low // 2 else low


def split(text: str, alert: bool = False, limit: int = MAX_TEXT) -> list[str]:
    """A text as HTML messages, none longer than Telegram takes, tags and entities included; cut at paragraphs."""
    messages: list[str] = []
    held = ""
    for block in blocks(text, alert):
        for piece in _pieces(block, limit):
            joined = f"{held}\n\n{piece}" if held else piece
            if utf16(joined) > limit:
                messages.append(held)
                held = piece
            else:
                held = joined
    return [*messages, held] if held else messages


def plain(text: str) -> str:
    """The words of an HTML message."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def rows(titles: Sequence[str]) -> list[list[int]]:
    """Positions of buttons by row: as many beside each other as the widest label allows."""
    found: list[list[int]] = []
    widest = 0
    for position, title in enumerate(titles):
        width = utf16(title) + BUTTON_PADDING
        row = found[-1] if found else None
        if row is not None and len(row) < MAX_ROW and (len(row) + 1) * max(widest, width) <= ROW_WIDTH:
            row.append(position)
            widest = max(widest, width)
        else:
            found.append([position])
            widest = width
    return found


def with_options(text: str, titles: Sequence[str]) -> str:
    """The text; and, if a label is too long for a button, the options as numbered lines below it."""
    if all(utf16(title) <= LABEL_WIDTH for title in titles):
        return text
    return numbered(text, titles)


def numbered(text: str, titles: Sequence[str]) -> str:
    """The text with the options as numbered lines below it."""
    return "\n".join([text, *(f"{number}. {title}" for number, title in enumerate(titles, 1))])
