"""Corrections of rules and trackers: predictions and copies are those of Rasa's own code."""

from __future__ import annotations

import copy
import itertools
import json
import random
from pathlib import Path
from typing import Any, Optional

import pytest
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    FollowupAction,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from components import rasa_fixes
from tests.components.fixing import DOMAIN, STOCK, said, way

__all__ = ["way"]  # a fixture

# --- rules


def rule(*events: Event) -> TrackerWithCachedStates:
    tracker = TrackerWithCachedStates.from_events(
        "rule", list(events), slots=DOMAIN.slots, domain=DOMAIN, is_rule_tracker=True
    )
    tracker.is_rule_tracker = True
    return tracker


def policy(folder: Path, *more: TrackerWithCachedStates) -> RulePolicy:
    """Trained on a rule of each kind."""
    snippet = ActionExecuted("...")
    rules = [
        rule(snippet, *said("hello"), ActionExecuted("utter_hello"), ActionExecuted("action_listen")),
        rule(snippet, *said("bye"), ActionExecuted("utter_bye"), snippet),
        rule(snippet, SlotSet("mood", "bad"), *said("bye"), ActionExecuted("utter_sad"), snippet),
        rule(*said("ask"), ActionExecuted("utter_start"), snippet),
        rule(snippet, *said("ask"), ActionExecuted("action_ask"), ActionExecuted("utter_hello"), snippet),
        *more,
    ]
    made = RulePolicy(
        {
            **RulePolicy.get_default_config(),
            "core_fallback_action_name": "action_ask",
            "check_for_contradictions": False,
        },
        LocalModelStorage(folder),
        Resource("rules"),
        ExecutionContext(GraphSchema({}), "test"),
    )
    made.train(rules, DOMAIN)
    return made


def conversations() -> list[list[Event]]:
    """Every order of three turns, with slots, forms and restarts between them."""
    turns = [
        [*said("hello"), ActionExecuted("utter_hello")],
        [*said("bye", "see you"), ActionExecuted("utter_bye"), SlotSet("mood", "bad")],
        [*said("ask"), ActionExecuted("action_ask")],
        [*said("inform"), ActionExecuted("form_a"), ActiveLoop("form_a"), SlotSet("requested_slot", "notes")],
        [ActiveLoop(None), SlotSet("requested_slot", None)],
        [Restarted()],
        said("hello", "hello there"),
        said("bye"),
        said("ask"),
        said("inform"),
    ]
    return [list(itertools.chain(*picked)) for picked in itertools.product(turns, repeat=3)]


def test_rules_predict_what_they_predict_in_rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = policy(tmp_path)
    predicted = set()
    for number, events in enumerate(conversations()):
        tracker = DialogueStateTracker.from_events(str(number), events, DOMAIN.slots)
        found = []
        for choose in (lambda owner, name, ours: STOCK[owner, name], lambda owner, name, ours: ours):
            for owner, name, ours in rasa_fixes.FIXES:
                monkeypatch.setattr(owner, name, choose(owner, name, ours))
            found.append(rules.predict_action_probabilities(tracker, DOMAIN))
        stock, own = found
        assert own.probabilities == stock.probabilities, events
        assert own.events == stock.events
        assert own.is_end_to_end_prediction == stock.is_end_to_end_prediction
        assert own.is_no_user_prediction == stock.is_no_user_prediction
        assert own.hide_rule_turn == stock.hide_rule_turn
        predicted.add(stock.max_confidence_index)
    assert len(predicted) >= 6


def test_a_rule_on_the_wording_still_applies(tmp_path: Path, way: str) -> None:
    wording = rule(
        ActionExecuted("..."),
        ActionExecuted("action_listen"),
        UserUttered("open sesame"),
        ActionExecuted("utter_start"),
        ActionExecuted("..."),
    )
    rules = policy(tmp_path, wording)
    tracker = DialogueStateTracker.from_events("ann", said("hello", "open sesame"), DOMAIN.slots)
    prediction = rules.predict_action_probabilities(tracker, DOMAIN)
    assert prediction.is_end_to_end_prediction
    assert DOMAIN.action_names_or_texts[prediction.max_confidence_index] == "utter_start"


def state(chance: random.Random, values: list[Any]) -> dict[str, dict[str, Any]]:
    """A state of a rule or of a conversation, at random."""
    found: dict[str, dict[str, Any]] = {}
    action = chance.choice([None, "action_listen", "utter_hello", *values])
    if action:
        found["prev_action"] = {"action_name": action}
    user: dict[str, Optional[str]] = {
        "intent": chance.choice([None, "hello", "bye", *values]),
        "text": chance.choice([None, None, None, "words"]),
    }
    found["user"] = {key: value for key, value in user.items() if value}
    found["slots"] = {"mood": chance.choice([[1.0, 0.0], [0.0, 1.0]])} if chance.random() < 0.3 else {}
    found["active_loop"] = {"name": chance.choice(["form_a", *values])} if chance.random() < 0.3 else {}
    return {key: value for key, value in found.items() if value or key == "prev_action"}


def test_the_rules_found_by_the_index_are_those_that_rasa_finds(tmp_path: Path) -> None:
    chance = random.Random(1)
    rules = policy(tmp_path)
    found = 0
    for _ in range(60):
        lookup = {
            json.dumps([state(chance, ["should_not_be_set"]) for _ in range(chance.randint(1, 3))], sort_keys=True): "a"
            for _ in range(40)
        }
        rules.lookup[RULES] = lookup
        for _ in range(40):
            states = [state(chance, []) for _ in range(chance.randint(0, 4))]
            for one in states:
                one["slots"] = {name: tuple(value) for name, value in one.get("slots", {}).items()}
            expected = STOCK[RulePolicy, "_get_possible_keys"](rules, lookup, states)
            assert rasa_fixes._possible_keys(rules, lookup, states) == expected
            found += 0 < len(expected) < len(lookup)
    assert found > 200


# --- domains


@pytest.mark.parametrize(
    "domain",
    [
        Domain.empty(),
        DOMAIN,
        Domain.from_dict({"version": "3.1", "intents": ["hello"]}),
        Domain.from_dict({"version": "3.1", "responses": {"utter_hello": [{"text": "Hello."}]}}),
        Domain.from_dict({"version": "3.1", "actions": ["action_ask"]}),
        Domain.from_dict({}),
    ],
    ids=["empty", "full", "intents", "responses", "actions", "nothing"],
)
def test_a_domain_is_as_empty_as_in_rasa(domain: Domain) -> None:
    assert rasa_fixes._is_empty(domain) is STOCK[Domain, "is_empty"](domain)


# --- copies of trackers


@pytest.mark.parametrize(
    "more",
    [
        [],
        [ActiveLoop("form_a"), SlotSet("requested_slot", "notes")],
        [ConversationPaused()],
        [UserUtteranceReverted()],
        [FollowupAction("action_ask")],
        [Restarted()],
        [SlotSet("mood", "bad"), SlotSet("notes", {"a": [1, 2]})],
    ],
    ids=["plain", "form", "paused", "reverted", "follow-up", "restarted", "slots"],
)
def test_a_copy_of_a_tracker_equals_rasas(more: list[Event]) -> None:
    events = [*said("hello"), ActionExecuted("utter_hello"), BotUttered("hi"), SlotSet("notes", 1), *said("bye"), *more]
    tracker = DialogueStateTracker.from_events("ann", events, DOMAIN.slots)
    stock, ours = STOCK[DialogueStateTracker, "copy"](tracker), rasa_fixes._copy_tracker(tracker)
    assert ours.current_state(EventVerbosity.ALL) == stock.current_state(EventVerbosity.ALL)
    assert ours.past_states(DOMAIN) == stock.past_states(DOMAIN)
    assert ours.followup_action == stock.followup_action
    assert ours.latest_bot_utterance == stock.latest_bot_utterance


def test_a_change_of_the_copy_leaves_the_tracker_alone() -> None:
    tracker = DialogueStateTracker.from_events(
        "ann", [*said("hello"), ActiveLoop("form_a"), SlotSet("notes", 1)], DOMAIN.slots
    )
    before = copy.deepcopy(tracker.current_state(EventVerbosity.ALL))
    twin = rasa_fixes._copy_tracker(tracker)
    twin.update_with_events([SlotSet("notes", 2), BotUttered("hi"), *said("bye"), ConversationPaused()], DOMAIN)
    twin.interrupt_loop(True)
    twin.reject_action("form_a")
    assert tracker.current_state(EventVerbosity.ALL) == before
    assert twin.get_slot("notes") == 2
