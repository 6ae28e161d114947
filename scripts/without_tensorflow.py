"""Lets Rasa run without TensorFlow: our pipeline uses none of it, and it costs 5 seconds, 300 MB and 0.9 GB.

Rasa imports TensorFlow wherever a component could need it, to subclass and annotate. Here each such name is an empty
class, and using one for a sum is an error. What Backtalk's pipeline needs is checked by
``tests/components/test_without_tensorflow.py``.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any, ClassVar

#: Packages that are TensorFlow, or are nothing without it.
PACKAGES = frozenset({"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras"})


class _Names(type):
    """Any attribute of a placeholder is the placeholder; as a decorator it leaves the function alone."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent

    def __getitem__(cls, key: Any) -> Any:
        return cls

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is not Absent:
            return super().__call__(*args, **kwargs)
        if len(args) == 1 and isinstance(args[0], FunctionType):
            return args[0]
        return Absent


class Absent(metaclass=_Names):
    """Stands where a name of TensorFlow is imported, subclassed or named in an annotation."""


class _Module(ModuleType):
    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.split(".")[0] in PACKAGES:
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


class _Blocker(MetaPathFinder):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.split(".")[0] in PACKAGES:
            raise ModuleNotFoundError(name)
        return None


def install() -> None:
    """From now on TensorFlow is absent, to Rasa as placeholders.

    Raises:
        RuntimeError: it was imported before.
    """
    if "tensorflow" in sys.modules:
        raise RuntimeError("TensorFlow was imported already")
    # spaCy's own library looks for TensorFlow and asks it for devices: it must not find it at all.
    blocker = _Blocker()
    sys.meta_path.insert(0, blocker)
    try:
        importlib.import_module("thinc.compat")
    finally:
        sys.meta_path.remove(blocker)
    sys.meta_path.insert(0, _Finder())
