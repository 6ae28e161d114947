"""The curated store: everything the guide says, in our own words, with dose, safety, evidence and place."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Union

from pydantic import ValidationError, root_validator, validator

from backtalk.errors import ContentError
from backtalk.vocabulary import Strict, Vocabulary, load_vocabulary, reasons
from backtalk.yaml_files import DATA, read_yaml, shown


class Role(str, Enum):
    """What an entry is for."""

    REMEDY = "remedy"  # something to do
    EXPLANATION = "explanation"  # something to know; never advice
    CAUTION = "caution"  # something to mind; goes with the entries it attaches to
    NO = "no"  # askable, and answered by an honest no


class Kind(str, Enum):
    """The sort of thing, in the words of the guide's inventory."""

    MASSAGE = "massage"
    EXERCISE = "exercise"
    STRETCH = "stretch"
    YOGA = "yoga"
    ACTIVITY = "activity"
    ACUPRESSURE = "acupressure"
    MANUAL_THERAPY = "manual-therapy"
    RUB = "rub"
    HEAT_COLD = "heat-cold"
    FOOT_BATH = "foot-bath"
    POSTURE = "posture"
    WORK_SETUP = "work-setup"
    SLEEP = "sleep"
    HABIT = "habit"
    NUTRITION = "nutrition"
    MIND_BODY = "mind-body"
    PROFESSIONAL_CARE = "professional-care"
    SELF_TEST = "self-test"
    CAUSE = "cause"
    CAUTION = "caution"
    OTHER = "other"


#: Kinds that an open emergency or urgent flag stops, and that the minimum screen goes with
#: (knowledge base, sections 2.5, 3 and 6: exercise, massage, heat and soak advice, and what belongs to them).
PHYSICAL = frozenset(
    {
        Kind.MASSAGE,
        Kind.EXERCISE,
        Kind.STRETCH,
        Kind.YOGA,
        Kind.ACTIVITY,
        Kind.ACUPRESSURE,
        Kind.MANUAL_THERAPY,
        Kind.RUB,
        Kind.HEAT_COLD,
        Kind.FOOT_BATH,
        Kind.SELF_TEST,
    }
)


class Verdict(str, Enum):
    """Our judgement of what the guide says."""

    KEEP = "keep"
    CAUTION = "keep-with-caution"
    NO = "do-not-recommend"


class Grade(str, Enum):
    """How good the evidence is, best first."""

    SUPPORTED = "supported"
    MIXED = "mixed"
    WEAK = "weak"
    NONE = "none"
    CONTRADICTED = "contradicted"

    @property
    def rank(self) -> int:
        """0 for the best evidence, 4 for evidence against."""
        return list(Grade).index(self)


#: Every quantity that a dose may hold; its name carries the unit.
UNITS = frozenset(
    "hold_s reps sets times_a_day times_a_week minutes minutes_a_day every_h hours_a_night hours hours_a_day "
    "days weeks ml_a_day_women ml_a_day_men temperature_c cm degrees counts_in counts_hold counts_out counts "
    "portions_a_day portions_a_week grams slices teaspoons tablespoons".split()
)


class Amount(Strict):
    """A number, a range, or a bound, of a quantity whose name carries the unit.

    Attributes:
        low, high: the bounds; equal for a plain number; ``low`` is None for "at most", ``high`` for "at least".
    """

    low: Optional[float]
    high: Optional[float]

    @classmethod
    def read(cls, value: Any) -> "Amount":
        """From ``10``, ``[10, 15]``, ``{max: 15}`` or ``{min: 5}``.

        Raises:
            ValueError: it is none of these, or a range runs backwards.
        """
        if isinstance(value, bool):
            raise ValueError("a dose needs a number")
        if isinstance(value, (int, float)):
            return cls(low=value, high=value)
        if isinstance(value, list) and len(value) == 2 and all(type(part) in (int, float) for part in value):
            if value[0] >= value[1]:
                raise ValueError(f"the range {value} runs backwards")
            return cls(low=value[0], high=value[1])
        if isinstance(value, dict) and len(value) == 1 and set(value) <= {"min", "max"}:
            return cls(low=value.get("min"), high=value.get("max"))
        raise ValueError(f"{value!r} is not a number, [low, high], {{min: n}} or {{max: n}}")


class Dose(Strict):
    """How much, how long, how often.

    Attributes:
        amounts: quantity (see ``UNITS``) to amount, in the file's order.
        each_side: the numbers hold for each side of the body.
    """

    amounts: Mapping[str, Amount]
    each_side: bool = False

    @root_validator(pre=True)
    def _by_unit(cls, values: dict[str, Any]) -> dict[str, Any]:
        raw = dict(values)
        each_side = raw.pop("each_side", False)
        unknown = sorted(set(raw) - UNITS)
        if unknown:
            raise ValueError(f"no such unit: {', '.join(unknown)}")
        if not raw:
            raise ValueError("a dose holds at least one number")
        return {"amounts": {unit: Amount.read(value) for unit, value in raw.items()}, "each_side": each_side}


class Evidence(Strict):
    """How good the evidence is, and why we say so.

    Attributes:
        why: one sentence.
        sources: keys of ``sources.yml``.
    """

    verdict: Verdict
    grade: Grade
    why: str
    sources: tuple[str, ...]


class Place(Strict):
    """Where the guide says it: its section and the lines, first and last, from 1."""

    section: str
    lines: tuple[tuple[int, int], ...]

    @validator("lines", each_item=True)
    def _forwards(cls, value: tuple[int, int]) -> tuple[int, int]:
        if not 1 <= value[0] <= value[1]:
            raise ValueError(f"lines {value} run backwards")
        return value


class Entry(Strict):
    """One thing the guide says.

    Attributes:
        covers: ids of the guide's inventory that this entry accounts for; its own id among them.
        short: one sentence, for lists.
        steps: what to do, in order (remedies); ``say``: what to know (all other roles).
        dose: what we advise; ``guide_dose`` and ``dose_note``: the guide's own number where ours differs, and why.
        situations, areas: ids of the vocabulary it fits; none means any.
        avoid_if: conditions in which it is left out. ``care_if``: condition to a sentence of extra care.
        stop_if: fits after "Stop if".
        instead: entries to offer in place of an honest no. attaches_to: entries a caution goes with, and only_if: the
            conditions of which one must hold for that.
        easier, harder: the step before and after it, where there is one.
        asks: how people ask for it.
    """

    id: str
    topic: str
    covers: tuple[str, ...]
    role: Role
    kind: Kind
    title: str
    short: str
    steps: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    dose: Optional[Dose] = None
    guide_dose: Optional[Dose] = None
    dose_note: Optional[str] = None
    situations: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    avoid_if: tuple[str, ...] = ()
    care_if: Mapping[str, str] = {}
    stop_if: Optional[str] = None
    evidence: Evidence
    guide: Place
    instead: tuple[str, ...] = ()
    attaches_to: tuple[str, ...] = ()
    only_if: tuple[str, ...] = ()
    easier: Optional[str] = None
    harder: Optional[str] = None
    asks: tuple[str, ...]

    @root_validator(skip_on_failure=True)
    def _whole(cls, values: dict[str, Any]) -> dict[str, Any]:
        role = values["role"]
        checks: list[tuple[bool, str]] = [
            (values["id"] in values["covers"], "covers must hold the entry's own id"),
            (len(set(values["covers"])) == len(values["covers"]), "covers names an id twice"),
            (bool(values["steps"]) == (role is Role.REMEDY), "a remedy has steps; every other role has say"),
            (bool(values["say"]) == (role is not Role.REMEDY), "a remedy has steps; every other role has say"),
            (len(values["asks"]) >= 6, "at least 6 asks are needed"),
            (len({ask.lower() for ask in values["asks"]}) == len(values["asks"]), "an ask stands twice"),
            (
                (values["evidence"].verdict is Verdict.NO) == (role is Role.NO),
                "the role 'no' and the verdict 'do-not-recommend' go together",
            ),
            (bool(values["attaches_to"]) <= (role is Role.CAUTION), "only a caution has attaches_to"),
            (bool(values["only_if"]) <= bool(values["attaches_to"]), "only_if says when a caution goes with an entry"),
            (bool(values["guide_dose"]) <= bool(values["dose_note"]), "a guide_dose needs a dose_note that says why"),
            (
                role is not Role.REMEDY or values["kind"] not in PHYSICAL or bool(values["stop_if"]),
                "a physical remedy needs stop_if",
            ),
        ]
        wrong = [message for holds, message in checks if not holds]
        if wrong:
            raise ValueError("; ".join(dict.fromkeys(wrong)))
        return values

    @property
    def physical(self) -> bool:
        """It is exercise, massage, heat, a soak or the like: what an open flag stops."""
        return self.kind in PHYSICAL

    @property
    def advice(self) -> bool:
        """It may be recommended unasked."""
        return self.role is Role.REMEDY


class Source(Strict):
    """One item of the bibliography.

    Attributes:
        read: True where the relevant passage was read for this work, False where it is cited from general knowledge.
    """

    title: str
    by: str
    year: Optional[int] = None
    kind: str
    read: bool = False


class Topic(Strict):
    """A file of the store.

    Attributes:
        offer_if: conditions of which one must hold before its entries are offered unasked; none: no such need.
        only_asked: its entries are never offered unasked.
    """

    name: str
    title: str
    offer_if: tuple[str, ...] = ()
    only_asked: bool = False
    entries: tuple[Entry, ...]


class Store:
    """All entries. Iterates over them in the order of the files."""

    def __init__(self, topics: Mapping[str, Topic], sources: Mapping[str, Source], vocabulary: Vocabulary) -> None:
        self.topics = topics
        self.sources = sources
        self.vocabulary = vocabulary
        self._entries = {entry.id: entry for topic in topics.values() for entry in topic.entries}
        self._cautions: dict[str, list[Entry]] = {}
        for entry in self._entries.values():
            for other in entry.attaches_to:
                self._cautions.setdefault(other, []).append(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, entry_id: object) -> bool:
        return entry_id in self._entries

    def __getitem__(self, entry_id: str) -> Entry:
        return self._entries[entry_id]

    def get(self, entry_id: Optional[str]) -> Optional[Entry]:
        """The entry, or None if there is none of that id."""
        return self._entries.get(entry_id) if entry_id is not None else None

    def cautions(self, entry_id: str) -> tuple[Entry, ...]:
        """The cautions that go with an entry."""
        return tuple(self._cautions.get(entry_id, ()))


#: Files of the folder that are no topic.
_OTHER_FILES = {"sources.yml"}


def _load_topic(path: Path) -> Topic:
    content = read_yaml(path)
    unknown = set(content) - {"topic", "title", "offer_if", "only_asked", "entries"}
    if unknown or "topic" not in content or not isinstance(content.get("entries"), list):
        raise ContentError(f"{shown(path)}: the top-level keys are topic, title, entries, offer_if and only_asked")
    if content["topic"] != path.stem:
        raise ContentError(f"{shown(path)}: topic is '{content['topic']}', the file's name says '{path.stem}'")
    entries = []
    for number, raw in enumerate(content["entries"], 1):
        name = raw.get("id", f"entry {number}") if isinstance(raw, dict) else f"entry {number}"
        if not isinstance(raw, dict):
            raise ContentError(f"{shown(path)}: {name}: an entry holds keys and values")
        try:
            entries.append(Entry(topic=content["topic"], **raw))
        except ValidationError as error:
            raise ContentError(f"{shown(path)}: {name}: {reasons(error)}") from None
    try:
        header = {key: value for key, value in content.items() if key not in ("topic", "entries")}
        return Topic(name=content["topic"], entries=tuple(entries), **header)
    except ValidationError as error:
        raise ContentError(f"{shown(path)}: {reasons(error)}") from None


def _check_names(store: Store, paths: Mapping[str, Path]) -> None:
    """Every id that an entry names must exist, and no inventory id may be covered twice."""
    covered: dict[str, str] = {}
    for topic in store.topics.values():
        for name in topic.offer_if:
            if name not in store.vocabulary.conditions:
                raise ContentError(f"{shown(paths[topic.name])}: there is no condition '{name}'")
    for group in (store.vocabulary.situations, store.vocabulary.areas):
        for term in group.values():
            for name in term.topics:
                if name not in store.topics:
                    raise ContentError(f"data/vocabulary: {term.label}: there is no topic '{name}'")
    for entry in store:
        at = f"{shown(paths[entry.topic])}: {entry.id}"
        named: list[tuple[str, Union[tuple[str, ...], Mapping[str, Any]], Any]] = [
            ("condition", entry.avoid_if, store.vocabulary.conditions),
            ("condition", tuple(entry.care_if) + entry.only_if, store.vocabulary.conditions),
            ("situation", entry.situations, store.vocabulary.situations),
            ("area", entry.areas, store.vocabulary.areas),
            ("source", entry.evidence.sources, store.sources),
            ("entry", entry.instead + entry.attaches_to, store),
            ("entry", tuple(other for other in (entry.easier, entry.harder) if other), store),
        ]
        for what, names, known in named:
            for name in names:
                if name not in known:
                    raise ContentError(f"{at}: there is no {what} '{name}'")
        for other in entry.covers:
            if other in covered:
                raise ContentError(f"{at}: '{other}' is covered by {covered[other]} already")
            covered[other] = entry.id


def load_store(folder: Path = DATA / "remedies", vocabulary: Optional[Vocabulary] = None) -> Store:
    """Reads and checks every file of the store.

    Raises:
        ContentError: anything is missing, unknown, doubled or out of range; the message says where and why.
    """
    words = vocabulary or load_vocabulary()
    raw_sources = read_yaml(folder / "sources.yml")
    try:
        sources = {key: Source(**value) for key, value in raw_sources.get("sources", {}).items()}
    except (ValidationError, TypeError) as error:
        text = reasons(error) if isinstance(error, ValidationError) else str(error)
        raise ContentError(f"{shown(folder / 'sources.yml')}: {text}") from None
    paths = {path.stem: path for path in sorted(folder.glob("*.yml")) if path.name not in _OTHER_FILES}
    topics: dict[str, Topic] = {}
    owner: dict[str, str] = {}
    for name, path in paths.items():
        topics[name] = _load_topic(path)
        for entry in topics[name].entries:
            if entry.id in owner:
                raise ContentError(f"{shown(path)}: {entry.id}: the id stands in {shown(paths[owner[entry.id]])} too")
            owner[entry.id] = name
    store = Store(topics, sources, words)
    _check_names(store, paths)
    return store


@lru_cache(maxsize=1)
def store() -> Store:
    """The project's store, read once."""
    return load_store()
