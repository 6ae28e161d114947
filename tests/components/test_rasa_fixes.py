"""Corrections of actions, graphs and connections: they give what Rasa's own code gives, errors included."""

from __future__ import annotations

import ast
import asyncio
import base64
import copy
import inspect
import json
import logging
import time
from pathlib import Path
from typing import Any, Callable, Optional

import aiohttp.web
import pytest
import rasa
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.lock_store import InMemoryLockStore
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.events import (
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from components import rasa_fixes
from tests.components.fixing import DOMAIN, STOCK, way

__all__ = ["way"]  # a fixture


def outcome(call: Callable[[], Any]) -> tuple[str, Any]:
    """What a call returns, or the type and words of what it raises."""
    try:
        return "returned", call()
    except Exception as error:
        return type(error).__qualname__, getattr(error, "message", str(error))


# --- responses of actions

SLOT = {"event": "slot", "name": "profile", "value": {"age": 4}, "timestamp": None}
RESPONSES: list[Any] = [
    {"events": [SLOT], "responses": [{"text": "hi"}]},
    {"events": [], "responses": []},
    {},
    {"events": [{**SLOT, "timestamp": 1.5}, {**SLOT, "timestamp": 3, "metadata": {}}]},
    {"events": [{"event": "slot", "name": "profile"}]},
    {"events": [{"event": "slot", "value": 1}]},
    {"events": [{**SLOT, "name": 3}]},
    {"events": [{**SLOT, "name": None}]},
    {"events": [{**SLOT, "timestamp": "now"}]},
    {"events": [{**SLOT, "timestamp": True}]},
    {"events": [{**SLOT, "metadata": []}]},
    {"events": [{"event": "no such event"}]},
    {"events": [{"name": "profile", "value": 1}]},
    {"events": [SLOT, {"event": 5}]},
    {"events": ["slot"]},
    {"events": {"event": "slot"}},
    {"events": None},
    {"responses": "hi"},
    {"responses": ["hi"]},
    {"responses": None},
    {"events": [{"event": "reset_slots"}, {"event": "restart"}, {"event": "bot", "text": "x"}], "responses": []},
    {"events": [{"event": "action", "name": "x", "policy": None, "confidence": "high"}]},
    {"events": [{"event": "entities", "entities": [{"entity": "a", "value": 1}]}]},
    {"events": [{"event": "entities", "entities": [{"entity": "a"}]}]},
    None,
    [],
    "text",
]


@pytest.mark.parametrize("response", RESPONSES, ids=lambda response: json.dumps(response)[:60])
def test_a_response_is_accepted_or_refused_as_by_rasa(response: Any) -> None:
    action = RemoteAction("action_ask", None)
    expected = outcome(lambda: STOCK[RemoteAction, "_validate_action_result"](action, copy.deepcopy(response)))
    assert outcome(lambda: rasa_fixes._validate(action, copy.deepcopy(response))) == expected


def test_some_of_these_responses_are_refused_and_some_are_not() -> None:
    action = RemoteAction("action_ask", None)
    verdicts = [outcome(lambda one=one: rasa_fixes._validate(action, one))[0] for one in RESPONSES]  # type: ignore[misc]
    assert verdicts.count(ValidationError.__qualname__) >= 10
    assert verdicts.count("returned") >= 6


# --- what an action is sent


def test_an_action_is_sent_slots_and_the_latest_messages_of_the_user() -> None:
    events: list[Event] = []
    for number in range(40):
        events += [UserUttered(f"text {number}"), BotUttered("answer"), SlotSet("notes", number)]
    tracker = DialogueStateTracker.from_events("ann", events, DOMAIN.slots)
    action = RemoteAction("action_ask", EndpointConfig("http://127.0.0.1", selective_domain=True))
    stock = STOCK[RemoteAction, "_action_call_format"](action, tracker, DOMAIN)
    ours = rasa_fixes._call_format(action, tracker, DOMAIN)
    sent = ours["tracker"].pop("events")
    everything = [event for event in stock["tracker"].pop("events") if event["event"] == "user"]
    assert ours == stock
    assert sent == everything[-rasa_fixes.TURNS_SENT :]
    assert len(json.dumps(sent)) < len(json.dumps([event.as_dict() for event in events])) / 3


def test_a_domain_is_sent_where_it_is_asked_for() -> None:
    tracker = DialogueStateTracker.from_events("ann", [UserUttered("hi")], DOMAIN.slots)
    action = RemoteAction("action_ask", EndpointConfig("http://127.0.0.1", selective_domain=False))
    assert rasa_fixes._call_format(action, tracker, DOMAIN)["domain"] == DOMAIN.as_dict()


# --- running a model's graph


class Adds(GraphComponent):
    """Adds its inputs, or fails in a way of its own."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: dict[str, Any], **_: Any) -> "Adds":
        return cls(config)

    def add(self, a: Any, b: Any = 0) -> Any:
        if self._config.get("fails"):
            raise self._config["fails"]("no")
        return a + b + self._config.get("more", 0)


def runner(folder: Path, **broken: Any) -> DaskGraphRunner:
    """x + 1 -> left, x + 10 -> right, left + right -> both, and an end that nobody needs."""

    def node(needs: dict[str, str], **config: Any) -> SchemaNode:
        return SchemaNode(needs=needs, uses=Adds, constructor_name="create", fn="add", config=config)

    schema = GraphSchema(
        {
            "left": node({"a": "x"}, more=1, **broken),
            "right": node({"a": "x"}, more=10),
            "both": node({"a": "left", "b": "right"}),
            "end": node({"a": "both"}, more=100),
        }
    )
    return DaskGraphRunner(schema, LocalModelStorage(folder), ExecutionContext(schema, "test"))


@pytest.mark.parametrize("targets", [["both"], ["end"], ["left", "right"], ["end", "left"], []], ids=str)
def test_a_graph_gives_what_it_gives_in_rasa(tmp_path: Path, targets: list[str]) -> None:
    graph = runner(tmp_path)
    for x in (1, 5, 2.5):
        expected = outcome(lambda x=x: STOCK[DaskGraphRunner, "run"](graph, {"x": x}, targets))  # type: ignore[misc]
        assert outcome(lambda x=x: rasa_fixes._run_graph(graph, {"x": x}, targets)) == expected  # type: ignore[misc]
    assert rasa_fixes._run_graph(graph, {"x": 1}, ["both"]) == {"both": 13}


@pytest.mark.parametrize("error", [ValueError, RuntimeError, GraphRunError, KeyError])
def test_an_error_in_a_component_is_the_same_error(tmp_path: Path, error: type[Exception]) -> None:
    graph = runner(tmp_path, fails=error)
    expected = outcome(lambda: STOCK[DaskGraphRunner, "run"](graph, {"x": 1}, ["both"]))
    assert expected[0] != "returned"
    assert outcome(lambda: rasa_fixes._run_graph(graph, {"x": 1}, ["both"])) == expected


@pytest.mark.parametrize("inputs", [{"x": 1, "left": 2}, {"x": "left"}, {"x": 1, "y": "end"}, {}, {"y": 1}], ids=str)
def test_inputs_that_clash_or_lack_are_dealt_with_as_in_rasa(tmp_path: Path, inputs: dict[str, Any]) -> None:
    graph = runner(tmp_path)
    expected = outcome(lambda: STOCK[DaskGraphRunner, "run"](graph, inputs, ["both"]))
    assert outcome(lambda: rasa_fixes._run_graph(graph, inputs, ["both"])) == expected


# --- connections to the action server


async def served(use: Callable[[str], Any]) -> tuple[Any, int, list[Optional[str]]]:
    """Runs a coroutine against an echoing server: its result, connections made, and Authorization headers seen."""
    peers = set()
    headers = []

    async def echo(request: aiohttp.web.Request) -> aiohttp.web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        headers.append(request.headers.get("Authorization"))
        body = await request.json()
        return aiohttp.web.json_response(body, status=body.get("status", 200))

    app = aiohttp.web.Application()
    app.router.add_post("/webhook", echo)
    site = aiohttp.web.AppRunner(app)
    await site.setup()
    try:
        await aiohttp.web.TCPSite(site, "127.0.0.1", 0).start()
        result = await use(f"http://127.0.0.1:{site.addresses[0][1]}/webhook")
    finally:
        for connector in list(rasa_fixes._connectors.values()):
            await connector.close()
        await site.cleanup()
    return result, len(peers), headers


def test_calls_share_a_connection(way: str) -> None:
    async def use(url: str) -> list[Any]:
        endpoint = EndpointConfig(url)
        return [await endpoint.request(json={"number": number}) for number in range(5)]

    result, connections, _ = asyncio.run(served(use))
    assert result == [{"number": number} for number in range(5)]
    assert connections == (1 if way == "ours" else 5)


def test_a_call_after_the_connection_was_closed_is_answered(way: str) -> None:
    async def use(url: str) -> Any:
        endpoint = EndpointConfig(url)
        await endpoint.request(json={})
        for connector in list(rasa_fixes._connectors.values()):
            await connector.close()
        return await endpoint.request(json={"again": True})

    assert asyncio.run(served(use))[0] == {"again": True}


def test_an_error_status_is_the_same_error(way: str) -> None:
    async def use(url: str) -> Any:
        with pytest.raises(ClientResponseError) as caught:
            await EndpointConfig(url).request(json={"status": 500})
        return caught.value.status, json.loads(caught.value.text)

    assert asyncio.run(served(use))[0] == (500, {"status": 500})


def test_the_password_of_an_endpoint_is_sent(way: str) -> None:
    async def use(url: str) -> Any:
        return await EndpointConfig(url, basic_auth={"username": "ann", "password": "secret"}).request(json={})

    assert asyncio.run(served(use))[2] == ["Basic " + base64.b64encode(b"ann:secret").decode()]


def test_nobody_listening_is_the_same_error(way: str) -> None:
    async def use(url: str) -> Any:
        return url

    gone = asyncio.run(served(use))[0]
    with pytest.raises(aiohttp.ClientConnectorError):
        asyncio.run(EndpointConfig(gone).request(json={}))


# --- one message of a conversation after the other


def test_messages_of_a_conversation_are_dealt_with_one_by_one(way: str) -> None:
    store = InMemoryLockStore()
    done: list[str] = []

    async def message(name: str, seconds: float) -> None:
        async with store.lock("ann"):
            done.append(f"{name} begins")
            await asyncio.sleep(seconds)
            done.append(f"{name} ends")

    async def talk() -> float:
        started = time.monotonic()
        await asyncio.gather(message("first", 0.1), message("second", 0.0), message("third", 0.0))
        return time.monotonic() - started

    seconds = asyncio.run(talk())
    assert done == [f"{name} {what}" for name in ("first", "second", "third") for what in ("begins", "ends")]
    assert seconds >= 1.0 if way == "stock" else seconds < 0.8


# --- copies for log lines


@pytest.mark.parametrize("module", rasa_fixes.COPY_FOR_LOGS, ids=lambda module: module.__name__)
def test_the_module_copies_for_log_lines_only(module: Any) -> None:
    tree = ast.parse(inspect.getsource(module))
    uses = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id == "copy"]
    logged = [
        inner
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
        for inner in ast.walk(call)
        if isinstance(inner, ast.Attribute) and ast.unparse(inner) == "copy.deepcopy"
    ]
    assert uses
    assert len(uses) == len(logged)


def test_what_a_debug_line_shows_is_a_copy(caplog: pytest.LogCaptureFixture) -> None:
    value = {"a": [1]}
    with caplog.at_level(logging.DEBUG, "rasa"):
        assert rasa_fixes._Copies.deepcopy(value) == value
        assert rasa_fixes._Copies.deepcopy(value) is not value
    with caplog.at_level(logging.INFO, "rasa"):
        assert rasa_fixes._Copies.deepcopy(value) is value


# --- putting them in place


@pytest.fixture
def stock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa as it comes; put back afterwards."""
    for (owner, name), method in STOCK.items():
        monkeypatch.setattr(owner, name, method)


@pytest.mark.usefixtures("stock")
def test_they_are_put_in_place() -> None:
    assert rasa_fixes.install()
    assert all(vars(owner)[name] is ours for owner, name, ours in rasa_fixes.FIXES)


@pytest.mark.usefixtures("stock")
def test_another_rasa_is_left_alone(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.7.0")
    assert not rasa_fixes.install()
    assert all(getattr(owner, name) is STOCK[owner, name] for owner, name, _ in rasa_fixes.FIXES)
    assert "3.7.0" in caplog.text
