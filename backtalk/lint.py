"""Checks of the store's wording that a loader cannot make: length, reading grade, tone.

Run ``python -m backtalk.lint`` for all files, or give the files to check.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator, Sequence

import textstat

from backtalk.errors import ContentError
from backtalk.store import Entry, load_store
from backtalk.yaml_files import DATA

#: Flesch-Kincaid grade that our own words may reach: about twelve years of age.
GRADE_LIMIT = 8.0
#: Words in one sentence.
SENTENCE_LIMIT = 22
#: Characters, by field; chosen so that a full answer stays below 900.
LENGTHS = {"title": 60, "short": 160, "step": 150, "say": 480, "why": 190, "stop_if": 120, "dose_note": 170, "ask": 300}
#: Rule 11 of the red-flag catalogue: never diagnose, never rule out, never reassure. And no cure is promised.
FORBIDDEN = re.compile(
    r"\b(it'?s probably|nothing to worry|don'?t worry|you are fine|cures?|guaranteed|100 ?%|harmless|perfectly safe|"
    r"completely safe|no risk)\b",
    re.IGNORECASE,
)


def _prose(entry: Entry) -> list[tuple[str, str]]:
    """(field, text) for each piece of an entry that a user may read."""
    pieces = [("title", entry.title), ("short", entry.short), ("why", entry.evidence.why)]
    pieces += [("step", text) for text in entry.steps]
    pieces += [("care_if", text) for text in entry.care_if.values()]
    if entry.say:
        pieces.append(("say", " ".join(entry.say)))
    if entry.stop_if:
        pieces.append(("stop_if", f"Stop if {entry.stop_if}."))
    if entry.dose_note:
        pieces.append(("dose_note", entry.dose_note))
    return pieces


def check_entry(entry: Entry) -> Iterator[str]:
    """What an editor should change in one entry, a sentence each."""
    pieces = _prose(entry)
    for field, text in pieces:
        limit = LENGTHS.get(field)
        if limit and len(text) > limit:
            yield f"{field} has {len(text)} characters, {limit} are allowed: {text[:50]}..."
        if field not in ("title", "stop_if") and not text.rstrip().endswith((".", "?", "!")):
            yield f"{field} is not a full sentence: {text[:50]}"
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            if len(sentence.split()) > SENTENCE_LIMIT:
                yield f"{field} has a sentence of {len(sentence.split())} words: {sentence[:60]}..."
        found = FORBIDDEN.search(text)
        if found:
            yield f"{field} says '{found.group()}': never reassure, rule out or promise"
    for ask in entry.asks:
        if len(ask) > LENGTHS["ask"]:
            yield f"an ask has {len(ask)} characters: {ask[:50]}..."
    body = " ".join(text for field, text in pieces if field not in ("title", "stop_if"))
    grade = textstat.flesch_kincaid_grade(body)
    if grade > GRADE_LIMIT:
        yield f"the reading grade is {grade:.1f}, the limit is {GRADE_LIMIT:.0f}: shorter words and sentences, please"


def main(arguments: Sequence[str]) -> int:
    """Prints what is wrong; 1 if anything is."""
    wanted = {Path(argument).stem for argument in arguments}
    try:
        store = load_store(DATA / "remedies")
    except ContentError as error:
        print(error)
        return 1
    wrong = 0
    for entry in store:
        if not wanted or entry.topic in wanted:
            for finding in check_entry(entry):
                print(f"data/remedies/{entry.topic}.yml: {entry.id}: {finding}")
                wrong += 1
    print(f"{len(store)} entries in {len(store.topics)} topics, {wrong} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
