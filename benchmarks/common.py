"""What the benchmarks share: timing, a table on screen, and a list of records as JSON."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from modgrow.learning.devices import use_threads  # noqa: E402


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser with `--json FILE`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", metavar="FILE", help="also write the records as a JSON list")
    return parser


def one_core() -> None:
    """Every peer of a benchmark runs on one core."""
    use_threads(1)


def best_seconds(work: Callable[[], object], at_least: float = 0.3, rounds: int = 5) -> float:
    """Seconds of one call: the best of `rounds` averages, each over about `at_least`/`rounds` seconds.

    The best, because whatever else runs on a shared machine only ever adds time.
    """
    work()
    start = time.perf_counter()
    work()
    calls = max(int(at_least / rounds / max(time.perf_counter() - start, 1e-9)), 1)
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        found.append((time.perf_counter() - start) / calls)
    return min(found)


def sgemm_gflops() -> float:
    """Best single-precision matrix product of this core: NumPy's BLAS or torch's, 1024 or 2048 square."""
    rates = []
    for size in (1024, 2048):
        a, b = torch.rand(size, size), torch.rand(size, size)
        for product in (lambda a=a, b=b: torch.mm(a, b), lambda a=a, b=b: np.dot(a.numpy(), b.numpy())):
            rates.append(2 * size**3 / best_seconds(product, 0.6) / 1e9)
    return max(rates)


def report(records: list[dict], args: argparse.Namespace) -> None:
    """Print the records as a table and write them where `--json` says."""
    columns = list(records[0])
    rows = [[_cell(record.get(column)) for column in columns] for record in records]
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    if args.json:
        Path(args.json).write_text(json.dumps(records, indent=1) + "\n")


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
