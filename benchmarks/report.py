"""The figures as a page: what was measured, the target beside it, and whether it is met. Nothing is asserted."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks.stats import Figures

Row = tuple[str, ...]
AT_MOST, AT_LEAST = operator.le, operator.ge


def render(found: Figures) -> str:
    """The page in Markdown; parts that were not measured are left out."""
    parts = [_head(found)]
    for name, section in (("parts", _parts), ("system", _system), ("rasa", _rasa)):
        if name in found:
            parts += section(found[name], found)
    if rows := list(_targets(found)):
        parts.insert(1, "## Targets\n\n" + table(("What", "Measured", "Target", "Met"), rows))
    return "\n\n".join(parts) + "\n"


def table(head: Row, rows: Sequence[Row]) -> str:
    """A Markdown table; figures to the right."""
    rule = "|".join([" --- ", *[" ---: "] * (len(head) - 1)])
    lines = [" | ".join(row) for row in (head, *rows)]
    return "\n".join([f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])])


def _head(found: Figures) -> str:
    m = found["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in m["packages"].items())
    quick = "\n\nA quick run: too short for figures to keep." if found["quick"] else ""
    return (
        f"# Benchmark\n\n{m['date']}, commit {m['commit']}. {m['cores']} cores ({m['processor']}), "
        f"{m['memory_gib']} GiB, {m['system']}; load before: {m['load_before']}. "
        f"Python {m['python']}, {packages}. The visitors of the benchmark run on the same machine.{quick}"
    )


def _ms(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _times(name: str, figures: Figures, *more: str) -> Row:
    return (name, str(figures["n"]), *(_ms(figures[p]) for p in ("p50_ms", "p95_ms", "p99_ms")), *more)


def _targets(found: Figures) -> Iterator[Row]:
    for name, path, unit, target, fits in TARGETS:
        value: Any = found
        for key in path.split("/"):
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            sign = "≤" if fits is AT_MOST else "≥"
            yield (
                name,
                f"{value:g} {unit}",
                f"{sign} {target:g} {unit}",
                "yes" if fits(value, target) else "no",
            )


# Name, where the figure is, unit, target, which side of it is good
TARGETS: tuple[tuple[str, str, str, float, Callable[[float, float], bool]], ...] = (
    ("first safety answer after the start of `web`", "system/start/web_to_first_safety_s", "s", 5, AT_MOST),
    ("ready after the start of `web`", "system/start/web_to_ready_s", "s", 45, AT_MOST),
    ("a turn, 20 visitors, p95", "system/now_and_then/20/p95_ms", "ms", 150, AT_MOST),
    ("safety message, 20 visitors, p99", "system/safety/response/p99_ms", "ms", 100, AT_MOST),
    (
        "Rasa, turns a second: ours to the default pipeline in our server",
        "rasa/times_default",
        "times",
        1.5,
        AT_LEAST,
    ),
    (
        "Rasa, turns a second: ours to the default pipeline in `rasa run`",
        "rasa/times_stock",
        "times",
        1.5,
        AT_LEAST,
    ),
    ("memory of all processes (PSS)", "system/memory/all/pss_mb", "MB", 1600, AT_MOST),
    ("encoder to numpy, p50", "parts/encoder/times_faster", "times", 3, AT_LEAST),
    ("encoder, memory of its process (RSS)", "parts/encoder_memory/rss_mb", "MB", 300, AT_MOST),
    ("an answer among 300 entries, p50", "parts/knowledge_300/answer/p50_ms", "ms", 25, AT_MOST),
    ("an answer among 3,000 entries, p50", "parts/knowledge_3000/answer/p50_ms", "ms", 25, AT_MOST),
    ("risk, one message: to the untuned encoder, p50", "parts/risk_full/times_untuned", "times", 4, AT_MOST),
    ("risk, memory of a process that sees it (RSS)", "parts/risk_full/rss_mb", "MB", 350, AT_MOST),
)


def _parts(parts: Figures, found: Figures) -> list[str]:
    head = ("In process, one message", "n", "p50 ms", "p95 ms", "p99 ms")
    names = {
        "encoder/onnx_int8": "encoder, ONNX int8",
        "encoder/numpy_one_thread": "the same weights in numpy, one thread",
        "encoder/numpy_all_cores": "the same weights in numpy, all cores",
        "risk_floor/assess": "risk, floor",
        "risk_full/assess": "risk, full",
        "risk_full/untuned_encoder": "beside it: the untuned encoder",
        "knowledge/answer": "knowledge, answer (sentence vector included)",
        "knowledge_300/answer": "the same among 300 entries (made for this)",
        "knowledge_3000/answer": "the same among 3,000 entries (made for this)",
        "directory/find": "directory, services for a message",
        "directory/place": "directory, place",
    }
    rows = []
    for path, name in names.items():
        part, _, figure = path.partition("/")
        if part in parts:
            rows.append(_times(name, parts[part][figure]))
    return ["## Parts", table(head, rows)]


def _cpu(figures: Figures) -> str:
    return " + ".join(f"{used:g} {name}" for name, used in figures["cpu_ms_per_turn"].items() if used)


def _system(system: Figures, found: Figures) -> list[str]:
    """The whole path over HTTP."""
    head = ("Over HTTP, the real three processes", "n", "p50 ms", "p95 ms", "p99 ms", "failed")
    rows = [
        _times(f"a turn, {n} visitors, each every 5 s", f, str(f["failed"]))
        for n, f in system["now_and_then"].items()
    ]
    safety = system["safety"]
    names = {
        "response": "emergency, its response (beside 20 visitors)",
        "event": "emergency, the safety message in the event stream",
        "others": "what the 20 visitors wrote meanwhile",
    }
    rows += [_times(name, safety[key], str(safety[key]["failed"])) for key, name in names.items()]
    note = "With n below 100 the p99 is the slowest. Failed: no answer, or the static one that stands in for Rasa."
    parts = ["## The whole path", table(head, rows), note, _flat_out(system["flat_out"])]
    return [*parts, *_start(system["start"]), *_memory(system["memory"])]


def _flat_out(runs: Figures) -> str:
    head = ("Flat out", "n", "p50 ms", "p95 ms", "p99 ms", "turns/s", "failed", "processor ms per turn")
    rows = [
        _times(f"{n} visitors", f, f"{f['turns_per_s']:g}", str(f["failed"]), _cpu(f))
        for n, f in runs.items()
    ]
    return table(head, rows)


def _start(start: Figures) -> list[str]:
    rows = [
        (
            "first safety answer",
            f"{start['web_to_first_safety_s']:g}",
            f"{start['command_to_first_safety_s']:g}",
        ),
        ("`/readyz` 200", f"{start['web_to_ready_s']:g}", f"{start['command_to_ready_s']:g}"),
    ]
    head = ("Start of a system that is set up", "from the start of `web`, s", "from `vra run`, s")
    return ["## Start", table(head, rows)]


def _memory(memory: Figures) -> list[str]:
    rows = [(name, str(figures["rss_mb"]), str(figures["pss_mb"])) for name, figures in memory.items()]
    head = ("Memory after all that", "RSS MB", "PSS MB")
    return ["## Memory", table(head, rows), "PSS counts a page that several processes share once in all."]


def _rasa(rasa: Figures, found: Figures) -> list[str]:
    """Rasa against Rasa, and the whole path at the same number of visitors."""
    names = {
        "ours": "ours",
        "default": "default pipeline in our server",
        "stock": "default pipeline in `rasa run`",
    }
    rows = [_contender(label, rasa[name]) for name, label in names.items()]
    whole = found.get("system", {}).get("flat_out", {}).get(str(rasa["side_by_side"]))
    if whole:
        figures = (f"{whole['turns_per_s']:g}", _ms(whole["p50_ms"]), _ms(whole["p95_ms"]))
        rows.append(("the whole path over HTTP", *figures, "", "", str(whole["failed"]), "", _cpu(whole), ""))
    head = (
        f"REST, the same messages, {rasa['side_by_side']} chats at once",
        *("turns/s", "p50 ms", "p95 ms", "alone: p50 ms", "alone: p95 ms"),
        *("failed", "silent", "processor ms per turn", "RSS MB of Rasa"),
    )
    note = (
        f"Ours does {rasa['times_stock']:g} times the turns a second of the default pipeline in `rasa run`, and "
        f"{rasa['times_default']:g} times those of the same pipeline in our server. "
        "Alone: one chat at a time. Silent: a turn to which nothing was said."
    )
    return ["## Rasa against Rasa", table(head, rows), note]


def _contender(label: str, f: Figures) -> Row:
    times = [_ms(f[kind][p]) for kind in ("at_once", "one_at_a_time") for p in ("p50_ms", "p95_ms")]
    memory = str(f["memory"]["rasa"]["rss_mb"])
    return (label, f"{f['turns_per_s']:g}", *times, str(f["failed"]), str(f["silent"]), _cpu(f), memory)
