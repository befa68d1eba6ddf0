"""Rasa's own DIET and ResponseSelector on the same phrasings: `python -m bot.evaluation.entries_diet [--folds]`.

The pipeline of `rasa init` with the entries as responses of one retrieval intent and the groups of questions that no
entry answers as intents beside it. Trained on all phrasings and asked the held-out questions; with `--folds` also
by cross-validation, which takes five times as long. Kept out of `make evaluate` for its time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.clock import now
from bot.content import ROOT, FileContent
from bot.evaluation.entries_compare import CROSS, Scored, phrasing, table_row
from bot.evaluation.knowledge import folds
from bot.evaluation.questions import files, read
from bot.evaluation.risk_diet import EPOCHS, PIPELINE, one_line
from bot.knowledge.load import load_knowledge
from bot.knowledge.search import GROUP, Row, training_rows
from bot.nlu import quiet

DIET_FILE = ROOT / "results" / "entries_diet.json"
NAME = "Rasa's DIET and ResponseSelector"
RETRIEVAL = "code"
SELECTOR: dict[str, Any] = {
    "name": "ResponseSelector",
    "retrieval_intent": RETRIEVAL,
    "epochs": EPOCHS,
    "constrain_similarities": True,
    "random_seed": 1,
}


def write_project(folder: Path, rows: Sequence[Row]) -> tuple[Path, Path]:
    """Rasa's config and training data in `folder`, from the phrasings among the rows."""
    config, data = folder / "config.yml", folder / "nlu.yml"
    settings = {"recipe": "default.v1", "assistant_id": "entries", "language": "en"}
    config.write_text(yaml.safe_dump({**settings, "pipeline": [*PIPELINE, SELECTOR]}), "utf-8")
    by_label: dict[str, list[str]] = {}
    for row in rows:
        if row.phrasing:
            by_label.setdefault(_intent(row.label), []).append(f"- {one_line(row.text)}\n")
    nlu = [{"intent": intent, "examples": "".join(said)} for intent, said in by_label.items()]
    responses = {f"utter_{i}": [{"text": i}] for i in by_label if i.startswith(f"{RETRIEVAL}/")}
    written = {"version": "3.1", "nlu": nlu, "responses": responses}
    data.write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    return config, data


def _intent(label: str) -> str:
    return label.removeprefix(GROUP) if label[0] == GROUP else f"{RETRIEVAL}/{label}"


def scored(parsed: dict[str, Any]) -> Scored:
    """What Rasa found, as a rank of entries and the confidence that it is about the Code at all."""
    ranking = parsed["response_selector"][RETRIEVAL]["ranking"]
    ours = next((i["confidence"] for i in parsed["intent_ranking"] if i["name"] == RETRIEVAL), 0.0)
    return Scored([r["intent_response_key"].removeprefix(f"{RETRIEVAL}/") for r in ranking], float(ours))


async def _ask(model: str, questions: Sequence[str]) -> list[Scored]:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    return [scored(await agent.parse_message(one_line(question))) for question in questions]


def learn_and_ask(rows: Sequence[Row], questions: Sequence[str]) -> list[Scored]:
    """Train on the phrasings among the rows, then ask."""
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as scratch:
        config, data = write_project(Path(scratch), rows)
        model = train_nlu(str(config), str(data), scratch, fixed_model_name="entries")
        if model is None:
            raise SystemExit("Rasa trained no model.")
        return asyncio.run(_ask(model, questions))


def main() -> None:
    """Train, ask, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation.entries_diet", description=__doc__)
    parser.add_argument("--folds", action="store_true", help="by cross-validation, too")
    wanted = parser.parse_args()
    os.environ.update(RASA_TELEMETRY_ENABLED="false", LOG_LEVEL="WARNING", RASA_MAX_CACHE_SIZE="0")
    # Rasa would print every held-out text as it reads it
    quiet.configure(logging.ERROR)
    knowledge, begun = load_knowledge(FileContent()), time.monotonic()
    rows = training_rows(knowledge.entries_on(), knowledge.out_of_scope, knowledge.timescales)
    rights = {entry.id: entry.right for entry in knowledge.entries_on()}
    known = {row.text for row in rows}
    asked = {path.name: [q for q in read(path) if q.text not in known] for path in files()}
    answers = iter(learn_and_ask(rows, [q.text for part in asked.values() for q in part]))
    sets = {
        name: {NAME: table_row([(q, next(answers)) for q in part], rights)} for name, part in asked.items()
    }
    if wanted.folds:
        crossed = []
        for train, test in folds(rows):
            found = learn_and_ask(train, [row.text for row in test])
            crossed += [(phrasing(row), answer) for row, answer in zip(test, found, strict=True)]
        sets[CROSS] = {NAME: table_row(crossed, rights)}
    minutes = round((time.monotonic() - begun) / 60, 1)
    DIET_FILE.parent.mkdir(exist_ok=True)
    DIET_FILE.write_text(
        json.dumps({"at": now().isoformat(), "minutes": minutes, "sets": sets}, indent=1), "utf-8"
    )
    print(json.dumps({"minutes": minutes, "sets": sets}, indent=1))


if __name__ == "__main__":
    main()
