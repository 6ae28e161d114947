"""Concept by concept, context by context: what the rules of the screen make of a message, without the learned part."""

from __future__ import annotations

import re
from typing import Callable

import pytest

from backtalk.automaton import PatternFinder
from backtalk.language import english
from backtalk.rules import parse
from backtalk.screen import Finding, Learned, screen_for

RAISED = [
    # saddle, bladder, bowel, sex, both legs
    ("RF-CES", "everything between my legs has been numb since lunch"),
    ("RF-CES", "can't feel myself wiping any more"),
    ("RF-CES", "my private parts are tingling and my back is bad"),
    ("RF-CES", "I am unable to pass water since this morning"),
    ("RF-CES", "been stood at the toilet and my pee will not come"),
    ("RF-CES", "I can no longer tell whether my bladder is full"),
    ("RF-CES", "wet myself at work and never felt it"),
    ("RF-CES", "I soiled myself without noticing"),
    ("RF-CES", "slipped disc last week and now I cannot get an erection"),
    ("RF-CES", "sciatica used to be left only, now both legs are tingling"),
    ("RF-CES", "is this cauda equina, I have saddle numbness"),
    # power and feeling
    ("RF-NEURO", "both my legs gave way on the landing"),
    ("RF-NEURO", "I cannot move my legs"),
    ("RF-NEURO", "paralysed from the waist down since an hour ago"),
    ("RF-FOOTDROP", "I've got foot drop on the left"),
    ("RF-FOOTDROP", "I can't lift my right foot up at the ankle"),
    ("RF-FOOTDROP", "keep tripping over my own toes"),
    ("RF-MYELOPATHY", "I keep dropping cups and can't do my buttons"),
    # injury
    ("RF-TRAUMA", "fell off a ladder this morning"),
    ("RF-TRAUMA", "dad fell down the stairs and his back hurts"),
    ("RF-TRAUMA", "a van reversed into me and my back is in agony"),
    ("RF-TRAUMA", "the horse threw me on Saturday"),
    ("RF-FRACTURE", "I have osteoporosis and coughed, sudden back pain"),
    # infection, kidneys, gut
    ("RF-INFECT-UR", "temperature of 38.9 and back pain"),
    ("RF-INFECT-UR", "shivering all night with back ache"),
    ("RF-INFECT-ER", "I inject heroin and my back is killing me with pain"),
    ("RF-INFECT-ER", "on chemo, fever, and back pain"),
    ("RF-SEPSIS", "she is burning up and confused"),
    ("RF-MENING", "fever and a stiff neck"),
    ("RF-ABDO", "my poo is black and tarry"),
    ("RF-ABDO", "I am vomiting blood"),
    ("RF-PYELO", "it burns when I pee and my side hurts, back pain too"),
    ("RF-RENAL-ER", "kidney stone and a fever"),
    ("RF-RENAL-ER", "one testicle is swollen, sudden pain"),
    ("RF-SHINGLES", "blisters in a band on one side of my ribs"),
    # heart, lungs, vessels, brain
    ("RF-CARDIAC", "chest pain and my left arm is aching"),
    ("RF-PE", "coughing up blood since the flight"),
    ("RF-PE", "it stabs when I breathe in, hurts to take a deep breath"),
    ("RF-AORTA", "there is a pulsing lump in my belly"),
    ("RF-AORTA", "sudden tearing pain in my back, severe"),
    ("RF-LIMB", "my foot has gone white and cold and it hurts"),
    ("RF-DVT", "my calf is swollen and hot"),
    ("RF-STROKE", "my face is drooping on one side"),
    ("RF-STROKE", "my words come out slurred, can't speak properly"),
    # risks
    ("RF-MSCC", "I have lung cancer and my legs are weak"),
    ("RF-CANCER-HX", "had breast cancer in 2015 and now I have back pain"),
    ("RF-BLEED", "I take warfarin and slipped on the ice"),
    ("RF-SPECIAL", "sickle cell and back pain that is not the usual"),
    # pregnancy and after
    ("RF-PREG-ER", "I'm 30 weeks pregnant and bleeding"),
    ("RF-PREG-ER", "pregnant and my waters have just broken"),
    ("RF-ECTOPIC", "my period is two weeks late and one sided pain"),
    ("RF-FETAL", "haven't felt the baby kick since last night, 33 weeks pregnant"),
    ("RF-PREECL", "34 weeks pregnant, headache and seeing spots"),
    ("RF-POSTPARTUM", "gave birth last week and now I have a fever"),
    # skin, allergy
    ("RF-ANAPH", "ate nuts and my throat is closing up"),
    ("RF-SOAK", "I fainted in the hot bath"),
    ("RF-SOAK", "blisters on my feet after the foot bath, burned them"),
    # mind, pills, violence
    ("RF-SUICIDE", "I want to kill myself"),
    ("RF-SUICIDE", "everyone would be better off without me"),
    ("RF-SUICIDE", "I'd rather be dead than live with this"),
    ("RF-SUICIDE", "what if I just ended my life"),
    ("RF-OVERDOSE", "I swallowed 14 paracetamol"),
    ("RF-OVERDOSE", "took too many of my tramadol tablets"),
    ("RF-ABUSE", "my husband kicked me in the back"),
    ("RF-ABUSE", "he strangled me and my neck is sore"),
    ("RF-MEDS", "I have a stomach ulcer, can I take ibuprofen"),
    # soon
    ("RF-CHILD", "I'm 13 and my back hurts"),
    ("RF-CHILD", "my 6 year old says her back is sore"),
    ("RF-CHILD", "I'm in year 8 and my back aches"),
    ("RF-WEIGHTLOSS", "I have lost a stone without trying"),
    ("RF-NIGHT", "back pain wakes me every night"),
    ("RF-SCIATICA", "pain shoots down my left leg"),
    ("RF-DEFORM", "there is a new lump on my spine"),
    ("RF-GYN", "bleeding again after the menopause"),
    ("RF-MOOD", "I feel hopeless with this back"),
    ("RF-PERSIST", "back pain for three months and it is not getting better"),
    ("RF-AGE", "I'm 66 and I never had back pain before, it started last month"),
    ("RF-STENOSIS", "my legs ache when I walk until I lean on a trolley"),
    ("RF-AXSPA", "stiff for an hour every morning, better when I move"),
    ("RF-THORACIC", "pain between my shoulder blades for three months"),
    ("RF-PID", "smelly discharge and pelvic pain"),
]

#: Nothing of emergency or urgent tier may be raised by rules alone.
QUIET = {
    "negated": [
        "no numbness between my legs at all",
        "I don't have chest pain or a fever, just a stiff back",
        "never had cancer, never fell, just a sore back",
        "I have no weakness in my legs",
        "nobody hit me, I slept badly",
        "bladder and bowels are fine, my back is stiff",
        "I am not suicidal, just tired of the pain",
        "no blood in my poo and no black stool",
    ],
    "past": [
        "I fell off a ladder twenty years ago",
        "had a car crash in 1998, back was fine afterwards",
        "I was suicidal as a teenager, long ago",
        "my waters broke at home with my first, back in 2011",
        "in the eighties I came off my motorbike",
    ],
    "another's past": [
        "my uncle had cauda equina in 2015",
        "my grandfather was paralysed from the waist down in the war",
    ],
    "question": [
        "what are the symptoms of cauda equina?",
        "can cystitis make your back hurt?",
        "how would I know that someone has meningitis?",
        "does sciatica cause foot drop?",
        "what counts as domestic abuse?",
    ],
    "hypothetical": [
        "what if I fall off the ladder one day",
        "suppose a customer can't pee, what do you tell him",
        "I'm worried about ending up incontinent",
    ],
    "asked by others": [
        "the nurse asked if I had numbness between my legs",
        "the form asks about chest pain and fainting",
    ],
    "figure of speech": [
        "this back is killing me",
        "I nearly died laughing",
        "dying to know which stretch is best",
        "the gym was a car crash today",
        "my back gave me hell, but I crashed out on the sofa",
        "this plank is suicide",
    ],
    "nobody's": [
        "my cat has cancer and I have back pain",
        "I'm writing a novel in which a man has a heart attack",
    ],
    "ordinary": [
        "which exercises help a stiff lower back?",
        "how hot should a foot bath be?",
        "my back aches after gardening",
        "can I stretch every day",
        "what shoes are good for standing all day",
        "my desk is too low and my neck gets tight",
    ],
}

#: One thing denied, another said: what is said counts.
CLAUSES = [
    ("RF-CES", "no numbness but I can't pee"),
    ("RF-CES", "my leg is fine, no fever, but I wet myself and didn't feel it"),
    ("RF-SUICIDE", "thanks for the tips. I don't want to live any more"),
    ("RF-CES", "not a question about exercise: my bum and privates are numb"),
    ("RF-CES", "had sciatica in 2010. now I can't feel when I wipe"),
    ("RF-TRAUMA", "never mind the desk, I fell down the stairs an hour ago"),
    ("RF-CES", "my uncle had cauda equina, and now I can't pee"),
]


@pytest.mark.parametrize(("flag", "text"), RAISED, ids=[text for _, text in RAISED])
def test_rules_raise(judge: Callable[[str], Finding], flag: str, text: str) -> None:
    found = judge(text)
    assert flag in found.flags, found.why


@pytest.mark.parametrize(("flag", "text"), CLAUSES, ids=[text for _, text in CLAUSES])
def test_clause_by_clause(judge: Callable[[str], Finding], flag: str, text: str) -> None:
    assert flag in judge(text).flags


@pytest.mark.parametrize(("why", "text"), [(why, text) for why, texts in QUIET.items() for text in texts])
def test_context_keeps_quiet(
    serious: Callable[[str], list[str]], judge: Callable[[str], Finding], why: str, text: str
) -> None:
    assert serious(text) == [], judge(text).why


def test_a_brief_sign_counts_after_it_has_gone(judge: Callable[[str], Finding]) -> None:
    assert "RF-STROKE" in judge("my face drooped this morning but it passed").flags


def test_another_persons_risk_is_not_the_writers(judge: Callable[[str], Finding]) -> None:
    assert "RF-MSCC" not in judge("my mum had cancer. I get weak legs").flags
    assert "RF-MSCC" in judge("my mum has cancer and her legs are weak").flags


def test_reasons_name_words_concept_context_and_rule(judge: Callable[[str], Finding]) -> None:
    said = judge("I can't pee").why["RF-CES"]
    assert any("cannot_pee" in why and "can't pee" in why and "rule: cannot_pee" in why for why in said)
    denied = judge("no fever with my back pain").why["RF-INFECT-UR"]
    assert all("denied: no" in why for why in denied)


class TestWeighing:
    """Rules and the learned part together."""

    @staticmethod
    def decide(reader, text: str, p: float, flag: str) -> Finding:  # type: ignore[no-untyped-def]
        from backtalk.context import Analysis

        return screen_for().judge(Analysis(reader.read(text)), Learned({flag: p, "none": 1 - p}, p, p))

    def test_a_clear_rule_needs_little(self, reader) -> None:  # type: ignore[no-untyped-def]
        assert self.decide(reader, "I can't pee", 0.05, "RF-CES").flags == ["RF-CES"]

    def test_a_clear_rule_is_at_least_asked_about(self, reader) -> None:  # type: ignore[no-untyped-def]
        found = self.decide(reader, "I can't pee", 0.005, "RF-CES")
        assert found.flags == []
        assert found.doubtful == ["RF-CES"]

    def test_a_possible_rule_lowers_the_limit(self, reader) -> None:  # type: ignore[no-untyped-def]
        assert self.decide(reader, "my pee stream is weak", 0.12, "RF-CES").flags == ["RF-CES"]
        assert self.decide(reader, "it is different today", 0.12, "RF-CES").flags == []

    def test_a_denial_raises_the_limit_and_silences_nothing_clear(self, reader) -> None:  # type: ignore[no-untyped-def]
        assert self.decide(reader, "it is different today", 0.35, "RF-CES").flags == ["RF-CES"]
        assert self.decide(reader, "no numbness between my legs", 0.35, "RF-CES").flags == []
        assert self.decide(reader, "no numbness between my legs", 0.9, "RF-CES").flags == ["RF-CES"]

    def test_without_rules_the_learned_part_decides(self, reader) -> None:  # type: ignore[no-untyped-def]
        assert self.decide(reader, "it is different today", 0.9, "RF-CES").flags == ["RF-CES"]
        assert self.decide(reader, "it is different today", 0.2, "RF-CES").doubtful == ["RF-CES"]
        assert self.decide(reader, "it is different today", 0.02, "RF-CES").doubtful == []


class TestPatterns:
    """The automaton behind the concepts."""

    @staticmethod
    def find(pattern: str, text: str) -> list[str]:
        doc = english().make_doc(text)
        return [doc[found.start : found.end].text for found in PatternFinder({"x": [pattern]}).find(doc)]

    @pytest.mark.parametrize(
        ("pattern", "text", "found"),
        [
            ("(can not|unable to) [even] feel", "i can't even feel it", ["can't even feel"]),
            ("a [b [c]] d", "a d and a b d and a b c d and a c d", ["a d", "a b d", "a b c d"]),
            ("numb ... legs", "numb all over my legs", ["numb all over my legs"]),
            ("numb ... legs", "numb one two three four legs", []),
            ("numb ... legs", "numb. my legs", []),
            ("red", "bored redder", []),
        ],
    )
    def test_finds(self, pattern: str, text: str, found: list[str]) -> None:
        assert self.find(pattern, text) == found

    @pytest.mark.parametrize("pattern", ["(a|b", "a)", "(a|)", "a|b", "[a]", "..."])
    def test_refuses_what_is_no_pattern(self, pattern: str) -> None:
        with pytest.raises(ValueError, match=re.escape(repr(pattern))):
            PatternFinder({"x": [pattern]})

    @pytest.mark.parametrize("rule", ["", "a +", "a & ", "!a", "A", "a & !b + c", "a, b"])
    def test_refuses_what_is_no_rule(self, rule: str) -> None:
        with pytest.raises(ValueError, match=r"is no concept|what must not be|after ! stands"):
            parse(rule)
