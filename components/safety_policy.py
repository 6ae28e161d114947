"""The safety policy: above all others, with the whole conversation in view. It alone decides that safety overrides."""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from backtalk.catalogue import catalogue
from backtalk.conversation import Pending
from backtalk.phrases import phrases
from backtalk.store import store
from backtalk.triage import SPEAK, Nurse, Screened, Triage
from backtalk.wire import message_of
from components.red_flags import RED_FLAGS

#: What Rasa lets anybody type with a slash. Its own actions for them drop every slot, an open red flag among them.
RASA_COMMANDS = frozenset({"restart", "session_start", "back"})
#: Actions in one turn after which it ends, whatever another policy wants. The longest turn of ours takes three; Rasa's
#: limit is ten (``MAX_NUMBER_OF_PREDICTIONS``).
LONGEST_TURN = 6
#: What answers a message that no policy covers (config.yml).
FALLBACK_ACTION = "action_clarify"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class SafetyPolicy(Policy):
    """Answers red flags, holds what is held, asks in doubt, and breaks any silence."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``priority``: above every policy of Rasa's own, the highest of which is 6 (rules)."""
        return {"priority": 10, "max_history": None}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: Optional[TrackerFeaturizer] = None,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, featurizer)
        physical = frozenset(entry.id for entry in store() if entry.physical)
        self._nurse = Nurse(catalogue(), phrases(), physical)

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The next safety action with certainty, or nothing."""
        done, spoken = _turn(tracker)
        if not done:
            return self._first(tracker, domain)
        latest = tracker.latest_message
        if latest is not None and (latest.intent.get("name") or "") in RASA_COMMANDS:
            return self._certain(ACTION_LISTEN_NAME, domain)
        if len(done) >= LONGEST_TURN or (spoken and (done[-1] == FALLBACK_ACTION or len(done) > len(set(done)))):
            # Past its own limit Rasa ends a turn without listening, and answers no later message of the conversation.
            return self._certain(ACTION_LISTEN_NAME, domain)
        plan = (tracker.get_slot("triage") or {}).get("plan", [])
        if done[: len(plan)] == plan[: len(done)] and len(done) < len(plan):
            return self._certain(plan[len(done)], domain)
        if not spoken and done[-1] not in (SPEAK, "action_session_start", "action_restart"):
            # The action server is down, or lost the turn.
            state = self._nurse.silent(Triage.from_dict(tracker.get_slot("triage")))
            state.plan = [*done, SPEAK]
            return self._certain(SPEAK, domain, [SlotSet("triage", state.to_dict())])
        if plan:
            return self._certain(ACTION_LISTEN_NAME, domain)
        return self._prediction(self._default_predictions(domain))

    def _first(self, tracker: DialogueStateTracker, domain: Domain) -> PolicyPrediction:
        latest = tracker.latest_message
        if latest is None or not isinstance(latest, UserUttered) or latest.parse_data is None:
            return self._prediction(self._default_predictions(domain))
        raw = latest.parse_data.get(RED_FLAGS) or {}  # type: ignore[call-overload]
        message = message_of({**latest.parse_data, "text": latest.text})
        before = tracker.get_slot("triage")
        pending = tracker.get_slot("pending")
        step = self._nurse.step(
            Triage.from_dict(before),
            Pending.from_dict(pending),
            message,
            Screened(tuple(raw.get("flags", ())), tuple(raw.get("doubtful", ()))),
        )
        events: list[Event] = []
        after = step.state.to_dict()
        if after != (before or {}):
            events.append(SlotSet("triage", after))
        regions = message.values("region")
        if step.plan and regions and tracker.get_slot("region") != regions[0]:
            # Whoever names a place in an emergency gets its number, with the action server down as well.
            events.append(SlotSet("region", regions[0]))
        if step.plan:
            waiting = step.pending.to_dict() if step.pending else None
            if waiting != pending:
                events.append(SlotSet("pending", waiting))
            return self._certain(step.plan[0], domain, events)
        if (latest.intent.get("name") or "") in RASA_COMMANDS:
            return self._certain("action_start_over", domain, events)
        return self._prediction(self._default_predictions(domain), events=events)

    def _certain(self, action: str, domain: Domain, events: Optional[list[Event]] = None) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, events=events)


def _turn(tracker: DialogueStateTracker) -> tuple[list[str], bool]:
    """The actions since the latest user message, in order, and whether anything was said in it."""
    done: list[str] = []
    spoken = False
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted) and event.action_name:
            if event.action_name == ACTION_LISTEN_NAME and not done:
                continue
            done.append(event.action_name)
        elif isinstance(event, BotUttered):
            spoken = True
    return done[::-1], spoken
