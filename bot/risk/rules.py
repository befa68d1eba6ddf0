"""The rules of `data/risk/`: their schema, and the rule book that both matchers read.

Everything is checked on loading: an unknown category, a set that does not exist, or a pattern that could
match nothing is a ContentError that names the file and the rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError

from bot.content import ContentError, ContentSource, Strict
from bot.risk.language import BREAK, Branch, PatternError, Sets, Words, parse, read_sets, words_of
from bot.risk.model import Level
from bot.risk.spelling import Lexicon

FOLDER = "risk"
M = TypeVar("M", bound=Strict)


class Rule(Strict):
    """One reason to give a level, or a signal. `when: past` may be lowered by what stands around it."""

    id: str
    level: Level = Level.NONE
    why: str
    say: list[str] = Field(min_length=1)
    when: Literal["now", "past"] = "now"


class RuleFile(Strict):
    """One file of `data/risk/patterns/`. A signal is no category: it tells `assess` something else."""

    category: str | None = None
    signal: Literal["wants_person", "child_writing", "now", "recent"] | None = None
    patterns: list[Rule]


class Guard(Strict):
    """Words that make a hit mean less. See `bot.risk.guards` for what each kind does."""

    id: str
    kind: Literal[
        "mask", "past", "childhood", "information", "process", "conditional", "fiction", "practitioner"
    ]
    why: str
    say: list[str] = Field(min_length=1)
    to: Level = Level.NONE
    floor: bool = False
    categories: list[str] = []


class Category(Strict):
    """A kind of risk: its name for staff; the file lists them most serious first."""

    id: str
    name: str


class Raise(Strict):
    """A level that follows from two things seen together (`data/risk/decision.yml`)."""

    id: str
    signal: Literal["now", "child_writing"]
    at: Level
    to: Level
    categories: list[str]
    why: str


class Says(Strict):
    """From which chance on the learned part says a level (that one or a higher)."""

    emergency: float = Field(gt=0, lt=1)
    urgent: float = Field(gt=0, lt=1)
    concern: float = Field(gt=0, lt=1)


class Short(Strict):
    """Of a message of so few words the learned part says nothing unless a category has this chance."""

    words: int = Field(ge=0)
    category: float = Field(ge=0, lt=1)


class LearnedPolicy(Strict):
    """How the chances of the learned part are read. `together`: of several messages read as one."""

    says: Says
    contradicts: float = Field(ge=0, lt=1)
    child: float = Field(gt=0, lt=1)
    short: Short
    together: Says


class Row(Strict):
    """The level for each thing that the learned part may say, at one level of the rules."""

    contradicts: Level
    none: Level
    concern: Level
    urgent: Level
    emergency: Level


class Together(Strict):
    """Which messages of a conversation are read as one (`bot.risk.together`)."""

    messages: int = Field(ge=2, le=10)
    minutes: int = Field(ge=1)


class LanguagePolicy(Strict):
    """When a message counts as not English. `known`: ISO 639-1 codes; the others are told apart from these alone."""

    known: list[str] = Field(min_length=2)
    sure: float = Field(gt=0, lt=1)
    letters: int = Field(ge=1)
    english_share: float = Field(gt=0, le=1)


class DecisionFile(Strict):
    """`data/risk/decision.yml`."""

    raises: list[Raise]
    learned: LearnedPolicy
    table: dict[Level, Row]
    together: Together
    languages: LanguagePolicy


class WordFile(Strict):
    """`data/risk/words.yml`."""

    sets: dict[str, list[str]]
    short: dict[str, str]
    emoji: dict[str, str]
    also_known: list[str] = []


class Phrase(Strict):
    """Urgent words in another language. `say`: consecutive words; `axe*` is the beginning of a word, `^help` the
    whole message."""

    id: str
    category: str
    level: Level
    english: str
    say: list[str] = Field(min_length=1)


class Tongue(Strict):
    """One file of `data/risk/languages/`: `common` are everyday words by which the language is noticed."""

    language: str
    name: str
    common: list[str] = []
    script: str | None = None
    phrases: list[Phrase]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule or guard with its branches. `anchors`: for each, words of which one is in any match."""

    id: str
    branches: tuple[Branch, ...]
    anchors: tuple[frozenset[str], ...]


class RuleBook:
    """All rules, guards and word lists of one version of the content. Raises ContentError."""

    def __init__(self, source: ContentSource) -> None:
        documents = {doc.path: doc.data for doc in source.documents(FOLDER)}
        words = _read(WordFile, documents, f"{FOLDER}/words.yml")
        self.emoji = words.emoji
        self.categories = [Category(**c) for c in documents[f"{FOLDER}/categories.yml"]["categories"]]
        self.order = {category.id: i for i, category in enumerate(self.categories)}
        self.decision = _read(DecisionFile, documents, f"{FOLDER}/decision.yml")
        if set(self.decision.table) != set(Level):
            raise ContentError(f"{FOLDER}/decision.yml: table: one row for each level of the rules")
        self.rules: dict[str, Rule] = {}
        self.kinds: dict[str, tuple[str | None, str | None]] = {}
        self.guards: dict[str, Guard] = {}
        self._parsed: dict[str, tuple[Branch, ...]] = {}
        self._short = words.short
        self._sets = self._read_sets(words)
        for path in sorted(documents):
            if path.startswith(f"{FOLDER}/patterns/"):
                self._add_rules(path, _read(RuleFile, documents, path))
        for raw in documents[f"{FOLDER}/guards.yml"]["guards"]:
            self._add_guard(_check(Guard, raw, f"{FOLDER}/guards.yml"))
        self.tongues = [
            _read(Tongue, documents, path)
            for path in sorted(documents)
            if path.startswith(f"{FOLDER}/languages/")
        ]
        self._check_tongues()
        real = documents[f"{FOLDER}/real_words.yml"]["words"].split()
        self.lexicon = Lexicon(self._vocabulary(words), words.short, real)
        self.compiled = self._compile()

    def _read_sets(self, words: WordFile) -> Sets:
        try:
            return read_sets(words.sets, words.short)
        except PatternError as error:
            raise ContentError(f"{FOLDER}/words.yml: {error}") from error

    def _add_rules(self, path: str, file: RuleFile) -> None:
        if (file.category is None) == (file.signal is None):
            raise ContentError(f"{path}: one of category and signal")
        self._known(file.category, path)
        for rule in file.patterns:
            self._parse(rule.id, rule.say, path)
            self.rules[rule.id] = rule
            self.kinds[rule.id] = (file.category, file.signal)

    def _add_guard(self, guard: Guard) -> None:
        self._parse(guard.id, guard.say, f"{FOLDER}/guards.yml")
        for category in guard.categories:
            self._known(category, f"{FOLDER}/guards.yml: {guard.id}")
        self.guards[guard.id] = guard

    def _parse(self, rule_id: str, lines: list[str], path: str) -> None:
        if rule_id in self._parsed:
            raise ContentError(f"{path}: {rule_id}: this id is taken")
        try:
            self._parsed[rule_id] = tuple(
                branch for line in lines for branch in parse(line, self._sets, self._short)
            )
        except PatternError as error:
            raise ContentError(f"{path}: {rule_id}: {error}") from error

    def _known(self, category: str | None, where: str) -> None:
        if category is not None and category not in self.order:
            raise ContentError(f"{where}: category {category} is not in {FOLDER}/categories.yml")

    def _check_tongues(self) -> None:
        for tongue in self.tongues:
            for phrase in tongue.phrases:
                self._known(phrase.category, f"{FOLDER}/languages: {phrase.id}")

    def _vocabulary(self, words: WordFile) -> Iterator[str]:
        for branches in self._parsed.values():
            yield from (word for word in words_of(branches) if word != BREAK)
        for expansion in words.short.values():
            yield from expansion.split()
        yield from words.also_known

    def _compile(self) -> list[Compiled]:
        uses = Counter(word for branches in self._parsed.values() for word in words_of(branches))
        return [
            Compiled(rule_id, branches, tuple(_anchor(branch, uses) for branch in branches))
            for rule_id, branches in self._parsed.items()
        ]


def _anchor(branch: Branch, uses: Counter[str]) -> frozenset[str]:
    """The required words of a branch that are used least elsewhere: without one of them it cannot match."""
    required = [
        i.options for i in branch if isinstance(i, Words) and not i.optional and BREAK not in i.options
    ]
    return min(required, key=lambda options: sum(uses[word] for word in options))


def _read(model: type[M], documents: dict[str, Any], path: str) -> M:
    if path not in documents:
        raise ContentError(f"{path}: missing")
    return _check(model, documents[path], path)


def _check(model: type[M], data: Any, path: str) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ContentError(f"{path}: {where}: {first['msg']}") from error
