"""The libraries by themselves, each in a process of its own: `python -m benchmarks.parts NAME COUNT` -> JSON.

What is timed is one message, as the chat calls it; loading is not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import psutil

from benchmarks.machine import MB, clean_environment
from benchmarks.messages import texts
from benchmarks.stats import Figures, summary, timed
from bot.content import ROOT, FileContent
from bot.encoder_build import REFERENCE
from bot.processes.child import bound

# Of the published cosines: a forward pass that is further off is not this model, and its times say nothing
EXACT = 0.0005


def encoder(count: int) -> Figures:
    """ONNX int8 and numpy in turn, message by message; numpy with one thread and with as many as there are cores."""
    from threadpoolctl import threadpool_limits

    from benchmarks.numpy_encoder import NumpyEncoder
    from bot.encoder import Encoder

    ours, by_hand = Encoder.load(), NumpyEncoder()
    _check(by_hand.encode)
    times: dict[str, list[float]] = {"onnx_int8": [], "numpy_one_thread": [], "numpy_all_cores": []}
    cosines = []
    for text in texts("questions.jsonl", count):
        times["onnx_int8"] += timed(lambda t: ours.encode([t]), [text])
        for name, threads in (("numpy_one_thread", 1), ("numpy_all_cores", psutil.cpu_count() or 1)):
            with threadpool_limits(threads):
                times[name] += timed(by_hand.encode, [text])
        cosines.append(float(ours.encode([text])[0] @ by_hand.encode(text)))
    found: Figures = {name: summary(values) for name, values in times.items()}
    fastest = min(found[name]["p50_ms"] for name in times if name != "onnx_int8")
    ratio = round(fastest / found["onnx_int8"]["p50_ms"], 2)
    return {**found, "times_faster": ratio, "mean_cosine": round(float(np.mean(cosines)), 4)}


def _check(encode: Callable[[str], npt.NDArray[np.float32]]) -> None:
    """Raise RuntimeError unless the vectors give the cosines that are published for the model."""
    sentence, expected = REFERENCE
    for other, published in expected.items():
        if abs(float(encode(sentence) @ encode(other)) - published) > EXACT:
            raise RuntimeError(f"The numpy encoder is wrong on {other!r}.")


def encoder_memory(count: int) -> Figures:
    """A process that holds the encoder and nothing else, after it has worked."""
    from bot.encoder import Encoder

    start = time.perf_counter()
    loaded = Encoder.load()
    seconds = time.perf_counter() - start
    messages = texts("questions.jsonl", count)
    for text in messages:
        loaded.encode([text])
    loaded.encode(messages[:64])
    return {"rss_mb": round(psutil.Process().memory_info().rss / MB), "load_s": round(seconds, 2)}


def risk_floor(count: int) -> Figures:
    """The floor of plain rules: what there is until the full detector is loaded."""
    from bot.risk import assess

    assess("")
    return {"assess": summary(timed(assess, texts("risk/heldout_a.jsonl", count)))}


def risk_full(count: int) -> Figures:
    """The full detector beside the untuned encoder, message by message, and the memory of a process that holds it."""
    from bot.risk import assess, load_full

    load_full()
    assess("")
    holds = round(psutil.Process().memory_info().rss / MB)
    from bot.encoder import Encoder

    untuned = Encoder.load()
    times: dict[str, list[float]] = {"assess": [], "untuned_encoder": []}
    for text in texts("risk/heldout_a.jsonl", count):
        times["untuned_encoder"] += timed(lambda t: untuned.encode([t]), [text])
        times["assess"] += timed(assess, [text])
    found: Figures = {name: summary(values) for name, values in times.items()}
    ratio = round(found["assess"]["p50_ms"] / found["untuned_encoder"]["p50_ms"], 2)
    return {**found, "times_untuned": ratio, "rss_mb": holds}


def knowledge(count: int) -> Figures:
    """From the words of a question to the answer, the sentence vector included."""
    from bot.encoder import Encoder
    from bot.knowledge import KnowledgeBase

    base = KnowledgeBase(FileContent(), Encoder.load())
    base.answer("who is a victim?")
    return {"answer": summary(timed(base.answer, texts("questions.jsonl", count)))}


def _many(entries: int, count: int) -> Figures:
    """A question answered among so many entries, once started; and how long the start took, in processor seconds.

    Two steps of learning: more would take minutes, and make no answer faster or slower.
    """
    from benchmarks.many_entries import ManyEntries, QuickEncoder
    from bot.knowledge import KnowledgeBase

    base = KnowledgeBase(ManyEntries(entries), QuickEncoder(), iterations=2)
    base.warm()
    answer = summary(timed(base.answer, texts("questions.jsonl", count)))
    return {"entries": len(base.entries()), "answer": answer, "used_s": round(time.process_time(), 1)}


def knowledge_300(count: int) -> Figures:
    """Among 300 entries."""
    return _many(300, count)


def knowledge_3000(count: int) -> Figures:
    """Among 3,000 entries."""
    return _many(3000, count)


def directory(count: int) -> Figures:
    """From a whole message to the services, and to the council alone."""
    from bot.clock import now
    from bot.directory import Directory

    area, at, messages = Directory(FileContent()), now(), texts("directory.jsonl", count)
    area.find(area.understand(messages[0]), at)
    found = timed(lambda text: area.find(area.understand(text), at), messages)
    return {"find": summary(found), "place": summary(timed(area.places.resolve, messages))}


PARTS: dict[str, Callable[[int], Figures]] = {
    part.__name__: part
    for part in (
        *(encoder, encoder_memory, risk_floor, risk_full),
        *(knowledge, knowledge_300, knowledge_3000, directory),
    )
}


def measure(name: str, count: int) -> Figures:
    """Measure a part in a fresh process. Raises RuntimeError with what it said where it fails."""
    command = bound(sys.executable, "-m", "benchmarks.parts", name, str(count))
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip() or done.returncode}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](int(sys.argv[2]))))
