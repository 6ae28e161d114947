"""Corrections of Rasa 3.6's own behaviour, for speed. Each says what it replaces and why; results stay the same.

``install`` is called by ``scripts.server``; under a plain ``rasa run`` everything works as well, only slower.
"""

from __future__ import annotations

import logging
from graphlib import TopologicalSorter
from typing import Any, Optional

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

logger = logging.getLogger(__name__)

#: The version that these corrections were read off from.
RASA = "3.6."
#: User messages whose events an action gets to see. Ours look at the latest two, and at what no action has taken in
#: yet.
TURNS_SENT = 12


def _validate(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Replaces ``RemoteAction._validate_action_result``.

    That one checks the schema itself again at each response (``jsonschema.validate``), which is three quarters of a
    turn. Here the validator is made once; what it accepts, what it raises, and its message are the same.
    """
    global _validator
    if _validator is None:
        from jsonschema.validators import validator_for

        schema = RemoteAction.action_response_format_spec()
        kind = validator_for(schema)
        kind.check_schema(schema)
        _validator = kind(schema)
    if not _validator.is_valid(result):
        return _stock_validate(self, result)
    return True


def _call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """Replaces ``RemoteAction._action_call_format``.

    That one sends every event of the conversation with every action call, so that a turn costs the more the longer
    people talk. Slots, the latest message and the events of the latest turns are all that our actions read.
    """
    state = tracker.current_state(EventVerbosity.NONE)
    recent: list[dict[str, Any]] = []
    turns = 0
    for event in reversed(tracker.events):
        recent.append(event.as_dict())
        if isinstance(event, UserUttered):
            turns += 1
            if turns == TURNS_SENT:
                break
    state["events"] = recent[::-1]
    body = {"next_action": self._name, "sender_id": tracker.sender_id, "tracker": state, "version": rasa.__version__}
    if not self._is_selective_domain_enabled() or domain.does_custom_action_explicitly_need_domain(self.name()):
        body["domain"] = domain.as_dict()
    return body


def _run_graph(
    self: DaskGraphRunner, inputs: Optional[dict[str, Any]] = None, targets: Optional[list[str]] = None
) -> dict[str, Any]:
    """Replaces ``DaskGraphRunner.run``.

    That one works out which components to run, and in which order, at every message and every action. Neither changes
    once a model is loaded: here it is worked out once for each set of targets.
    """
    plans: dict[tuple[str, ...], list[tuple[str, Any, list[str]]]] = vars(self).setdefault("_plans", {})
    wanted = tuple(targets or self._graph_schema.target_names)
    if wanted not in plans:
        plans[wanted] = _in_order(self._build_dask_graph(self._graph_schema.minimal_graph_schema(list(wanted))))
    results: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    for name, node, needs in plans[wanted]:
        if name in results:
            raise GraphRunError(f"Input value '{name}' clashes with a node name.")
        try:
            results[name] = node(*(results.get(need, need) for need in needs))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
    return {name: results[name][1] for name in wanted}


def _in_order(graph: dict[str, Any]) -> list[tuple[str, Any, list[str]]]:
    """The nodes of a graph, each after all that it needs."""
    order = TopologicalSorter({name: [need for need in needs if need in graph] for name, (_, *needs) in graph.items()})
    return [(name, graph[name][0], list(graph[name][1:])) for name in order.static_order()]


_validator: Any = None
_stock_validate = RemoteAction._validate_action_result


def install() -> bool:
    """Puts the corrections in place; on another Rasa than they were written for, leaves all as it is and says so.

    Returns:
        Whether they are in place.
    """
    if not rasa.__version__.startswith(RASA):
        logger.warning("Rasa %s is not %sx: its own, slower ways are kept.", rasa.__version__, RASA)
        return False
    RemoteAction._validate_action_result = _validate  # type: ignore[method-assign]
    RemoteAction._action_call_format = _call_format  # type: ignore[method-assign]
    DaskGraphRunner.run = _run_graph  # type: ignore[method-assign]
    return True
