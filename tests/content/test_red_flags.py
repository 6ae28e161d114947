"""The red-flag catalogue is whole: every flag of the rule book, in its tier, with rules over concepts that exist."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backtalk.catalogue import Tier, catalogue, load_catalogue
from backtalk.concepts import concepts, load_concepts
from backtalk.errors import ContentError
from backtalk.rules import parse
from backtalk.yaml_files import DATA

#: Tiers as in the rule book.
TIERS = {
    Tier.EMERGENCY: "CES MSCC NEURO TRAUMA INFECT-ER SEPSIS AORTA CARDIAC PE STROKE MENING ABDO BLEED LIMB ECTOPIC "
    "PREG-ER PREECL FETAL POSTPARTUM RENAL-ER ANAPH SOAK SUICIDE OVERDOSE ABUSE",
    Tier.URGENT: "CANCER-HX FOOTDROP FRACTURE INFECT-UR PYELO DVT SHINGLES PID MYELOPATHY MEDS SPECIAL",
    Tier.SOON: "WEIGHTLOSS NIGHT AGE CHILD THORACIC AXSPA GYN PERSIST STENOSIS SCIATICA DEFORM MOOD",
}
LIFE_THREATS = {f"RF-{name}" for name in "SUICIDE OVERDOSE ANAPH CARDIAC AORTA PE STROKE SEPSIS".split()}
FOLDER = DATA / "red_flags"


def test_every_flag_in_its_tier() -> None:
    wanted = {f"RF-{name}": tier for tier, names in TIERS.items() for name in names.split()}
    assert {flag.id: flag.tier for flag in catalogue()} == wanted
    assert len(wanted) == 48


def test_threats_to_life_lead() -> None:
    assert {flag.id for flag in catalogue() if flag.life_threat} >= LIFE_THREATS


@pytest.mark.parametrize("flag_id", [flag.id for flag in catalogue()])
class TestEachFlag:
    def test_looks_like_something(self, flag_id: str) -> None:
        rules = [parse(rule) for rule in catalogue()[flag_id].looks_like]
        assert any(not rule.soft for rule in rules), "no rule raises it"
        assert all(name in concepts() for rule in rules for name in rule.names())
        assert len({rule.text for rule in rules}) == len(rules)

    def test_has_texts_to_learn_from(self, flag_id: str) -> None:
        flag = catalogue()[flag_id]
        assert len(flag.phrasings) >= 50
        assert len(flag.near_misses) >= 50

    def test_emergencies_name_the_emergency_number(self, flag_id: str) -> None:
        flag = catalogue()[flag_id]
        if flag.tier is Tier.EMERGENCY:
            assert "emergency" in flag.calls


def test_no_text_is_a_phrasing_of_two_tiers() -> None:
    seen: dict[str, str] = {}
    for flag in catalogue():
        for text in flag.phrasings:
            other = seen.setdefault(text.lower(), flag.id)
            assert catalogue()[other].tier is flag.tier, f"{other} and {flag.id}: {text}"


def test_no_phrasing_is_a_near_miss() -> None:
    phrasings = {text.lower() for flag in catalogue() for text in flag.phrasings}
    assert not [miss.text for flag in catalogue() for miss in flag.near_misses if miss.text.lower() in phrasings]


def test_every_concept_is_used() -> None:
    used = {name for flag in catalogue() for rule in flag.looks_like for name in parse(rule).names()}
    assert not sorted(name for name in concepts().own() if name not in used and not concepts().held(name))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "red_flags"))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("RF-CES.yml", "looks_like:\n", 'looks_like:\n  - "no_such_concept"\n', "no_such_concept"),
        ("RF-CES.yml", "looks_like:\n", 'looks_like:\n  - "numb +"\n', "is no concept"),
        ("RF-CES.yml", "tier: emergency", "tier: emergancy", "tier"),
        ("RF-CES.yml", "name: ", "nmae: ", "nmae"),
        ("RF-SCIATICA.yml", "raises: RF-CES", "raises: RF-SEC", "no flag 'RF-SEC'"),
    ],
)
def test_a_slip_in_a_flag_is_refused(copy: Path, file: str, old: str, new: str, said: str) -> None:
    path = copy / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=said):
        load_catalogue(copy, concepts())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("numb: {words: ['(a|b']}", "bracket"),
        ("Numb: {words: [a]}", "no name"),
        ("numb: {wrods: [a]}", "wrods"),
        ("numb: {words: [a], judged: sometimes}", "judged"),
        ("numb: {any: [weak]}", "unknown concept 'weak'"),
        ("numb: {}", "words, forms or any"),
        ("numb: {words: ['{no_such_part} a']}", "no_such_part"),
        ("numb: {forms: ['(']}", "regular expression"),
        ("numb: {words: [Numb]}", "lower case"),
        ("over_50: {words: [a]}", "twice"),
        ("a: {any: [b]}\nb: {any: [a]}", "circle"),
    ],
)
def test_a_slip_in_a_concept_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "parts.yml").write_text("my: ['(my|the)']\n", encoding="utf-8")
    (tmp_path / "body.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=said):
        load_concepts(tmp_path)
