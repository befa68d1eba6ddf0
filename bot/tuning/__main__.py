"""`make finetune`: tune the encoder for risk on `data/risk/examples/`, and write the adapter with its card.

First without a third of the writers: their messages are judged by a model that saw none of theirs. From these
judgements come the temperature and the figures of the card. Then one model is trained on all, and written to
`data/risk/adapter/` with the vocabulary of the same messages beside it. The judgements go to
`results/risk_unseen_writers.jsonl`, for choosing thresholds.
About an hour on 2 cores; same data, seed and machine give the same adapter.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # a sixth less processor time where there is no AVX-512

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from bot.adapter import ADAPTER_DIR, Adapter
from bot.clock import now
from bot.content import ROOT, FileContent
from bot.risk.examples import Example, training_digest, training_examples
from bot.risk.learned import mixed
from bot.risk.normalise import clean
from bot.risk.rules import RuleBook
from bot.risk.vocabulary import Vocabulary
from bot.tuning.calibration import averaged, fit_temperature
from bot.tuning.settings import Tuning
from bot.tuning.train import ORDER, Encoding, Model, train
from bot.tuning.vocabulary import fit

Array = npt.NDArray[Any]
UNSEEN = ROOT / "results" / "risk_unseen_writers.jsonl"
SHARE = 3  # of so many messages one is by a writer who is left out


def folds(examples: Sequence[Example], count: int) -> list[set[str]]:
    """Writers in `count` groups of about as many messages."""
    sizes: dict[str, int] = {}
    for example in examples:
        sizes[example.writer] = sizes.get(example.writer, 0) + 1
    groups: list[set[str]] = [set() for _ in range(count)]
    filled = [0] * count
    for writer in sorted(sizes, key=lambda w: (-sizes[w], w)):
        least = filled.index(min(filled))
        groups[least].add(writer)
        filled[least] += sizes[writer]
    return groups


def left_out(examples: Sequence[Example], share: int) -> set[str]:
    """Writers of about one `share`-th of the messages."""
    return folds(examples, share)[0]


def figures(chances: Array, wanted: Array) -> dict[str, float]:
    """Area under ROC of urgent or higher against none, and what is seen where few calm messages are raised."""
    alarm, calm = wanted >= 2, wanted == 0
    raised = chances[:, 2] + chances[:, 3]
    judged = alarm | calm
    at = float(np.quantile(raised[calm], 0.97))
    return {
        "area_under_roc": round(float(roc_auc_score(alarm[judged], raised[judged])), 4),
        "urgent_or_higher_seen_at_3_percent_false_alarms": round(float((raised[alarm] > at).mean()), 4),
        "emergencies_seen_at_3_percent_false_alarms": round(float((raised[wanted == 3] > at).mean()), 4),
    }


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.tuning", description=__doc__)
    parser.add_argument(
        "--try",
        dest="tries",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting changed: see settings.py",
    )
    parser.add_argument(
        "--sample", type=int, help="train on so many messages only; prints figures, writes nothing"
    )
    return parser.parse_args()


def settings(tries: Sequence[str]) -> Tuning:
    """The settings with these changes. Raises SystemExit naming one that does not exist."""
    changed: dict[str, float | int] = {}
    for change in tries:
        name, _, value = change.partition("=")
        if name not in vars(Tuning()):
            raise SystemExit(f"There is no setting {name}: {', '.join(vars(Tuning()))}.")
        changed[name] = type(getattr(Tuning(), name))(value)
    return Tuning(**{**vars(Tuning()), **changed})


class Work:
    """The examples, cleaned, and what they are trained with."""

    def __init__(self, tuning: Tuning) -> None:
        book = RuleBook(FileContent())
        self.tuning, self.examples, self.digest = tuning, training_examples(), training_digest()
        self.categories = list(book.order)
        self.texts = [clean(example.text, book.emoji) for example in self.examples]
        self.wanted = np.array([ORDER.index(example.level) for example in self.examples])
        self.encoding = Encoding.load()
        self.away = left_out(self.examples, SHARE)

    def rows(self, away: bool) -> list[int]:
        """Positions of the messages by writers who are left out, or by the others."""
        return [i for i, e in enumerate(self.examples) if (e.writer in self.away) is away]

    def train(self, rows: Sequence[int], name: str) -> list[Model]:
        """The members, trained on these messages."""
        chosen, written = [self.examples[i] for i in rows], [self.texts[i] for i in rows]
        members = []
        for member in range(self.tuning.members):
            say = _sayer(f"{name}, member {member + 1} of {self.tuning.members}")
            seed = self.tuning.seed + member
            members.append(train(self.encoding, chosen, written, self.categories, self.tuning, seed, say))
        return members

    def judge_unseen(self, sample: int | None) -> tuple[Array, float]:
        """Chances (n, 4) of the messages of the writers who are left out, and the temperature."""
        kept = self.rows(away=False)
        if sample:
            kept = list(np.random.default_rng(self.tuning.seed).permutation(kept)[:sample])
        members = self.train(kept, f"without {len(self.away)} writers")
        away = self.rows(away=True)
        logits = [member.predict([self.texts[i] for i in away])[0] for member in members]
        temperature = fit_temperature(logits, self.wanted[away])
        words = self.vocabulary(kept)
        say = np.array([words.chances(self.texts[i]) for i in away])
        return mixed(averaged(logits, temperature), say), temperature

    def vocabulary(self, rows: Sequence[int]) -> Vocabulary:
        """The words of these messages."""
        return fit([self.texts[i] for i in rows], self.wanted[list(rows)], self.digest)


def _sayer(name: str) -> Callable[[str], None]:
    start = time.monotonic()
    return lambda line: print(f"{name}, {line}, {time.monotonic() - start:.0f} s", flush=True)


def main() -> None:
    """Judge the writers who are left out, then train on all and write the adapter."""
    asked = parse()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    work = Work(settings(asked.tries))
    tf.random.set_seed(work.tuning.seed)
    writers = {e.writer for e in work.examples}
    print(f"{len(work.examples)} messages of {len(writers)} writers; {vars(work.tuning)}", flush=True)
    chances, temperature = work.judge_unseen(asked.sample)
    away = work.rows(away=True)
    found = figures(chances, work.wanted[away])
    print(json.dumps(found, indent=1), flush=True)
    if asked.sample:
        return
    write_unseen([work.examples[i].id for i in away], chances)
    members = work.train(range(len(work.examples)), "all writers")
    card = {
        "what": "Low-rank adapters on all-MiniLM-L6-v2 and a classifier of risk, half precision.",
        "made_at": now().isoformat(timespec="seconds"),
        "data": work.digest,
        "messages": len(work.examples),
        "writers": len(writers),
        "settings": vars(work.tuning),
        "temperature": round(temperature, 4),
        "unseen_writers": {"writers": sorted(work.away), "messages": len(away), **found},
        "categories": work.categories,
    }
    Adapter([member.arrays(temperature) for member in members], card).save()
    work.vocabulary(range(len(work.examples))).save()
    print(f"Written to {ADAPTER_DIR.relative_to(ROOT)}. Now: make setup evaluate")


def write_unseen(ids: Sequence[str], chances: Array) -> None:
    """Keep the chances of the messages of unseen writers, for choosing thresholds."""
    UNSEEN.parent.mkdir(exist_ok=True)
    with UNSEEN.open("w", encoding="utf-8") as lines:
        for name, row in zip(ids, chances, strict=True):
            lines.write(json.dumps({"id": name, "chances": [round(float(c), 5) for c in row]}) + "\n")


if __name__ == "__main__":
    main()
