"""What people tell of having been checked: by whom, with what result, and what they may do now."""

from __future__ import annotations

import re

#: Who or what checks people, and being checked.
_CLINICIAN = re.compile(
    r"\b(?:dr|drs|out of hours|ecg|bloods?|doctors?|gp|nurse|midwife|physio(?:therapist)?|paramedics?|consultant|"
    r"surgeon|hospital|a&e|a and e|er|clinic|ward|mri|ct|scan(?:s|ned)?|x-?ray(?:s|ed)?)\b"
)
_CHECKED = re.compile(r"\b(?:examined|checked|seen)\b")
_GOOD_RESULT = re.compile(
    r"\b(?:all (?:fine|clear|good|ok|okay|normal)|"
    r"(?:said|say|says|was|were|is|are|it is|i am|came back|bloods?|ecg|scans?|mri|tests?) (?:(?!not|never|no)\w+ )?"
    r"(?:fine|clear|ok|okay|normal|safe)|"
    r"nothing (?:is )?(?:pressing|broken|wrong|serious|bad|there)|no (?:fracture|break|damage|compression|sign of)|"
    r"(?:feeling|strength|power|sensation) (?:is |has )?(?:fully |nearly )?(?:coming |come |came )?(?:back|normal)|"
    r"ruled out|just (?:bruised|bruising|muscular|a strain)|keep (?:active|moving)|back to normal|(?:may|can) move|"
    r"cleared me|happy with)\b"
)
#: Whoever had a look and is no clinician for people.
_LAYMAN = re.compile(
    r"\b(?:vet|neighbour|mates?|friends?|wife|husband|partner|mum|mom|mother|dad|father|sister|brother|google|chatgpt|"
    r"internet|youtube|coach|trainer|masseuse|masseur|pharmacy app)\b"
)
#: Somebody went to be checked, and what became of it: with a good result, a report in full.
_WENT = re.compile(
    r"\b(?:went|been|saw|seen|took me|back from|home now|came home|checked me|examined me|discharged|admitted|"
    r"ecg|bloods|mri|(?:was|were|got|been) (?:examined|checked|scanned)|"
    r"had (?:an? |the |my |some )?(?:ct|scan|x-?ray|tests?|check))\b"
)
_MAY_MOVE = re.compile(
    r"\b(?:keep (?:active|moving|going)|stay active|can (?:move|exercise|go back|carry on|walk|do)|"
    r"(?:may|to) (?:move|exercise|walk)|(?:safe|fine|ok|okay|good) to|discharged|sent (?:me )?home|home now|"
    r"told (?:me )?to|said to|advised|antibiotics|(?:just|only) (?:an? |the )?\w+|strain|sprain|muscular|"
    r"nothing (?:is )?(?:serious|pressing|broken|wrong|bad))\b"
)


def by_a_clinician(text: str) -> bool:
    """Somebody or something that checks people is named, or that one was checked."""
    return bool(_CLINICIAN.search(text) or _CHECKED.search(text))


def by_a_layman(text: str) -> bool:
    """Somebody had a look, and nobody who checks people is named."""
    return bool(_LAYMAN.search(text)) and not _CLINICIAN.search(text)


def went_well(text: str) -> bool:
    """The result was good."""
    return bool(_GOOD_RESULT.search(text))


def in_full(text: str) -> bool:
    """Somebody went to be checked, it went well, and they may move or know what it is.

    Args:
        text: cleaned and spelt right.
    """
    return bool(_WENT.search(text) and went_well(text) and _MAY_MOVE.search(text))
