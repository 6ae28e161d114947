"""Finding many long patterns in a message at once.

The syntax is that of ``backtalk.patterns`` (``(a|b)``, ``[x]``), and ``...`` for up to three words of any kind. Writing
out every phrase that a pattern stands for, as a phrase matcher needs it, takes too many: "{can not} [even] lift [up] my
[left] foot" alone is half a million. Here all patterns become one automaton over the norms of spaCy's tokens, with
states made when a message first leads to them. Reading a message takes one look-up a token, however many patterns there
are.
"""

from __future__ import annotations

from typing import Iterable, Mapping, Optional, Sequence

from spacy.tokens import Doc

from backtalk.language import english
from backtalk.patterns import Found

#: Words that ``...`` may stand for.
GAP = 3
#: States that are kept; beyond, they are made anew. A state is some hundred bytes.
STATES_KEPT = 50_000
#: Tokens over which no gap reaches, and the stand-in for every word that no pattern holds.
_ENDS = frozenset({".", "!", "?", ";", "..."})
_OTHER, _END = "<other>", "<end>"


class _Net:
    """A non-deterministic automaton: edges by word, edges for any word, empty edges, and accepting states."""

    def __init__(self) -> None:
        self.edges: list[dict[str, list[int]]] = []
        self.any: list[list[int]] = []
        self.empty: list[list[int]] = []
        self.labels: list[Optional[str]] = []

    def state(self) -> int:
        self.edges.append({})
        self.any.append([])
        self.empty.append([])
        self.labels.append(None)
        return len(self.edges) - 1

    def word(self, start: int, word: str, end: int) -> None:
        self.edges[start].setdefault(word, []).append(end)


def _words(text: str) -> list[str]:
    return [token.norm_ for token in english().make_doc(" ".join(text.split()))]


class _Parser:
    """Adds one pattern to a net."""

    def __init__(self, net: _Net, pattern: str) -> None:
        self.net = net
        self.pattern = pattern
        self.at = 0

    def sequence(self, start: int, closing: str) -> list[int]:
        """Reads alternatives up to the closing bracket; where they end."""
        ends: list[int] = []
        here = start
        literal = ""
        empty = True

        def flush() -> None:
            nonlocal here, literal, empty
            for number, piece in enumerate(literal.split("...")):
                if number:
                    here = self._gap(here)
                    empty = False
                words = _words(piece) if piece.strip() else []
                for word in words:
                    after = self.net.state()
                    self.net.word(here, word, after)
                    here, empty = after, False
            literal = ""

        while self.at < len(self.pattern):
            character = self.pattern[self.at]
            self.at += 1
            if character in "([":
                flush()
                inner = self.sequence(here, ")" if character == "(" else "]")
                after = self.net.state()
                for end in inner:
                    self.net.empty[end].append(after)
                if character == "[":
                    self.net.empty[here].append(after)
                else:
                    empty = False
                here = after
            elif character == "|":
                if not closing:
                    raise ValueError(f"'{self.pattern}': | stands in brackets")
                flush()
                if empty:
                    raise ValueError(f"'{self.pattern}' has an empty alternative")
                ends.append(here)
                # Each alternative starts in a state of its own: a bracket at its start must not lead into the others.
                here, empty = self.net.state(), True
                self.net.empty[start].append(here)
            elif character in ")]":
                if character != closing:
                    raise ValueError(f"'{self.pattern}' has a bracket that was not opened")
                flush()
                if empty:
                    raise ValueError(f"'{self.pattern}' has an empty alternative")
                return [*ends, here]
            else:
                literal += character
        if closing:
            raise ValueError(f"'{self.pattern}' has a bracket that is not closed")
        flush()
        return [*ends, here]

    def _gap(self, start: int) -> int:
        end = self.net.state()
        self.net.empty[start].append(end)
        here = start
        for _ in range(GAP):
            after = self.net.state()
            self.net.any[here].append(after)
            self.net.empty[after].append(end)
            here = after
        return end


class _State:
    """A set of the net's states: the labels it accepts, what each word reaches, and the states made of that."""

    __slots__ = ("any", "labels", "next", "reached")

    def __init__(self, labels: tuple[str, ...], reached: dict[str, list[int]], gap: list[int]) -> None:
        self.labels = labels
        self.reached = reached
        self.any = gap
        self.next: dict[str, Optional[_State]] = {}


class PatternFinder:
    """Finds labelled patterns by the norms of a document's tokens.

    Args:
        patterns: label to patterns.

    Raises:
        ValueError: the brackets of a pattern do not match, an alternative is empty, or a pattern fits an empty text.
    """

    def __init__(self, patterns: Mapping[str, Iterable[str]]) -> None:
        self._net = _Net()
        root = self._net.state()
        for label, group in patterns.items():
            for pattern in group:
                start = self._net.state()
                self._net.empty[root].append(start)
                for end in _Parser(self._net, pattern).sequence(start, ""):
                    last = self._net.state()
                    self._net.labels[last] = label
                    self._net.empty[end].append(last)
                    if start in self._closed([last]) or last in self._closed([start]):
                        raise ValueError(f"'{pattern}' fits an empty text")
        self._vocabulary = frozenset(word for edges in self._net.edges for word in edges)
        self._known: dict[frozenset[int], _State] = {}
        self._root = self._make(self._closed([root]))

    def _closed(self, states: Iterable[int]) -> frozenset[int]:
        found = set(states)
        queue = list(found)
        while queue:
            for following in self._net.empty[queue.pop()]:
                if following not in found:
                    found.add(following)
                    queue.append(following)
        return frozenset(found)

    def _make(self, members: frozenset[int]) -> _State:
        state = self._known.get(members)
        if state is None:
            labels = {self._net.labels[member] for member in members}
            reached: dict[str, list[int]] = {}
            gap: list[int] = []
            for member in members:
                gap += self._net.any[member]
                for word, ends in self._net.edges[member].items():
                    reached.setdefault(word, []).extend(ends)
            state = self._known[members] = _State(tuple(sorted(label for label in labels if label)), reached, gap)
        return state

    def _step(self, state: _State, symbol: str) -> Optional[_State]:
        reached = state.reached.get(symbol, [])
        if symbol is not _END:
            reached = reached + state.any
        following = self._make(self._closed(reached)) if reached else None
        state.next[symbol] = following
        return following

    def find(self, doc: Doc) -> list[Found]:
        """Every match, in the order of the text; for each label the longest of those that start at one place."""
        if len(self._known) > STATES_KEPT:
            self._known = {}
            self._root = self._make(self._closed([0]))
        symbols = self._symbols(doc)
        found: list[Found] = []
        for start in range(len(symbols)):
            state: Optional[_State] = self._root
            longest: dict[str, int] = {}
            for at in range(start, len(symbols)):
                symbol = symbols[at]
                try:
                    state = state.next[symbol]  # type: ignore[union-attr]
                except KeyError:
                    state = self._step(state, symbol)  # type: ignore[arg-type]
                if state is None:
                    break
                for label in state.labels:
                    longest[label] = at + 1
            found += [Found(label, start, end) for label, end in longest.items()]
        return self._kept(found)

    def _symbols(self, doc: Doc) -> Sequence[str]:
        known = self._vocabulary
        return [norm if norm in known else _END if norm in _ENDS else _OTHER for norm in (token.norm_ for token in doc)]

    @staticmethod
    def _kept(found: list[Found]) -> list[Found]:
        """Leaves out a match that lies inside an earlier one of its label."""
        reach: dict[str, int] = {}
        kept = []
        for match in found:
            if match.end > reach.get(match.label, 0):
                reach[match.label] = match.end
                kept.append(match)
        return kept
