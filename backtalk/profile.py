"""What a person said about themselves, and about the one they ask for; it changes every later answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Optional

from backtalk.fact import DENIED, MENTIONED, OTHER, SELF, Fact
from backtalk.vocabulary import Vocabulary

#: Weeks from which lying flat is limited in exercise, and from which the back is no place to fall asleep on
#: (knowledge base, sections 6 and 7; NHS, ACOG 804, Tommy's).
FLAT_LIMIT_WEEKS, SLEEP_LIMIT_WEEKS = 16, 28
ADULT, OLDER = 18, 65
#: The writer's own pain: whoever else is named beside it, is named in passing.
_OWN_TROUBLE = re.compile(r"\bmy (lower |upper |whole )?(back|neck|spine|legs?|shoulders?|hips?)\b")
#: What somebody else says, does, or did to the writer.
_HEARSAY = re.compile(
    r"\bmy (?:late |dear |old |poor )?\w+ (?:with the same (?:thing |problem )?|can |could |will |would )?"
    r"(says?|said|tells?|told|reckons?|thinks?|swears?|swore|check\w*|test\w*|hold\w*|recommend\w*|suggest\w*|does|did|uses?|used|gave|"
    r"bought|got|lent|made|asked|wants|pushed|hit|kicked|punched|shoved|threw|beats?|hurts? me|drives|drove|rubs?|"
    r"helps?)\b"
)
#: Words that speak of somebody, and do not only name them: the one who swore by it, drives, or can test the water
#: is not whom the advice is for, and what the writer told of themselves still holds.
_SPOKEN_OF = re.compile(
    r"\b(?:she|he|they|shes|hes|her|his|their)\b|\b(?:has|have|had|hurts?|hurting|aches?|aching|suffers?|needs?|is|are|"
    r"was|gets?|struggles?|feels?|stands?|sits?|works?|sleeps?|lifts?|carries|too|also)\b|^and\b|"
    r"\b(?:what|how) about (?:my|our|the|him|her)\b|\b(?:asking|asks?|ask)\b|\bwants? to know\b|'s\b|"
    r"\bfor (?:my|our|his|her|the)\b"
)
#: The writer asks, and names nobody else: for themselves, or what they can do for the other.
_FIRST_PERSON = re.compile(r"\b(?:i|me|myself)\b")
_THIRD_PERSON = re.compile(r"\b(?:she|he|they|shes|hes|her|him|his|them|their|hers)\b")
#: Messages in which a person is named in passing, whoever it is.
_IN_PASSING = frozenset("chat thank goodbye compliment insult disagree helped joke wait stop".split())
_FOR_OTHER = re.compile(r"\bfor (my|our|his|her) (?!(lower |upper )?(back|neck|spine|legs?|shoulders?|hips?)\b)\w+")
_FOR_ME = re.compile(
    r"\b(for|about|with|back to) (me|myself)\b|\b(and|but) (i|myself)\?|\b(and|but|as for) me\b|\bme (now|again|then)\b"
)


@dataclass
class Person:
    """One person, as far as they were spoken of.

    Attributes:
        conditions: ids of the vocabulary.
        age: years. weeks: of pregnancy.
    """

    conditions: list[str] = field(default_factory=list)
    age: Optional[int] = None
    weeks: Optional[int] = None

    def known(self, vocabulary: Vocabulary, also: Iterable[str] = ()) -> frozenset[str]:
        """All conditions that count: said, implied, or following from age and weeks.

        A pregnancy of unknown length counts as a late one: what is withheld then is withheld in doubt.
        """
        found = {*self.conditions, *also}
        if "pregnant" in found or self.weeks:
            found.add("pregnant")
            if self.weeks is None or self.weeks >= FLAT_LIMIT_WEEKS:
                found.add("pregnant_16w")
            if self.weeks is None or self.weeks >= SLEEP_LIMIT_WEEKS:
                found.add("pregnant_28w")
        if self.age is not None and self.age < ADULT:
            found.add("under_18")
        if self.age is not None and self.age >= OLDER:
            found.add("over_65")
        return vocabulary.implied(frozenset(found))


@dataclass
class Profile:
    """The writer, others they speak of, and whom the advice is for.

    Attributes:
        me: the writer.
        others: by how the bot names them: "your wife".
        subject: the label of whom they ask for now; None for themselves.
        last: the conditions that the latest message added, and to whom; for corrections.
        unclear: while somebody else is the subject, the latest message may be about the writer: both count then.
    """

    me: Person = field(default_factory=Person)
    others: dict[str, Person] = field(default_factory=dict)
    subject: Optional[str] = None
    last: list[str] = field(default_factory=list)
    unclear: bool = False

    @property
    def person(self) -> Person:
        """Whom the advice is for."""
        return self.others.setdefault(self.subject, Person()) if self.subject else self.me

    def about(self, label: Optional[str]) -> Person:
        """The person of that label; None: the writer."""
        if not label:
            return self.me
        if label == "this person" and self.subject:
            label = self.subject
        return self.others.setdefault(label, Person())

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""

        def person(one: Person) -> dict[str, Any]:
            return {key: value for key, value in vars(one).items() if value not in (None, [])}

        found: dict[str, Any] = {"me": person(self.me)}
        if self.others:
            found["others"] = {label: person(one) for label, one in self.others.items()}
        if self.subject:
            found["subject"] = self.subject
        if self.last:
            found["last"] = self.last
        if self.unclear:
            found["unclear"] = True
        return found

    @classmethod
    def from_dict(cls, raw: Optional[Mapping[str, Any]]) -> "Profile":
        """From what ``to_dict`` made; anything missing is empty."""
        raw = raw or {}
        return cls(
            me=Person(**raw.get("me", {})),
            others={label: Person(**one) for label, one in raw.get("others", {}).items()},
            subject=raw.get("subject"),
            last=list(raw.get("last", [])),
            unclear=bool(raw.get("unclear")),
        )


def remember(profile: Profile, facts: Iterable[Fact], intent: str = "", text: str = "") -> list[str]:
    """Takes one message's facts into the profile.

    Args:
        intent: of the message; ``correct_profile`` and ``for_other`` change whom facts belong to.
        text: its words, spelt right: a person named in passing ("my wife bought it") is not whom it is about.

    Returns:
        The labels of what changed, for an acknowledgement: condition ids, "age", "weeks", "subject", "me" (it is about
        the writer again), and "-<id>" for what was taken back.
    """
    facts = list(facts)
    changed: list[str] = []
    people = [fact.value for fact in facts if fact.kind == "person"]
    if intent == "correct_profile" and people and not any(f.kind == "condition" for f in facts):
        # "No, that's my wife": what was just noted about the writer is hers.
        other = profile.about(people[0])
        for condition in profile.last:
            if condition in profile.me.conditions:
                profile.me.conditions.remove(condition)
                if condition not in other.conditions:
                    other.conditions.append(condition)
                changed.append(condition)
        if "pregnant" in profile.last and profile.me.weeks:
            other.weeks, profile.me.weeks = profile.me.weeks, None
        profile.subject = None
        profile.last = []
        return changed
    added: list[str] = []
    for fact in facts:
        if fact.role == MENTIONED:
            continue
        person = profile.about(fact.person if fact.role in (OTHER, DENIED) else None)
        if fact.kind == "condition":
            if fact.role == DENIED:
                if fact.value in person.conditions:
                    person.conditions.remove(fact.value)
                    changed.append(f"-{fact.value}")
                if fact.value == "pregnant":
                    person.weeks = None
            elif fact.value not in person.conditions:
                person.conditions.append(fact.value)
                changed.append(fact.value)
                if fact.role == SELF:
                    added.append(fact.value)
        elif fact.kind == "age" and person.age != int(fact.value):
            person.age = int(fact.value)
            changed.append("age")
        elif fact.kind == "weeks" and person.weeks != int(fact.value):
            person.weeks = int(fact.value)
            if "pregnant" not in person.conditions:
                person.conditions.append("pregnant")
                if fact.role == SELF:
                    added.append("pregnant")
            changed.append("weeks")
    passing = bool(_OWN_TROUBLE.search(text) or _HEARSAY.search(text)) and not _FOR_OTHER.search(text)
    owners = [
        fact.person
        for fact in facts
        if fact.role == OTHER and fact.person not in (None, "this person") and not (passing and fact.kind == "person")
    ]
    if people and intent == "for_other":
        owners = people
    elif text and not _SPOKEN_OF.search(text) and all(f.kind == "person" for f in facts if f.role == OTHER):
        owners = []
    if intent in _IN_PASSING:
        owners = []
    if owners and not any(fact.kind == "condition" and fact.role == SELF for fact in facts):
        if profile.subject != owners[0]:
            profile.subject = owners[0]
            profile.others.setdefault(owners[0], Person())
            changed.append("subject")
    elif profile.subject and (
        _FOR_ME.search(text) or any(fact.role == SELF and fact.kind in ("condition", "age", "weeks") for fact in facts)
    ):
        profile.subject = None
        changed.append("me")
    profile.last = added
    of_oneself = _FIRST_PERSON.search(text) and not (people or _THIRD_PERSON.search(text))
    profile.unclear = bool(profile.subject and of_oneself)
    return changed
