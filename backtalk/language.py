"""From what somebody typed to words one can work with: cleaned, spelt right, tokenised, cut into sentences."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Iterable, Mapping, Optional

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from symspellpy import SymSpell, Verbosity

from backtalk.errors import ContentError
from backtalk.yaml_files import DATA, read_yaml, shown

#: Characters of a message that are read; far beyond any real message, short of what would block a server.
READ_LIMIT = 4000
#: Shortest word that is corrected at all, and from which length two errors are mended: shorter words have too many
#: neighbours ("pee" and "knee" are one letter apart).
CORRECT_FROM, TWO_ERRORS_FROM = 4, 7
#: A word run together with its neighbour is taken apart only if both parts have this many letters at least.
SPLIT_PART = 2

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": " - ", "…": "... "})
#: Emoji that are an answer by themselves, and what they say.
_SAYING = {"👍": " thank you ", "🙏": " thank you ", "👌": " thank you ", "👎": " that did not help ", "👋": " hello "}
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_REPEATED = re.compile(r"([a-z])\1{2,}")


def clean(text: str) -> str:
    """One line of plain characters, in lower case: no accents lost from words, no control characters, no emoji.

    A thumb up or the like that is the whole message is put into words.
    """
    text = unicodedata.normalize("NFKC", text[:READ_LIMIT]).translate(_QUOTES).lower()
    if not any(character.isalnum() for character in text):
        text = next((words for emoji, words in _SAYING.items() if emoji in text), text)
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if character == "\n":
            kept.append(". ")  # a line break ends a sentence
        elif category[0] in "CZ" or category in ("So", "Sk", "Mn", "Me"):
            kept.append(" ")
        else:
            kept.append(character)
    return " ".join("".join(kept).split())


@dataclass(frozen=True)
class Lexicon:
    """The words Backtalk knows.

    Attributes:
        domain: words of our own content, with how often each occurs; corrections come from here.
        known: further correct words, that are left as they are.
    """

    domain: Mapping[str, int]
    known: frozenset[str]

    def save(self, path: Path) -> None:
        """Writes it as JSON."""
        path.write_text(json.dumps({"domain": dict(self.domain), "known": sorted(self.known)}), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Reads what ``save`` wrote."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(content["domain"], frozenset(content["known"]))

    @classmethod
    def of(cls, texts: Iterable[str], known: Iterable[str] = ()) -> "Lexicon":
        """Counts the words of the texts. A rare word that is unknown otherwise may be a slip: it is left out."""
        others = frozenset(known)
        counts: dict[str, int] = {}
        for text in texts:
            for word in _WORD.findall(clean(text)):
                counts[word] = counts.get(word, 0) + 1
        domain = {
            word: count
            for word, count in counts.items()
            if word.isalpha() and len(word) > 1 and (count > 2 or word in others)
        }
        return cls(domain, others)


class Speller:
    """Mends slips of the pen: shorthand, misspelt words, words run together.

    Only a word that is neither in the lexicon nor a known word is touched.
    """

    def __init__(self, lexicon: Lexicon, shorthand: Mapping[str, str], slips: Iterable[tuple[str, str]]) -> None:
        self._shorthand = dict(shorthand)
        self._slips = [(re.compile(pattern), replacement) for pattern, replacement in slips]
        self._lexicon = lexicon
        self._known = lexicon.known | set(lexicon.domain)
        self._near = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word, count in lexicon.domain.items():
            self._near.create_dictionary_entry(word, count)
        self.word = lru_cache(maxsize=20_000)(self._word)

    def mend(self, text: str) -> str:
        """The cleaned text with its slips mended."""
        text = _WORD.sub(lambda match: self.word(match.group()), text)
        for pattern, replacement in self._slips:
            text = pattern.sub(replacement, text)
        return text

    def _word(self, word: str) -> str:
        if word in self._shorthand:
            return self._shorthand[word]
        if "'" in word:
            return word
        if word in self._known or not word.isalpha() or len(word) < CORRECT_FROM:
            return word
        squeezed = _REPEATED.sub(r"\1\1", word)  # "soooo", "hurtssss"
        for candidate in (squeezed, _REPEATED.sub(r"\1", word)):
            if candidate in self._known:
                return candidate
        near = self._nearest(word, 1)
        if near:
            return near
        parts = self._split(word)
        if parts:
            return parts
        if len(word) >= TWO_ERRORS_FROM:
            return self._nearest(word, 2) or word
        return word

    def _nearest(self, word: str, errors: int) -> Optional[str]:
        found = self._near.lookup(word, Verbosity.CLOSEST, max_edit_distance=errors)
        # People slip inside a word far more often than at its first letter.
        found.sort(key=lambda item: (item.distance, item.term[0] != word[0], -item.count))
        return str(found[0].term) if found else None

    def _split(self, word: str) -> Optional[str]:
        """The two domain words that it is made of, the commonest pair: "backpain" is "back pain"."""
        best, score = None, 0
        for cut in range(SPLIT_PART, len(word) - SPLIT_PART + 1):
            left, right = word[:cut], word[cut:]
            count = min(self._lexicon.domain.get(left, 0), self._lexicon.domain.get(right, 0))
            if count > max(score, 20):  # both must be common, or every odd word falls apart
                best, score = f"{self._shorthand.get(left, left)} {self._shorthand.get(right, right)}", count
        return best


@lru_cache(maxsize=1)
def english() -> Language:
    """spaCy's blank English: its tokeniser and norms, no downloaded model."""
    return spacy.blank("en")


def load_speller(lexicon: Lexicon, path: Path = DATA / "vocabulary" / "spellings.yml") -> Speller:
    """A speller with the shorthand and the slips of the vocabulary.

    Raises:
        ContentError: the file holds anything but ``shorthand`` and ``slips``, or a slip is no regular expression.
    """
    content = read_yaml(path)
    if set(content) != {"shorthand", "slips"}:
        raise ContentError(f"{shown(path)}: the top-level keys are shorthand and slips")
    try:
        return Speller(
            lexicon,
            {str(key): str(value) for key, value in content["shorthand"].items()},
            [(pattern, replacement) for pattern, replacement in content["slips"]],
        )
    except (re.error, ValueError) as error:
        raise ContentError(f"{shown(path)}: a slip is not a pair of pattern and replacement: {error}") from None


class Reader:
    """Makes a spaCy document of a message."""

    def __init__(self, speller: Speller) -> None:
        self._speller = speller
        self._nlp = english()

    def text(self, message: str) -> str:
        """The message, cleaned and spelt right."""
        return self._speller.mend(clean(message))

    def read(self, message: str) -> Doc:
        """The message as tokens; a token's norm spells out contractions ("ca", "n't": "can", "not")."""
        return self._nlp.make_doc(self.text(message))
