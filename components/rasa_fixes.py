"""Corrections of Rasa 3.6's own behaviour, for speed and for a log without users' words. Each says what it replaces
and why; results stay the same.

``install`` is called by ``scripts.rasa_cli``; under a plain ``rasa run`` everything works as well, only slower.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import warnings
from collections import deque
from graphlib import TopologicalSorter
from itertools import islice
from types import SimpleNamespace
from typing import Any, Optional
from weakref import WeakKeyDictionary

import aiohttp
import rasa
import rasa.core.policies.memoization
import rasa.core.policies.rule_policy
import rasa.core.processor
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from rasa.core.policies.rule_policy import SHOULD_NOT_BE_SET, RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import ACTION_NAME, INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.endpoints import EndpointConfig

logger = logging.getLogger(__name__)

#: The version that these corrections were read off from.
RASA = "3.6."
#: User messages that an action gets to see. Ours look at the latest two, and at what no action has taken in yet.
TURNS_SENT = 12
#: Seconds that an unused connection to the action server is kept. Below the 5 after which that server closes it: a call
#: on a connection that is being closed would be lost.
KEPT_OPEN = 3.0
#: Seconds between two looks of a message that waits for the one before it: about what a message takes.
LOCK_LOOK = 0.02


def _validate(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Replaces ``RemoteAction._validate_action_result``.

    That one checks the schema itself again at each response (``jsonschema.validate``), which is three quarters of a
    turn. Here the validator is made once, and not asked about a response that can be seen to fit; what is accepted,
    what is raised, and its message are the same.
    """
    if _fits(result):
        return True
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


def _fits(result: Any) -> bool:
    """Whether a response surely fits the schema: messages, and nothing but slots. It may fit as well if not."""
    if type(result) is not dict:
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    if type(events) is not list or type(responses) is not list:
        return False
    return all(type(response) is dict for response in responses) and all(
        type(event) is dict
        and event.get("event") == "slot"
        and type(event.get("name")) is str
        and "value" in event
        and type(event.get("timestamp")) in (float, int, type(None))
        and type(event.get("metadata")) in (dict, type(None))
        for event in events
    )


def _call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """Replaces ``RemoteAction._action_call_format``.

    That one sends every event of the conversation with every action call, so that a turn costs the more the longer
    people talk. Slots and the latest user messages are all that our actions read.
    """
    state = tracker.current_state(EventVerbosity.NONE)
    messages = (event.as_dict() for event in reversed(tracker.events) if isinstance(event, UserUttered))
    state["events"] = list(islice(messages, TURNS_SENT))[::-1]
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
    nodes = self._instantiated_nodes
    if any(name in nodes or (isinstance(value, str) and value in nodes) for name, value in results.values()):
        # An input in a component's place, or taken for one: Rasa knows what to do then.
        return _stock_run(self, inputs, targets)
    for name, node, needs in plans[wanted]:
        try:
            results[name] = node(*(results.get(need, need) for need in needs))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
    return {name: results[name][1] for name in wanted}


def _in_order(graph: dict[str, Any]) -> list[tuple[str, Any, list[str]]]:
    """The nodes of a graph, each after all that it needs."""
    order = TopologicalSorter({name: [need for need in needs if need in graph] for name, (_, *needs) in graph.items()})
    return [(name, graph[name][0], list(graph[name][1:])) for name in order.static_order()]


class _ByLastState:
    """The rules of a lookup by what the last state of each wants: previous action and intent, None where it wants none.

    Attributes:
        intents_needed: whether no rule can apply to a message without looking at its intent.
    """

    def __init__(self, lookup: dict[str, Any]) -> None:
        # The very dictionary, so that another one at the same address is not taken for it.
        self.lookup, self.size = lookup, len(lookup)
        self._starts: list[str] = []
        self._others: dict[tuple[Optional[str], Optional[str]], list[str]] = {}
        for key in lookup:
            last = RulePolicy._rule_key_to_state(key)[-1]
            if last.get(PREVIOUS_ACTION):
                place = (_wanted(last, PREVIOUS_ACTION, ACTION_NAME), _wanted(last, USER, INTENT))
                self._others.setdefault(place, []).append(key)
            else:
                # Compared with the start of a conversation by other terms: left to Rasa.
                self._starts.append(key)
        self.intents_needed = not self._starts and all(intent is not None for _, intent in self._others)

    def candidates(self, state: State) -> set[str]:
        """All rules that may apply to a conversation in that state, and few that do not."""
        action = state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
        intent = state.get(USER, {}).get(INTENT)
        found = set(self._starts)
        for place in {(a, i) for a in (None, action) for i in (None, intent)}:
            found.update(self._others.get(place, ()))
        return found


def _wanted(state: State, part: str, key: str) -> Optional[str]:
    value = state.get(part, {}).get(key)
    return value if isinstance(value, str) and value and value != SHOULD_NOT_BE_SET else None


def _index(self: RulePolicy, lookup: dict[str, Any]) -> _ByLastState:
    indexes: dict[int, _ByLastState] = vars(self).setdefault("_indexes", {})
    found = indexes.get(id(lookup))
    if found is None or found.lookup is not lookup or found.size != len(lookup):
        found = indexes[id(lookup)] = _ByLastState(lookup)
    return found


def _possible_keys(self: RulePolicy, lookup: dict[str, Any], states: list[State]) -> set[str]:
    """Replaces ``RulePolicy._get_possible_keys``.

    That one compares every rule with the latest state. Here only those are compared that want its action and intent.
    """
    possible = _index(self, lookup).candidates(states[-1]) if states else set(lookup)
    for turn, state in enumerate(reversed(states)):
        if not possible:
            break
        possible = {key for key in possible if self._is_rule_applicable(key, turn, state)}
    return possible


def _from_rules(
    self: RulePolicy, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
) -> tuple[Optional[str], Optional[str], bool]:
    """Replaces ``RulePolicy._find_action_from_rules``.

    That one builds all states of the conversation a second time, to look for rules on the wording of a message. Where
    every rule is on an intent, and no form runs, there can be none.
    """
    if use_text_for_last_user_input and not tracker.active_loop_name:
        rules = self.lookup.get(rasa.core.policies.rule_policy.RULES, {})
        if tracker.latest_action_name == ACTION_LISTEN_NAME and _index(self, rules).intents_needed:
            return None, None, False
    return _stock_from_rules(self, tracker, domain, use_text_for_last_user_input)


def _copy_tracker(self: DialogueStateTracker) -> DialogueStateTracker:
    """Replaces ``DialogueStateTracker.copy``, which Rasa calls before each action.

    That one replays all events. Here what they left behind is copied: what an event replaces is shared, what it changes
    in place is not.
    """
    twin = copy.copy(self)
    twin.events = deque(self.events, self.events.maxlen)
    twin.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
    if type(self.slots) is not dict:  # a dictionary of slots that come into being when asked for
        twin.slots = type(self.slots)(twin.slots)
    twin.active_loop = copy.copy(self.active_loop)
    return twin


def _session(self: EndpointConfig) -> aiohttp.ClientSession:
    """Replaces ``EndpointConfig.session``.

    That one connects anew for each call of an action. Here the calls of a server share their connections.
    """
    loop = asyncio.get_running_loop()
    connector = _connectors.get(loop)
    if connector is None or connector.closed:
        connector = _connectors[loop] = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_OPEN)
    user = self.basic_auth
    return aiohttp.ClientSession(
        connector=connector,
        connector_owner=False,
        headers=self.headers,
        auth=aiohttp.BasicAuth(user["username"], user["password"]) if user else None,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
    )


async def _acquire_lock(self: LockStore, conversation_id: str, ticket: int, wait_time_in_seconds: float) -> TicketLock:
    """Replaces ``LockStore._acquire_lock``.

    That one looks once a second whether the message before is dealt with: who writes two lines in a row waits a second
    for nothing.
    """
    wait = min(wait_time_in_seconds, LOCK_LOOK)
    lock: TicketLock = await _stock_acquire_lock(self, conversation_id, ticket, wait)
    return lock


def _is_empty(self: Domain) -> bool:
    """Replaces ``Domain.is_empty``.

    That one builds an empty domain at every message, to compare with. One with responses is not empty.
    """
    return not self.responses and bool(_stock_is_empty(self))


class _Copies(SimpleNamespace):
    """Replaces the module ``copy`` in modules of Rasa that use it for log lines only: these are copied when wanted."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        """A copy if such lines are written, else the value."""
        return copy.deepcopy(value) if logging.getLogger("rasa").isEnabledFor(logging.DEBUG) else value


#: Modules whose every use of ``copy`` is for a log line.
COPY_FOR_LOGS = (rasa.core.processor, rasa.core.policies.rule_policy, rasa.core.policies.memoization)

_validator: Any = None
_stock_validate = RemoteAction._validate_action_result
_stock_unpack = YAMLStoryReader.unpack_regex_message
_stock_run = DaskGraphRunner.run
_stock_from_rules = RulePolicy._find_action_from_rules
_stock_acquire_lock = LockStore._acquire_lock
_stock_is_empty = Domain.is_empty
_connectors: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = WeakKeyDictionary()


def _unpack_quietly(*args: Any, **kwargs: Any) -> Message:
    """Replaces ``YAMLStoryReader.unpack_regex_message``, which reads a message that begins with "/".

    That one warns of a message that is none of Rasa's commands, and quotes it: words of users do not belong in the log.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        unpacked: Message = _stock_unpack(*args, **kwargs)
        return unpacked


#: What is replaced, and by what.
FIXES: tuple[tuple[Any, str, Any], ...] = (
    (RemoteAction, "_validate_action_result", _validate),
    (RemoteAction, "_action_call_format", _call_format),
    (DaskGraphRunner, "run", _run_graph),
    (RulePolicy, "_get_possible_keys", _possible_keys),
    (RulePolicy, "_find_action_from_rules", _from_rules),
    (DialogueStateTracker, "copy", _copy_tracker),
    (EndpointConfig, "session", _session),
    (Domain, "is_empty", _is_empty),
    (LockStore, "_acquire_lock", _acquire_lock),
    (YAMLStoryReader, "unpack_regex_message", staticmethod(_unpack_quietly)),
    *((module, "copy", _Copies()) for module in COPY_FOR_LOGS),
)


def install() -> bool:
    """Puts the corrections in place; on another Rasa than they were written for, leaves all as it is and says so.

    Returns:
        Whether they are in place.
    """
    if not rasa.__version__.startswith(RASA):
        logger.warning("Rasa %s is not %sx: its own, slower ways are kept.", rasa.__version__, RASA)
        return False
    for owner, name, ours in FIXES:
        setattr(owner, name, ours)
    return True
