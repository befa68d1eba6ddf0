"""Rasa's own DIET on the same risk messages: `python -m bot.evaluation.risk_diet` (an hour or more on 2 cores).

The pipeline of `rasa init` with the four levels as intents, trained on the training messages and judged on the held-out
ones. Kept out of `make evaluate` for its time; its figures stand in docs/evaluation.md.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.content import ROOT
from bot.evaluation.__main__ import rows
from bot.evaluation.risk_compare import ORDER, of_chances, table_row
from bot.nlu import quiet
from bot.risk.examples import Example, held_out_examples, training_examples

EPOCHS = 100  # as `rasa init` sets them
PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True, "random_seed": 1},
]


def write_project(folder: Path, examples: list[Example]) -> tuple[Path, Path]:
    """Rasa's config and training data in `folder`."""
    config, data = folder / "config.yml", folder / "nlu.yml"
    settings = {"recipe": "default.v1", "assistant_id": "risk", "language": "en", "pipeline": PIPELINE}
    config.write_text(yaml.safe_dump(settings), "utf-8")
    intents = [
        {
            "intent": level.value,
            "examples": "".join(f"- {one_line(e.text)}\n" for e in examples if e.level is level),
        }
        for level in ORDER
    ]
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": intents}, allow_unicode=True), "utf-8")
    return config, data


def one_line(text: str) -> str:
    """A text as an example that Rasa reads as it stands."""
    # Rasa reads brackets as entities and a line as an example
    return " ".join(text.translate(str.maketrans("[](){}", "      ")).split())


async def judge(model: str, held_out: list[Example]) -> Any:
    """Chances (n, 4) of the held-out messages."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    chances = np.zeros((len(held_out), len(ORDER)))
    for row, example in enumerate(held_out):
        parsed = await agent.parse_message(one_line(example.text))
        for intent in parsed["intent_ranking"]:
            chances[row, [level.value for level in ORDER].index(intent["name"])] = intent["confidence"]
    return chances


def main() -> None:
    """Train, judge, print."""
    os.environ.update(RASA_TELEMETRY_ENABLED="false", LOG_LEVEL="WARNING", RASA_MAX_CACHE_SIZE="0")
    # Rasa would print every held-out text as it reads it
    quiet.configure(logging.ERROR)
    from rasa.model_training import train_nlu

    held_out, begun = held_out_examples(), time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        config, data = write_project(Path(scratch), training_examples())
        model = train_nlu(str(config), str(data), scratch, fixed_model_name="risk")
        if model is None:
            raise SystemExit("Rasa trained no model.")
        trained = time.monotonic() - begun
        chances = asyncio.run(judge(model, held_out))
    found = {
        "Rasa's DIET": table_row(held_out, *of_chances(chances)),
        "training, minutes": round(trained / 60, 1),
    }
    print("\n".join(rows(found)))
    results = ROOT / "results"
    results.mkdir(exist_ok=True)
    (results / "risk_diet.json").write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()
