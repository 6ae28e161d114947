"""A spaCy language that needs no download: blank English, with hash embeddings in place of trained word vectors."""

from __future__ import annotations

from pathlib import Path

#: Rows and width of the table; of each piece of a word, ``HASHES`` rows are added up.
ROWS, WIDTH, HASHES = 20_000, 300, 2
#: Letters of a piece.
SHORTEST, LONGEST = 3, 5
SEED = 1


def make(folder: Path) -> Path:
    """Writes the language to ``folder``, for Rasa's ``SpacyNLP`` to load, if it is not there yet.

    A word's vector is the mean of random rows, chosen by the pieces of its spelling: words that are spelt alike are
    near to each other, all others are not. Such is a spaCy model before anybody trained it.
    """
    if (folder / "meta.json").is_file():
        return folder
    import numpy as np
    import spacy
    from spacy.vectors import Vectors

    language = spacy.blank("en")
    rows = np.random.RandomState(SEED).normal(size=(ROWS, WIDTH)).astype(np.float32)
    language.vocab.vectors = Vectors(
        strings=language.vocab.strings, data=rows, mode="floret", minn=SHORTEST, maxn=LONGEST, hash_count=HASHES,
        hash_seed=SEED, bow="<", eow=">",
    )  # fmt: skip
    language.to_disk(folder)
    return folder
