"""Plays: conversations as YAML, one situation a file. What a step may say and expect, and how it is checked.

A play is a mapping with ``situation`` (who this is and what they may expect, in a sentence) and ``steps``. A step is
one of

- ``user: <text>`` (with ``times: n`` the text is repeated), or ``press: <title>`` of a button of the turn before;
- ``action_server: stop`` or ``start``.

A user's step may hold any of the expectations in ``Step``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Optional, Union

import yaml

from backtalk.store import Kind, Role, store

#: Longest text of the product, in characters; a summary may quote the user on top of it.
TEXT_LIMIT = 900
CARDS = ("answer", "alert", "question", "decline")
#: Texts shorter than this may come again word for word ("Take your time.").
SHORT = 60


@dataclass(frozen=True)
class Step:
    """One turn, and what is expected of its answer.

    Attributes:
        card: type of the card; ``none``: no card. topic: of an answer. tier: of an alert. reason: of a decline.
            about: of a question. For each of them, a list means any of these.
        offers: ids that the answer must hold. offers_any_of: ids, kinds or ``topic:<id>`` of which it must hold one.
        offers_none_of: the same, of which it must hold none. withholds: ids named as left out.
        flags: ids that an alert must hold. flags_any_of: of which it must hold one.
        mentions: words that the texts must hold, in any case; ``a | b``: either. does_not_mention: that they must not.
        buttons: titles that must be there. numbers: to call, in the texts or the card.
        no_alert: no alert may come. no_physical_advice: no exercise, massage, heat or soak, on the card or in words.
        new_words: none of the longer texts was said before in this play.
        screen: the checklist comes with the answer (true), or does not (false).
        shorter_than: characters of all texts together.
    """

    user: Optional[str] = None
    press: Optional[str] = None
    action_server: Optional[str] = None
    times: int = 1
    card: Union[str, list[str], None] = None
    topic: Union[str, list[str], None] = None
    tier: Union[str, list[str], None] = None
    reason: Union[str, list[str], None] = None
    about: Union[str, list[str], None] = None
    offers: list[str] = field(default_factory=list)
    offers_any_of: list[str] = field(default_factory=list)
    offers_none_of: list[str] = field(default_factory=list)
    withholds: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    flags_any_of: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    does_not_mention: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    no_alert: bool = False
    no_physical_advice: bool = False
    new_words: bool = False
    screen: Optional[bool] = None
    shorter_than: Optional[int] = None


@dataclass(frozen=True)
class Play:
    """A file's content."""

    name: str
    situation: str
    steps: tuple[Step, ...]


KNOWN = {one.name for one in fields(Step)}
LISTS = {one.name for one in fields(Step) if one.name in (
    "offers", "offers_any_of", "offers_none_of", "withholds", "flags", "flags_any_of", "mentions", "does_not_mention",
    "buttons", "numbers")}  # fmt: skip


def load(path: Path) -> Play:
    """Reads a play, strictly.

    Raises:
        ValueError: something in it is unknown or missing; file and reason are named.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or set(raw) != {"situation", "steps"}:
        raise ValueError(f"{path.name}: a play has the keys situation and steps")
    return Play(path.stem, raw["situation"], tuple(_step(one, path.name) for one in raw["steps"]))


def _step(raw: dict[str, Any], file: str) -> Step:
    unknown = set(raw) - KNOWN
    if unknown:
        raise ValueError(f"{file}: unknown key {', '.join(sorted(unknown))}")
    if sum(key in raw for key in ("user", "press", "action_server")) != 1:
        raise ValueError(f"{file}: a step is one of user, press and action_server")
    for key in ("user", "press", "action_server"):
        # YAML takes a bare yes for True.
        if key in raw and not isinstance(raw[key], str):
            raise ValueError(f"{file}: {key} must be a text; quote it")
    for key in LISTS & set(raw):
        if not isinstance(raw[key], list) or not all(isinstance(one, str) for one in raw[key]):
            raise ValueError(f"{file}: {key} must be a list of texts")
    for key in ("offers", "withholds"):
        for name in raw.get(key, []):
            if name not in store():
                raise ValueError(f"{file}: no entry '{name}' in the store")
    for key in ("offers_any_of", "offers_none_of"):
        for name in raw.get(key, []):
            topic = name.removeprefix("topic:") if name.startswith("topic:") else None
            known = topic in store().topics if topic else name in store() or name in {kind.value for kind in Kind}
            if not known:
                raise ValueError(f"{file}: '{name}' is no entry, kind or topic of the store")
    return Step(**raw)


@dataclass
class Turn:
    """What was said in one turn.

    Attributes:
        said: by the user. texts, cards, buttons: of the bot, in order.
    """

    said: str
    texts: list[str] = field(default_factory=list)
    cards: list[dict[str, Any]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, said: str, messages: list[dict[str, Any]]) -> "Turn":
        """From the messages of the REST channel."""
        turn = cls(said)
        for message in messages:
            if "text" in message:
                turn.texts.append(message["text"])
            if "custom" in message:
                turn.cards.append(message["custom"])
            turn.buttons += message.get("buttons", [])
        return turn

    @property
    def card(self) -> dict[str, Any]:
        """The card; empty if there is none."""
        return self.cards[0] if self.cards else {}

    @property
    def words(self) -> str:
        """All that was said, in lower case, on one line."""
        return " ".join(" ".join(self.texts).lower().replace("’", "'").split())

    def __str__(self) -> str:
        lines = [f"> {self.said if len(self.said) < 300 else self.said[:300] + '...'}"]
        lines += [f"  {text}" for text in self.texts]
        lines += [f"  [{button['title']}]" for button in self.buttons]
        for card in self.cards:
            shown = ("type", "topic", "tier", "flags", "reason", "about", "repeat")
            brief = {key: card[key] for key in shown if key in card}
            brief.update({key: [one["id"] for one in card[key]] for key in ("remedies", "withheld") if key in card})
            lines.append(f"  {brief}")
        return "\n".join(lines)


def problems(step: Step, turn: Turn, before: list[Turn]) -> list[str]:
    """What is wrong with an answer; empty if it is as it should be."""
    return [*_sound(turn), *_card(step, turn), *_entries(step, turn), *_words(step, turn, before)]


def _sound(turn: Turn) -> list[str]:
    """What holds for every answer of the product."""
    found = []
    if not turn.texts:
        found.append("the bot said nothing")
    for text in turn.texts:
        if not text.strip():
            found.append("a text is empty")
        if len(text) > TEXT_LIMIT:
            found.append(f"a text has {len(text)} characters")
        for trace in ("{", "None", "Traceback", "utter_", "action_", "<b>"):
            if trace in text and trace not in turn.said:
                found.append(f"a text shows '{trace}'")
    if len(turn.texts) != len(set(turn.texts)):
        found.append("a text comes twice in one turn")
    if len(turn.cards) > 1:
        found.append(f"{len(turn.cards)} cards in one turn")
    if turn.card and turn.card.get("type") not in CARDS:
        found.append(f"a card of the unknown type {turn.card.get('type')}")
    return found


def _one_of(name: str, wanted: Union[str, list[str], None], got: Any) -> list[str]:
    if wanted is None:
        return []
    allowed = wanted if isinstance(wanted, list) else [wanted]
    return [] if got in allowed else [f"{name} is {got}, not {' or '.join(allowed)}"]


def _card(step: Step, turn: Turn) -> list[str]:
    card = turn.card
    found = _one_of("card", step.card, card.get("type", "none"))
    for name in ("topic", "tier", "reason", "about"):
        found += _one_of(name, getattr(step, name), card.get(name))
    flags = card.get("flags", [])
    found += [f"flag {flag} is not raised, but {flags or 'none'}" for flag in step.flags if flag not in flags]
    if step.flags_any_of and not set(step.flags_any_of) & set(flags):
        found.append(f"none of the flags {', '.join(step.flags_any_of)} is raised, but {flags or 'none'}")
    if step.no_alert and card.get("type") == "alert":
        found.append(f"an alert: {flags}")
    titles = [button["title"] for button in turn.buttons]
    found += [f"no button '{title}'" for title in step.buttons if title not in titles]
    tels = turn.words + " ".join(str(one["tel"]) for one in card.get("numbers", []))
    found += [f"number {number} is not shown" for number in step.numbers if number not in tels]
    asked = {"None of these", "One of these"} <= set(titles)
    if step.screen is not None and step.screen != asked:
        found.append("the checklist is missing" if step.screen else "the checklist comes up")
    return found


def _is(entry_id: str, name: str) -> bool:
    entry = store()[entry_id]
    return name in (entry.id, *entry.covers, entry.kind.value, f"topic:{entry.topic}")


def _entries(step: Step, turn: Turn) -> list[str]:
    remedies = turn.card.get("remedies", [])
    offered = [remedy["id"] for remedy in remedies]
    # An honest no, an explanation and a caution stand on the card, but nothing is offered by them.
    advised = [remedy["id"] for remedy in remedies if remedy["role"] == Role.REMEDY.value]
    found = [f"{name} is not offered" for name in step.offers if not any(_is(one, name) for one in offered)]
    if step.offers_any_of and not any(_is(one, name) for one in offered for name in step.offers_any_of):
        found.append(f"none of {', '.join(step.offers_any_of)} is offered")
    found += [f"{one} is offered" for one in advised for name in step.offers_none_of if _is(one, name)]
    left_out = [one["id"] for one in turn.card.get("withheld", [])]
    found += [f"{name} is not named as left out" for name in step.withholds if name not in left_out]
    if step.no_physical_advice:
        physical = [entry for entry in store() if entry.physical and entry.advice]
        found += [f"{entry.id} is offered in spite of the hold" for entry in physical if entry.id in offered]
        named = [entry.title for entry in physical if entry.title.lower() in turn.words]
        found += [f"'{title}' is named in spite of the hold" for title in named]
    return found


def _words(step: Step, turn: Turn, before: list[Turn]) -> list[str]:
    found = []
    for wanted in step.mentions:
        if not any(word.strip().lower() in turn.words for word in wanted.split(" | ")):
            found.append(f"'{wanted}' is not mentioned")
    found += [f"'{word}' is mentioned" for word in step.does_not_mention if word.lower() in turn.words]
    if step.new_words:
        said = {text for earlier in before for text in earlier.texts}
        found += [f"said before, word for word: {text}" for text in turn.texts if len(text) >= SHORT and text in said]
    if step.shorter_than is not None and sum(map(len, turn.texts)) >= step.shorter_than:
        found.append(f"{sum(map(len, turn.texts))} characters in all")
    return found
