"""Responses: the safety policy's words, and Rasa's templates, least used wording first, cards only where they fit."""

from __future__ import annotations

import copy
from typing import Any, Optional

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from backtalk.alerts import Speaker
from backtalk.catalogue import catalogue
from backtalk.conversation import Option, Pending
from backtalk.phrases import phrases
from backtalk.profile import Profile
from backtalk.triage import SPEAK, SUMMARY, Triage
from backtalk.vocabulary import vocabulary
from backtalk.wire import CARD_CHANNELS, PLAIN_CHANNELS, numbered

#: How far back a wording counts as used.
RECENT = 60


class BacktalkNLG(TemplatedNaturalLanguageGenerator):
    """Set in ``endpoints.yml`` as ``nlg``: it runs inside the Rasa server, so that alerts need no action server."""

    def __init__(self, endpoint_config: Optional[EndpointConfig], domain: Domain) -> None:
        super().__init__(domain.responses)
        self._speaker = Speaker(catalogue(), phrases(), vocabulary())

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> Optional[dict[str, Any]]:
        """A response: text, buttons, and the card as ``custom`` where the channel carries data."""
        channel = tracker.get_latest_input_channel() or ""
        if utter_action == SPEAK:
            found: Optional[dict[str, Any]] = self._safety(tracker, channel)
        elif utter_action == SUMMARY:
            found = {"text": self._summary(tracker)}
        elif utter_action in self.responses:
            found = self._template(utter_action, tracker)
        else:
            found = None
        if found and channel not in CARD_CHANNELS:
            card = found.pop("custom", None) or {}
            if card.get("type") == "alert" and not card.get("repeat"):
                # Without the card, a channel still has to know an alert from other words.
                found["alert"] = card["tier"]
        return found

    def _template(self, utter_action: str, tracker: DialogueStateTracker) -> dict[str, Any]:
        """The wording that was used least lately: nobody hears the same twice in a row."""
        used = _used(tracker)
        wording = min(self.responses[utter_action], key=lambda one: used.get(one.get("text") or "", 0))
        filled: dict[str, Any] = self._fill_response(copy.deepcopy(wording), tracker.current_slot_values())
        return filled

    def _safety(self, tracker: DialogueStateTracker, channel: str) -> dict[str, Any]:
        state = Triage.from_dict(tracker.get_slot("triage"))
        pending = Pending.from_dict(tracker.get_slot("pending"))
        text, card, titles = self._speaker.say(state, tracker.get_slot("region"), _profile(tracker), pending)
        found: dict[str, Any] = {"text": text}
        if titles and channel in PLAIN_CHANNELS:
            found["text"] = numbered(text, [Option(title, "") for title in titles])
        elif titles:
            found["buttons"] = [{"title": title, "payload": title} for title in titles]
        if card:
            if card["type"] == "alert" and "summary" in card:
                card["summary"] = self._lines(tracker, state)
            found["custom"] = card
        return found

    def _lines(self, tracker: DialogueStateTracker, state: Triage) -> list[str]:
        days = [
            int(entity["value"])
            for event in list(tracker.events)[-RECENT:]
            for entity in getattr(event, "entities", None) or []
            if entity.get("entity") == "duration"
        ]
        focus = tracker.get_slot("focus") or {}
        since, screened = (days[-1] if days else None), focus.get("screened") == "clear"
        return self._speaker.summary(state, _profile(tracker), since, screened)

    def _summary(self, tracker: DialogueStateTracker) -> str:
        return self._speaker.summary_text(self._lines(tracker, Triage.from_dict(tracker.get_slot("triage"))))


def _profile(tracker: DialogueStateTracker) -> Profile:
    return Profile.from_dict(tracker.get_slot("profile"))


def _used(tracker: DialogueStateTracker) -> dict[str, int]:
    counts: dict[str, int] = {}
    for event in list(tracker.events)[-RECENT:]:
        if isinstance(event, BotUttered) and event.text:
            counts[event.text] = counts.get(event.text, 0) + 1
    return counts
