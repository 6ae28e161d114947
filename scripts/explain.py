"""Prints why the red-flag screen raises, asks about, or leaves a message: words, concepts, context, rules.

``make explain TEXT="no numbness but I can't pee"``, or ``python -m scripts.explain TEXT ...``. Uses the
newest trained model; without one, the rules alone.
"""

from __future__ import annotations

import sys
from typing import Callable, Optional, Sequence

from backtalk.catalogue import catalogue
from backtalk.context import Analysis
from backtalk.language import Lexicon, clean, english, load_speller
from backtalk.screen import Finding, Learned, screen_for
from scripts.model import MODELS

#: Flags of the learned part that are listed.
LISTED = 4


def lines(text: str, mended: str, found: Finding, learned: Optional[Learned]) -> list[str]:
    """The explanation of one message, for people."""
    flags = catalogue()
    out = [f"message   {text}"]
    if mended != text:
        out.append(f"read as   {mended}")
    if learned is not None:
        ranked = sorted(learned.flags.items(), key=lambda item: -item[1])[:LISTED]
        likely = ", ".join(f"{name} {p:.2f}" for name, p in ranked)
        out.append(f"learned   alarm {learned.alarm:.2f}, by words alone {learned.words:.2f}; {likely}")
    else:
        out.append("learned   nothing: no trained model, or none for this message")
    for title, group in (("raises", found.flags), ("asks", found.doubtful)):
        out += [f"{title:<9} {flag} ({flags[flag].tier.value}): {flags[flag].name}" for flag in group]
    if not (found.flags or found.doubtful):
        out.append("raises    nothing")
    for flag in [*found.flags, *found.doubtful]:
        out += [f"  {flag}: {why}" for why in found.why.get(flag, ())]
    others = {flag: why for flag, why in found.why.items() if flag not in found.flags and flag not in found.doubtful}
    if others:
        out.append("considered")
        out += [f"  {flag}: {one}" for flag, why in sorted(others.items()) for one in why]
    return out


def _parser() -> Callable[[str], tuple[str, Finding, Optional[Learned]]]:
    models = sorted(MODELS.glob("backtalk-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        speller = load_speller(Lexicon.of(text for flag in catalogue() for text in flag.phrasings))

        def by_rules(text: str) -> tuple[str, Finding, Optional[Learned]]:
            mended = speller.mend(clean(text))
            return mended, screen_for().judge(Analysis(english().make_doc(mended)), None), None

        return by_rules
    from scripts.measure import Nlu

    nlu = Nlu(models[-1])
    # Only now: the components import what Rasa imports.
    from components.red_flags import RedFlagScreen

    seen: list[tuple[str, Finding, Optional[Learned]]] = []

    def note(mended: str, found: Finding, learned: Optional[Learned]) -> None:
        seen.append((mended, found, learned))

    RedFlagScreen.observer = note

    def by_model(text: str) -> tuple[str, Finding, Optional[Learned]]:
        seen.clear()
        nlu.parse(text)
        return seen[-1] if seen else ("", Finding(), None)

    return by_model


def main(arguments: Sequence[str]) -> int:
    """Explains every argument; with none, every line that is typed."""
    parse = _parser()
    for text in arguments or (line.strip() for line in sys.stdin):
        if text:
            print("\n".join(lines(text, *parse(text))), end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
