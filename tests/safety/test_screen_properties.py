"""How something is written must not decide whether an emergency is seen: the rules alone, without the learned part."""

from __future__ import annotations

import random
from typing import Callable, Iterator

import pytest

from backtalk.catalogue import Tier, catalogue
from backtalk.screen import Finding

Judge = Callable[[str], Finding]

EMERGENCIES = [
    "I can't feel the toilet paper when I wipe",
    "my genitals have gone numb since yesterday",
    "I can't pee and my back hurts",
    "I wet myself without noticing and my back is bad",
    "both my legs are tingling and my back hurts",
    "both legs gave way and I fell",
    "I fell off the garage roof this morning",
    "someone drove into my car and my neck hurts",
    "I have a fever and I am very confused",
    "my neck is so stiff and I have a high fever",
    "I can feel a pulsating lump in my stomach",
    "chest pain going into my left arm, sweating",
    "I am coughing up blood",
    "it hurts when I breathe in, very sharp pain",
    "my face is drooping and my speech is slurred",
    "my poo is black and tarry",
    "I keep vomiting blood",
    "my foot has gone cold and white and it is painful",
    "I am thirty weeks pregnant and bleeding",
    "pregnant and my waters have broken",
    "the baby has not moved since yesterday, I am pregnant",
    "my throat is swelling after eating peanuts",
    "I fainted in the bath",
    "I want to kill myself",
    "I don't want to live anymore",
    "I swallowed twenty paracetamol tablets",
    "my husband punched me in the back",
    "I have breast cancer and my legs are weak",
    "I take warfarin and fell on the ice",
    "kidney stone with fever and shivering",
]
#: Symptoms that "I don't have" denies.
SYMPTOMS = [
    "numbness between my legs",
    "chest pain or breathlessness",
    "a fever",
    "weakness in my legs",
    "blood in my poo",
    "pins and needles in both legs",
    "a swollen calf",
    "cancer",
    "a stiff neck with fever",
    "blisters on my back",
    "trouble peeing",
    "thoughts of suicide",
    "foot drop",
    "a pulsing lump in my belly",
    "bleeding in pregnancy",
]
FILLERS = ["erm, hi, so basically, ", "sorry to bother you, ", "ok so like ", "Good evening. I hope you are well. "]
ENDINGS = [" lol", " tbh", ", you know what I mean", ". any stretches for that?", " 😭😭", "!!!", "..."]
#: Words from this length on take a slip of one letter: shorter ones have too many neighbours that are words as well.
TYPO_FROM = 6


def raised(judge: Judge, text: str) -> bool:
    """An emergency is raised."""
    return any(catalogue()[flag].tier is Tier.EMERGENCY for flag in judge(text).flags)


def typos(text: str, count: int) -> Iterator[str]:
    """The text with one slip in one longer word: a letter dropped, doubled, or two exchanged. The same on every run."""
    chance = random.Random(text)
    words = text.split()
    places = [n for n, word in enumerate(words) if word.isalpha() and len(word) >= TYPO_FROM]
    for _ in range(count if places else 0):
        place = chance.choice(places)
        word = words[place]
        at = chance.randrange(2, len(word) - 2)
        before, here, after = word[:at], word[at], word[at + 1 :]
        slips = [before + after, before + here + here + after, before + after[0] + here + after[1:]]
        yield " ".join([*words[:place], chance.choice(slips), *words[place + 1 :]])


@pytest.mark.parametrize("text", EMERGENCIES)
class TestNothingIsLost:
    def test_as_it_stands(self, judge: Judge, text: str) -> None:
        assert raised(judge, text), judge(text).why

    def test_by_case(self, judge: Judge, text: str) -> None:
        for variant in (text.upper(), text.lower(), text.title()):
            assert raised(judge, variant), variant

    def test_by_punctuation(self, judge: Judge, text: str) -> None:
        plain = text.replace(",", "").replace("'", "")
        curly = text.replace("'", "’")
        for variant in (plain, curly, f'"{text}"', f"- {text}.", text.replace(" ", "  "), text + "?", f"...{text}"):
            assert raised(judge, variant), variant

    def test_by_emoji_fillers_and_endings(self, judge: Judge, text: str) -> None:
        variants = [f"😱 {text} 🚑", *(filler + text for filler in FILLERS), *(text + ending for ending in ENDINGS)]
        for variant in variants:
            assert raised(judge, variant), variant

    def test_by_what_stands_around_it(self, judge: Judge, text: str) -> None:
        for variant in (
            f"Thanks for the stretches! By the way, {text}",
            f"{text}. What else can I do for my posture?",
            f"My desk is too low. {text}. I like swimming.",
            f"I have no other illness. {text}",
        ):
            assert raised(judge, variant), variant

    def test_by_a_slip_of_one_letter(self, judge: Judge, text: str) -> None:
        # By the rules alone: a slip may make another word ("broen", "brown"); the learned part stands behind them.
        lost = [variant for variant in typos(text, 6) if not raised(judge, variant)]
        assert len(lost) <= 1, lost

    def test_by_the_order_of_its_parts(self, judge: Judge, text: str) -> None:
        for joint in (" and ", ", "):
            if joint in text:
                first, second = text.split(joint, 1)
                assert raised(judge, f"{second}{joint}{first}"), text


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_i_do_not_have_makes_no_emergency(judge: Judge, symptom: str) -> None:
    denials = ("I don't have {}", "i dont have {}, just a stiff back", "no {}", "I have never had {}")
    for text in (denial.format(symptom) for denial in denials):
        found = judge(text)
        assert all(catalogue()[flag].tier is Tier.SOON for flag in found.flags), found.why


def test_a_very_long_message_is_read_in_time(judge: Judge) -> None:
    import time

    text = "my back hurts and my legs are numb and I fell and " * 80
    judge(text)
    started = time.process_time()
    assert judge(text).flags
    assert time.process_time() - started < 0.5


def test_the_screen_costs_less_than_three_milliseconds(reader) -> None:  # type: ignore[no-untyped-def]
    import time

    from backtalk.context import Analysis
    from backtalk.screen import screen_for

    docs = [reader.read(text) for flag in catalogue() for text in flag.phrasings[:12]]
    for doc in docs:
        screen_for().judge(Analysis(doc), None)
    times = []
    for doc in docs:
        started = time.process_time()
        screen_for().judge(Analysis(doc), None)
        times.append(time.process_time() - started)
    times.sort()
    assert times[len(times) // 2] < 0.0015
    assert times[int(len(times) * 0.95)] < 0.003
