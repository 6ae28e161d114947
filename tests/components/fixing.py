"""What the tests of the corrections share: Rasa's own code, a domain, and a fixture that runs a test both ways."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered

from components import rasa_fixes

#: Rasa's own code, by owner and name.
STOCK = {(owner, name): getattr(owner, name) for owner, name, _ in rasa_fixes.FIXES}
DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "intents": ["hello", "bye", "ask", "inform"],
        "entities": ["city"],
        "slots": {
            "mood": {"type": "categorical", "values": ["good", "bad"], "mappings": [{"type": "custom"}]},
            "notes": {"type": "any", "mappings": [{"type": "custom"}]},
        },
        "responses": {name: [{"text": name}] for name in ("utter_hello", "utter_bye", "utter_sad", "utter_start")},
        "actions": ["action_ask"],
        "forms": {"form_a": {"required_slots": ["notes"]}},
    }
)


@pytest.fixture(params=["stock", "ours"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Runs a test with Rasa's own code, and with the corrections."""
    for owner, name, ours in rasa_fixes.FIXES:
        monkeypatch.setattr(owner, name, ours if request.param == "ours" else STOCK[owner, name])
    return str(request.param)


def said(intent: str, text: str = "words") -> list[Event]:
    return [ActionExecuted("action_listen"), UserUttered(text, {"name": intent, "confidence": 1.0})]
