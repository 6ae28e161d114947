"""What the tests of the server's components share."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain

from backtalk.yaml_files import ROOT, read_yaml


@pytest.fixture(scope="session")
def domain() -> Domain:
    """The project's domain, with its responses."""
    whole = Domain.from_path(str(ROOT / "domain.yml"))
    for path in sorted((ROOT / "data" / "responses").glob("*.yml")):
        whole = whole.merge(Domain.from_dict(read_yaml(path)))
    return whole
