"""What the figures were measured on, and how large things are on disk."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from pathlib import Path

from packaging.markers import Marker

from scripts.launch import ROOT

#: A package of a lock file: its name, and for which systems.
PIN = r"^([A-Za-z0-9_.-]+)==[^ ;]+(?: ; (.+?))? \\$"


def describe() -> str:
    """One sentence: processor, cores, memory, Python."""
    processor = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = re.findall(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(encoding="utf-8"), re.MULTILINE)
        processor = names[0] if names else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    python = platform.python_version()
    return f"{processor}, {cores} cores, {memory:.0f} GB of memory, {platform.system()}, Python {python}"


def load() -> float:
    """Processes that want a core, by the last minute's average: near 0 before a run that is to be trusted."""
    return os.getloadavg()[0]


def installed(lock: Path = ROOT / "requirements.lock") -> tuple[float, list[str]]:
    """Size on disk of the packages of a lock file, as they are installed here.

    Returns:
        MB (10^6 bytes) of all their files, compiled Python apart, and the names that are missing here.
    """
    pins = re.findall(PIN, lock.read_text(encoding="utf-8"), re.MULTILINE)
    total = 0
    missing = []
    for name, marker in pins:
        if marker and not Marker(marker).evaluate():
            # For other systems.
            continue
        try:
            package = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
            continue
        for file in package.files or []:
            place = Path(str(package.locate_file(file)))
            if place.suffix != ".pyc" and place.is_file():
                total += place.stat().st_size
    return total / 1e6, missing
