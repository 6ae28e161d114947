"""Cuts a message into the pieces that may each ask something of their own."""

from __future__ import annotations

import re

#: Pieces looked at beside the whole message: the first ones and the last ones of a long story, where people ask.
AT_MOST = 6
#: Words that a piece needs: less is a nod ("thanks!"), or half a thought.
FEWEST_WORDS = 3
#: Words from which on a message is cut into sentences at all.
CUT_FROM = 6
#: Words from which on a message is too long for the encoder, which reads 128 word pieces of it; the words of one window
#: on it, and of the step to the next one: half a window, so that no sentence of usual length is cut in all of them.
LONG, WINDOW, STEP = 90, 60, 30
#: Windows of one message; more than a web page's worth of text is looked at from both ends.
WINDOWS = 48

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_QUESTION = (
    r"(?:can|could|should|shall|may|is|are|do|does|did|will|would|what|which|how|when|where|why|who|any|also|and also|"
    r"then|also what|also how|whats|what about|how about)"
)
#: "..., and can I ..." starts a second question; so does "plus how long".
_SECOND = re.compile(
    rf"(?:,\s*|\s+)(?:and|also|plus|or)\s+(?={_QUESTION}\b)"
    rf"|,\s*(?={_QUESTION}\s+(?:i|it|the|that|this|my|you|we|about|long|often|many)\b)"
    # "My mum has thin bones, which stretches can she do".
    r"|,\s*(?=(?:which|what) \w+ (?:can|could|should|shall|would|is|are)\b)"
    # "..., is walking ok": the verdict that is asked for tells it from ", which is good".
    r"|,\s*(?=(?:is|are|do|does|can|should|would)\s+\w+(?:\s+\w+)?\s+(?:ok|okay|good|safe|bad|fine|allowed|useful|help|hurt|work)\b)"
)


def segments(text: str) -> list[str]:
    """The whole text, and then its pieces if it has several.

    Returns:
        At least one text; the whole is first.
    """
    if len(text.split()) < CUT_FROM:
        return [text]
    pieces = [part.strip(" ,;") for sentence in _SENTENCE.split(text) for part in _SECOND.split(sentence)]
    pieces = [piece for piece in pieces if len(piece.split()) >= FEWEST_WORDS]
    if len(pieces) < 2:
        return [text]
    if len(pieces) > AT_MOST:
        pieces = [*pieces[: AT_MOST // 2], *pieces[-(AT_MOST // 2) :]]
    return [text, *pieces]


def windows(text: str) -> list[str]:
    """Overlapping stretches of a text that is too long to be read in one go; none of a shorter one."""
    words = text.split()
    if len(words) <= LONG:
        return []
    found = [" ".join(words[start : start + WINDOW]) for start in range(0, max(1, len(words) - STEP), STEP)]
    if len(found) > WINDOWS:
        found = [*found[: WINDOWS // 2], *found[-(WINDOWS // 2) :]]
    return found
