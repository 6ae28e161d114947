"""Whether a statement holds, for whom, and when: denials, other people, the past, what-ifs, questions, mere sayings.

After the axes of ConText (negated, historical, hypothetical, experiencer), written for how people talk to a chatbot
rather than for clinical notes: "can't feel" is a symptom here, "I'd rather not" is no denial, "my wife" may need help
now.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Mapping, Optional

from spacy.tokens import Doc

from backtalk.errors import ContentError
from backtalk.patterns import Found, PhraseFinder
from backtalk.yaml_files import DATA, read_yaml, shown

#: Tokens that a denial reaches over: "no fever, chills, weight loss or weakness in my legs" is about this long.
NEGATION_REACH = 14
#: Tokens between a statement and a denial that follows it: "numbness in my legs: none".
NEGATION_BACK = 4
#: Tokens between a person and what they have.
PERSON_REACH = 16

_ENDS = frozenset(".!?;")
_CONTRAST = frozenset({"but", "although", "though", "however", "yet", "except", "whereas", "while", "because", "then"})
_SUBJECTS = frozenset(
    "i my me mine he she his her hers it we they their this that there you your the a someone somebody "
    "everything".split()
)
_VERBS = frozenset(
    "can could have has had having am is are was were do does did will would keep keeps kept feel feels felt started "
    "lost losing got wet peed pooed fell went woke need needs want wants should since now also feeling getting".split()
)
_FIRST = frozenset({"i", "my", "me", "mine", "myself", "we", "our"})
_ASKING = frozenset("can could does do is are would will did".split())
_THIRD = frozenset({"he", "she", "his", "her", "him", "they", "their", "them"})
#: Words that make a question one about somebody, or about now.
_STATED = _FIRST | _THIRD | {"not", "since", "now", "today", "yesterday"}
_YEAR = re.compile(r"^'?(19[4-9]\d|20[0-2]\d)$|^'[0-9]\d$")
_AGO = re.compile(r"^\d{1,2}$")


@dataclass(frozen=True)
class Context:
    """What stands around a statement.

    Attributes:
        negated: it is denied.
        past: it is long over.
        other: whose it is, as the bot would say it ("your wife"), if not the writer's.
        nobody: it is about an animal, a film, a family tree: nobody whom advice could help.
        hypothetical: it is feared or imagined.
        question: it is asked about in general.
        idiom: it is a figure of speech.
        over: ``past``, but only because it is said to have gone: it may have been an hour ago.
        cues: the words that say so, for explanations.
    """

    negated: bool = False
    past: bool = False
    other: Optional[str] = None
    nobody: bool = False
    hypothetical: bool = False
    question: bool = False
    idiom: bool = False
    over: bool = False
    cues: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """It is said to be so, now, of somebody who may need help."""
        return not (self.negated or self.past or self.nobody or self.hypothetical or self.question or self.idiom)


class ContextRules:
    """The cues of ``context.yml``.

    Raises:
        ContentError: the file has other keys than it should.
    """

    _SHAPE: ClassVar[Mapping[str, set[str]]] = {
        "negation": {"before", "after", "never"},
        "past": {"cues", "stable", "over", "going_on"},
        "others": {"people", "nobody", "family"},
    }

    _LISTS = ("hypothetical", "asked", "study", "question", "idioms")

    def __init__(self, path: Path = DATA / "vocabulary" / "context.yml") -> None:
        content = read_yaml(path)
        if set(content) != {*self._SHAPE, *self._LISTS}:
            raise ContentError(f"{shown(path)}: the keys are {', '.join([*self._SHAPE, *self._LISTS])}")
        for key, parts in self._SHAPE.items():
            if set(content[key]) != parts:
                raise ContentError(f"{shown(path)}: {key}: the keys are {', '.join(sorted(parts))}")
        people: Mapping[str, str] = content["others"]["people"]
        labels: dict[str, list[str]] = {
            "not before": content["negation"]["before"],
            "not after": content["negation"]["after"],
            "no denial": content["negation"]["never"],
            "past": content["past"]["cues"],
            "over": content["past"]["over"],
            "stable": content["past"]["stable"],
            "going on": content["past"]["going_on"],
            "hypothetical": content["hypothetical"],
            "asked": content["asked"],
            "study": content["study"],
            "question": content["question"],
            "idiom": content["idioms"],
            "nobody": [content["others"]["nobody"]],
            "family": [content["others"]["family"]],
        }
        labels.update({f"person:{label}": [pattern] for label, pattern in people.items()})
        try:
            self.finder = PhraseFinder(labels)
        except ValueError as error:
            raise ContentError(f"{shown(path)}: {error}") from None


@lru_cache(maxsize=1)
def context_rules() -> ContextRules:
    """The project's cues, read once."""
    return ContextRules()


class Analysis:
    """A message cut into sentences and clauses, with its cues.

    Args:
        doc: the message.
        rules: the cues.
    """

    def __init__(self, doc: Doc, rules: Optional[ContextRules] = None) -> None:
        self.doc = doc
        self.norms = [token.norm_ for token in doc]
        self.sentence: list[int] = []
        self.clause: list[int] = []
        self._cut()
        self._cues: dict[str, list[Found]] = {}
        for found in (rules or context_rules()).finder.find(doc):
            self._cues.setdefault(found.label, []).append(found)
        for at, norm in enumerate(self.norms):
            if _YEAR.match(norm):
                self._cues.setdefault("past", []).append(Found("past", at, at + 1))
        no_denial = self._cues.get("no denial", [])
        self._cues["not before"] = [
            cue
            for cue in self._cues.get("not before", [])
            if not any(other.start <= cue.start and cue.end <= other.end for other in no_denial)
        ]

    def _cut(self) -> None:
        sentence = clause = 0
        norms = self.norms
        for at, norm in enumerate(norms):
            before = norms[at - 1] if at else ""
            following = norms[at + 1] if at + 1 < len(norms) else ""
            starts = False
            if before and (before[0] in _ENDS or before == "..." or before == "-"):
                sentence += 1
                starts = True
            elif (norm in _CONTRAST and at) or (before in (",", ":") and (norm in _SUBJECTS or norm in _VERBS)):
                starts = True
            elif norm in ("and", "or", "so", "plus") and (following in _SUBJECTS or following in _VERBS):
                # "and the numbness" goes on with a list that was denied; "and it", "and can" says something new.
                starts = following not in ("the", "a", "that", "this", "my") or before == ","
            if starts:
                clause += 1
            self.sentence.append(sentence)
            self.clause.append(clause)

    def span_text(self, start: int, end: int) -> str:
        """The words from ``start`` up to ``end``."""
        return str(self.doc[start:end].text)

    def _in(self, label: str, start: int, end: int, scope: list[int]) -> list[Found]:
        """Cues of a label that share a sentence or clause with the span."""
        return [
            cue
            for cue in self._cues.get(label, [])
            if scope[cue.start] == scope[start] or scope[cue.end - 1] == scope[end - 1]
        ]

    def _subject(self, start: int, limit: int) -> Optional[str]:
        """Who the words before ``start`` are about: "" for the writer, a person's label, or None if nobody is named."""
        people = {
            at: cue.label.split(":", 1)[1]
            for label, cues in self._cues.items()
            if label.startswith("person:")
            for cue in cues
            for at in range(cue.start, cue.end)
        }
        nearest = None
        for at in range(start - 1, max(-1, start - limit) - 1, -1):
            if at in people:
                # "I am a woman of 38" is about nobody else.
                if set(self.norms[max(0, at - 3) : at]) & {"am"} and {"i"} & set(self.norms[max(0, at - 5) : at]):
                    return ""
                return people[at]
            norm = self.norms[at]
            if norm in ("i", "me", "myself", "we"):
                return ""
            if norm in ("my", "mine", "our"):
                # "my wife" is found as a person first; "my leg" is the writer's, unless "her" stands before it.
                return "" if nearest is None else nearest
            if norm in _THIRD and nearest is None:
                earlier = [cue for label, cues in self._cues.items() if label.startswith("person:") for cue in cues]
                before = [cue for cue in earlier if cue.start <= at]
                if before:
                    return max(before, key=lambda cue: cue.start).label.split(":", 1)[1]
                if norm in ("they", "them", "their"):
                    # "They found thin bones when I broke my wrist": whoever they are, it is not theirs.
                    continue
                return "this person"
        return nearest

    def people(self) -> list[str]:
        """Everybody who is named, in the order of the text, as the bot would name them."""
        # "The child's pose" is about no child.
        idioms = self._cues.get("idiom", [])
        named = [
            cue
            for label, cues in self._cues.items()
            if label.startswith("person:")
            for cue in cues
            if not any(idiom.start <= cue.start and cue.end <= idiom.end for idiom in idioms)
        ]
        return list(dict.fromkeys(cue.label.split(":", 1)[1] for cue in sorted(named, key=lambda cue: cue.start)))

    def person(self, start: int) -> Optional[str]:
        """Whose a statement at ``start`` is, if not the writer's: "your wife"."""
        return self._subject(start, PERSON_REACH) or None

    def of(self, start: int, end: int, own: tuple[Found, ...] = ()) -> Context:
        """The context of the words from ``start`` up to ``end``.

        Args:
            own: spans of the statement itself; cues inside are part of what is said ("can't feel"), not context.
        """

        def outside(cue: Found) -> bool:
            inside = (Found("", start, end), *own)
            return not any(span.start <= cue.start and cue.end <= span.end for span in inside)

        cues: list[str] = []

        def note(label: str, found: list[Found]) -> bool:
            if found:
                cues.append(f"{label}: {self.span_text(found[0].start, found[0].end)}")
            return bool(found)

        before = [
            cue
            for cue in self._cues.get("not before", [])
            if outside(cue)
            and cue.start < start  # "no trouble" may share a word with "trouble peeing"
            and start - cue.end <= NEGATION_REACH
            and self.clause[cue.start] == self.clause[start]
        ]
        after = [
            cue
            for cue in self._cues.get("not after", [])
            if outside(cue)
            and end <= cue.start <= end + NEGATION_BACK
            and self.clause[cue.start] == self.clause[end - 1]
        ]
        negated = note("denied", before) or note("denied", after)
        going_on = [cue for cue in self._in("going on", start, end, self.sentence) if outside(cue)]
        old = [cue for cue in self._in("past", start, end, self.sentence) if outside(cue)]
        over = [cue for cue in self._in("over", start, end, self.sentence) if outside(cue)]
        stable = [cue for cue in self._in("stable", start, end, self.clause) if outside(cue)]
        past = not going_on and (note("past", old) or note("unchanged", stable))
        gone = note("over", over)
        other = self._subject(start, PERSON_REACH)
        nobody = note(
            "nobody", [c for c in self._in("nobody", start, end, self.clause) if outside(c) and c.end <= start]
        )
        nobody = note("family", self._in("family", start, end, self.sentence)) or nobody
        if other:
            cues.append(f"person: {other}")
        first = any(
            self.norms[at] in _FIRST
            for at in range(start)
            if self.clause[at] == self.clause[start] and not any(cue.start <= at < cue.end for cue in self._flat())
        )
        hypothetical = note(
            "what if", [c for c in self._in("hypothetical", start, end, self.sentence) if outside(c) and c.end <= start]
        )
        asked = [c for c in self._in("asked", start, end, self.sentence) if self._asked(c, start)]
        hypothetical = note("asked", asked) or hypothetical
        question = not first and note(
            "question", [c for c in self._in("question", start, end, self.sentence) if outside(c) and c.end <= start]
        )
        question = note("study", self._study(start)) or question
        question = note("question", self._general(start)) or question
        idiom = note(
            "figure of speech",
            [c for c in self._cues.get("idiom", []) if c.start < end and start < c.end],
        )
        return Context(
            negated, past or gone, other or None, nobody, hypothetical, question, idiom, gone and not past, tuple(cues)
        )

    def _general(self, start: int) -> list[Found]:
        """The opening of a sentence that asks about something in general: "can cystitis make your back hurt"."""
        sentence = [at for at, number in enumerate(self.sentence) if number == self.sentence[start]]
        first, words = sentence[0], {self.norms[at] for at in sentence}
        if self.norms[first] not in _ASKING or words & _STATED:
            return []
        return [Found("question", first, first + 1)]

    def _study(self, start: int) -> list[Found]:
        """The message is for a novel, an exam or the like, and the clause does not speak of the writer."""
        clause = {norm for norm, number in zip(self.norms, self.clause) if number == self.clause[start]}
        return [] if clause & {"i", "me", "myself"} else self._cues.get("study", [])

    def _asked(self, cue: Found, start: int) -> bool:
        """What follows is only asked about; "asked about my legs, but I can't feel them" says something itself."""
        if cue.end > start:
            return False
        between = self.norms[cue.end : start]
        said = {"but", "yes", "yeah", "cos", "because"} & set(between)
        return not (said or ("and", "i") in itertools.pairwise(between))

    def _flat(self) -> list[Found]:
        return self._cues.get("hypothetical", []) + self._cues.get("question", [])
