"""Cuts a message into the pieces that may each ask something of their own."""

from __future__ import annotations

import re

#: Pieces looked at beside the whole message: the first ones and the last ones of a long story, where people ask.
AT_MOST = 6
#: Words that a piece needs: less is a nod ("thanks!"), or half a thought.
FEWEST_WORDS = 3
#: Words from which on a message is cut into sentences at all.
CUT_FROM = 6

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_QUESTION = (
    r"(?:can|could|should|shall|may|is|are|do|does|did|will|would|what|which|how|when|where|why|who|any|also|and also|"
    r"then|also what|also how|whats|what about|how about)"
)
#: "..., and can I ..." starts a second question; so does "plus how long".
_SECOND = re.compile(
    rf"(?:,\s*|\s+)(?:and|also|plus|or)\s+(?={_QUESTION}\b)"
    rf"|,\s*(?={_QUESTION}\s+(?:i|it|the|that|this|my|you|we|about|long|often|many)\b)"
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
