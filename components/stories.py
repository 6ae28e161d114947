"""The policy for stories: Rasa's own, asked only when a story could be meant."""

from __future__ import annotations

import re
from typing import Any, Optional

from rasa.core.policies.memoization import AugmentedMemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

_INTENT = re.compile(r"intent: (\w+)")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class StoryPolicy(AugmentedMemoizationPolicy):
    """Recalls stories wherever in a conversation they begin.

    To find out, Rasa's policy replays the conversation from each of its turns, for every prediction. Few intents occur
    in our stories: for any other one the answer is known before.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._intents = {intent for key in self.lookup for intent in _INTENT.findall(key)}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """As Rasa's; the keys are left readable, for the intents in them."""
        return {**AugmentedMemoizationPolicy.get_default_config(), "enable_feature_string_compression": False}

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The next action of a story, or none."""
        latest = tracker.latest_message
        if latest is None or latest.intent.get("name") not in self._intents:
            return self._prediction(self._default_predictions(domain))
        return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
