"""The figures about finding entries as tables for a reader at a terminal."""

from __future__ import annotations

from typing import Any


def _line(name: str, p: dict[str, Any]) -> str:
    if not p["n"]:
        return f"{name:34}none to judge"
    return f"{name:34}{p['share']:7.1%}  ({p['low']:.1%} to {p['high']:.1%})  {p['k']} of {p['n']}"


def table(figures: dict[str, Any]) -> str:
    """The figures for a reader at a terminal."""
    lines = [
        f"Knowledge: {figures['entries']} entries, {figures['phrasings']} phrasings, {figures['folds']} folds"
    ]
    lines += [
        _line(n.replace("_", " "), figures[n])
        for n in ("right_entry_first", "right_entry_in_three", "right_right")
    ]
    lines += [_line("  " + name.replace("_", " "), p) for name, p in figures["outcomes"].items()]
    lines += [
        _line("right among those answered", figures["answered_that_are_right"]),
        "",
        "Not ours: false answers",
    ]
    lines += [_line("  " + name, part["false_answers"]) for name, part in figures["out_of_scope"].items()]
    scope = figures["scope"]
    lines += ["", f"Out of scope (share of all entries below {scope['rejected_below']:.3f})"]
    lines += [_line(f"  {name.replace('_', ' ')}", scope[name]) for name in ("found", "falsely_rejected")]
    calibration = figures["calibration"]
    lines += [
        "",
        f"Share and how often right (temperature {calibration['temperature']}, "
        f"best {calibration['best_temperature']})",
    ]
    lines += [
        _line(f"  {r['from']:.2f} to {r['to']:.2f}, mean {r['mean_share']:.2f}", r)
        for r in calibration["by_share"]
    ]
    lines += ["", "Most often confused"]
    for pair in figures["most_confused"]:
        lines.append(f"  {pair['times']:3} {' / '.join(pair['entries'])}")
        lines += [f"        {text}" for text in pair["texts"]]
    return "\n".join(lines)


def questions_table(found: dict[str, dict[str, Any]]) -> str:
    """The figures of `evaluate_questions` for a reader at a terminal: each file, and all together."""
    lines: list[str] = []
    for name, figures in found.items():
        lines += ["", f"{name} ({figures['known']} left out: word for word a phrasing)"]
        lines += [_line(n.replace("_", " "), p) for n, p in figures["all"].items()]
        for register, row in figures["by_register"].items():
            lines.append(f"Register: {register}")
            lines += [_line(f"  {n.replace('_', ' ')}", p) for n, p in row.items()]
        for wanted, names in figures["by_expected"].items():
            lines.append(f"Should lead to: {wanted}")
            lines += [_line(f"  {n}", p) for n, p in names.items()]
        lines += [f"{kind}: {', '.join(ids) or 'none'}" for kind, ids in figures["missed"].items()]
    return "\n".join(lines[1:])
