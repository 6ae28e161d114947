"""Reading the YAML files of ``data/``: no duplicate keys, and errors in plain words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Hashable

import yaml

from backtalk.errors import ContentError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """A safe loader that refuses a key that stands twice: YAML would silently keep the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise ContentError(f"line {key_node.start_mark.line + 1}: the key {key!r} stands twice")
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


# YAML 1.1 reads yes, no, on and off as truth values; here they are words, as an editor means them ("role: no").
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def shown(path: Path) -> str:
    """The path as an editor knows it: from the project's folder on."""
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in one YAML file.

    Raises:
        ContentError: the file is missing, is not YAML, holds a key twice, or is not a mapping.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        raise ContentError(f"{shown(path)}: there is no such file") from None
    except ContentError as error:
        raise ContentError(f"{shown(path)}: {error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"{shown(path)}: this is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise ContentError(f"{shown(path)}: the file must hold keys and values at its top level")
    return content
