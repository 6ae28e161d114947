"""What the bot says is short and plain, alone and put together."""

from __future__ import annotations

import re
import string
from typing import Any, Optional

import pytest
import textstat

from backtalk.advice import Adviser
from backtalk.alerts import Speaker
from backtalk.catalogue import Flag, Tier, catalogue
from backtalk.choosing import forbidden
from backtalk.conversation import State
from backtalk.lint import GRADE_LIMIT, SENTENCE_LIMIT, check_entry
from backtalk.phrases import phrases
from backtalk.profile import Person, Profile
from backtalk.rendering import MESSAGE_LIMIT
from backtalk.store import Entry, Topic, store
from backtalk.triage import SPEAK, Nurse, Screened, Triage
from backtalk.vocabulary import vocabulary
from backtalk.yaml_files import DATA, read_yaml
from tests.messages import message, state, told

ADVISER = Adviser(store(), phrases())
ENTRIES = [pytest.param(entry, id=entry.id) for entry in store()]
RESPONSES = [
    pytest.param(one["text"], id=f"{name}-{number}")
    for path in sorted((DATA / "responses").glob("*.yml"))
    for name, wordings in read_yaml(path)["responses"].items()
    for number, one in enumerate(wordings)
]


def assert_fit(texts: list[str]) -> None:
    """Each fits, holds no blank line, no markup, and no name that was not filled in."""
    assert texts
    for text in texts:
        assert 0 < len(text) <= MESSAGE_LIMIT, f"{len(text)} characters: {text[:80]}"
        assert "\n\n" not in text
        assert text == text.strip()
        assert not re.search(r"[{}<>]|\*\*|None|\bnan\b", text), text


def assert_plain(text: str) -> None:
    """Short sentences and words. A list of signs is read one by one: there a comma ends a thought."""
    thoughts = re.split(r"(?<=[.!?:;])\"?\s+|, ", text)
    for thought in thoughts:
        assert len(thought.split()) <= SENTENCE_LIMIT, thought
    grade = textstat.flesch_kincaid_grade(". ".join(thought.rstrip(".") for thought in thoughts))
    assert grade <= GRADE_LIMIT, f"grade {grade}: {text}"


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_is_plain_and_short(entry: Entry) -> None:
    assert list(check_entry(entry)) == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_fits_one_message_whoever_asks(entry: Entry) -> None:
    words = vocabulary()
    allowed = [name for name in words.conditions if not forbidden(entry, words.implied(frozenset({name})))]
    for conditions in (frozenset[str](), *(words.implied(frozenset({name})) for name in allowed), frozenset(allowed)):
        assert_fit(ADVISER.full(entry, conditions))


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("words", ["", "how long and how often"])
def test_answer_to_a_question_about_the_entry_fits(entry: Entry, words: str) -> None:
    asked = message("ask_x", entry.id, text=words)
    reply = ADVISER.specific(asked.asks[0], asked, state())
    assert_fit(reply.texts)
    if reply.question:
        assert_fit([reply.question[0]])


@pytest.mark.parametrize("entry", ENTRIES)
def test_answer_to_somebody_with_every_condition_that_forbids_it_fits(entry: Entry) -> None:
    them = State(profile=Profile(others={"your best friend": Person(list(entry.avoid_if))}, subject="your best friend"))
    reply = ADVISER.one(entry, them)
    assert_fit(reply.texts)


@pytest.mark.parametrize("topic", [pytest.param(topic, id=name) for name, topic in store().topics.items()])
def test_first_answers_of_a_topic_fit(topic: Topic) -> None:
    for start in range(0, len(topic.entries), 3):
        entries = topic.entries[start : start + 3]
        guesses = [(entry.id, 0.3) for entry in entries]
        reply = ADVISER.answer(message(f"ask_{topic.name}", *guesses), state())
        assert_fit(reply.texts)


@pytest.mark.parametrize("intent", ["describe_pain", "ask_exercises", "ask_self_care", "ask_quick_relief", "ask_cause"])
@pytest.mark.parametrize("situation", [None, *vocabulary().situations])
def test_first_answers_to_a_complaint_fit(intent: str, situation: Optional[str]) -> None:
    facts = told("situation", situation) if situation else []
    for who in (state(), state("pregnant"), state("osteoporosis", "blood_thinners", "diabetes")):
        reply = ADVISER.answer(message(intent, facts=facts), who)
        assert_fit(reply.texts)


@pytest.mark.parametrize("text", RESPONSES)
def test_response_is_plain_and_short(text: str) -> None:
    assert_fit([text])
    assert_plain(text)


PHRASES = [
    pytest.param(wording, id=f"{name}-{number}")
    for name in phrases()
    for number, wording in enumerate(phrases().wordings(name))
]


@pytest.mark.parametrize("wording", [one for one in PHRASES if len(str(one.values[0]).split()) >= 12])
def test_phrase_is_plain_and_short(wording: str) -> None:
    filled = wording.format(**{name: "this" for _, name, _, _ in string.Formatter().parse(wording) if name})
    assert len(filled) <= MESSAGE_LIMIT
    assert_plain(filled)


@pytest.mark.parametrize("flag", [pytest.param(flag, id=flag.id) for flag in catalogue()])
@pytest.mark.parametrize("region", [None, "GB", "US"])
def test_alert_is_plain_and_short(flag: Flag, region: Optional[str]) -> None:
    nurse = Nurse(catalogue(), phrases(), frozenset())
    step = nurse.step(Triage(), None, message("describe_pain", text="it hurts"), Screened((flag.id,)))
    assert step.plan[0] == SPEAK
    text, card, _ = Speaker(catalogue(), phrases(), vocabulary()).say(step.state, region, Profile(), None)
    assert_fit([text])
    assert_card(card, flag)
    assert_plain(text)


def assert_card(card: Optional[dict[str, Any]], flag: Flag) -> None:
    """The alert card of the message contract."""
    assert card is not None
    assert card["type"] == "alert"
    assert card["tier"] == flag.tier.value
    assert card["flags"][0] == flag.id
    assert all(set(one) == {"label", "tel"} for one in card["numbers"])
    if flag.tier is Tier.EMERGENCY:
        assert card["numbers"]
