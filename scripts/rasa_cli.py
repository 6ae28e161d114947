"""Rasa's command line without TensorFlow: ``python -m scripts.rasa_cli run|shell|train|data <what rasa takes>``."""

from __future__ import annotations

from scripts import without_tensorflow

if __name__ == "__main__":
    without_tensorflow.install()
    from rasa.__main__ import main

    from components import rasa_fixes

    rasa_fixes.install()
    main()
