"""How often each kind of interval of the verdict covers what it estimates, and how wide it is. `--json FILE`

Asked at 95 %. A kind was chosen for a quantity if it covers at least 0.94 of the time at the numbers of
networks used (5, 10, 20). The populations are registered with the claims: a normal one; N_solved with 5,
10, 30 or 50 % of the networks stuck low and the rest at the ceiling; N_solved of 5 units as the exploratory
networks have it. Comparisons draw both arms from one population ("same"), or the second from networks that
end eight tasks lower ("lower"), or at 31 to 35 as a flat arm does, hardly overlapping with those that do
not stick ("flat"). For discrete values there is no upper limit: an interval may be too wide.

    .venv/bin/python benchmarks/interval_coverage.py
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from common import ROOT, arguments, report

from modgrow.schemas.learning_curves import SCHEMA
from modgrow.store import tables
from modgrow.streams import stream
from modgrow.verdict.intervals.ends import bounded
from modgrow.verdict.intervals.exact import median, share
from modgrow.verdict.intervals.interval import Interval
from modgrow.verdict.intervals.smooth import DIFFERENCE, smooth
from modgrow.verdict.intervals.superiority import superiority

LEAST, MOST = 1.0, 61.0
CURVES = ROOT / "docs" / "first_run" / "tables" / "learning_curves.parquet"
SECOND: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "same": lambda whole: whole,
    "lower": lambda whole: np.maximum(whole - 8.0, LEAST),
    "flat": lambda whole: 31.0 + np.arange(len(whole)) % 5,
}
SOLVED = 45.0  # of a share: networks that end at least here
LARGE = 2000  # values that stand for a whole population in a comparison

Draw = Callable[[np.random.Generator, int], np.ndarray]


class Kind(NamedTuple):
    """A kind of interval and, of one or two whole populations, what it estimates."""

    interval: Callable[..., Interval]
    truth: Callable[..., float]
    arms: int = 1


def _normal(rng: np.random.Generator, n: int) -> np.ndarray:
    """About the middle of the scale, and inside it."""
    return np.clip(rng.normal(31.0, 5.0, n), LEAST, MOST)


def _stuck(share_stuck: float, rng: np.random.Generator, n: int) -> np.ndarray:
    """So many networks stuck somewhere below 20 tasks, the rest at the ceiling or a task or two short."""
    at_ceiling = MOST - rng.integers(0, 3, n)
    return np.where(rng.random(n) < share_stuck, rng.integers(1, 20, n), at_ceiling).astype(float)


def _exploratory(rng: np.random.Generator, n: int) -> np.ndarray:
    curves = tables.read(CURVES, SCHEMA)
    ends = curves[curves["arm"] == "modular_5"].groupby("seed")["n_solved"].max()
    return rng.choice(ends.to_numpy(float), n)


POPULATIONS: dict[str, Draw] = {
    "normal": _normal,
    "5 % stuck": partial(_stuck, 0.05),
    "10 % stuck": partial(_stuck, 0.10),
    "30 % stuck": partial(_stuck, 0.30),
    "50 % stuck": partial(_stuck, 0.50),
    "5 units": _exploratory,
}
KINDS = {
    "t, one arm": Kind(smooth, np.mean),
    "Welch, two arms": Kind(partial(smooth, weights=DIFFERENCE), lambda a, b: a.mean() - b.mean(), 2),
    "Gaffke, one arm": Kind(partial(bounded, least=LEAST, most=MOST), np.mean),
    "Gaffke, two arms": Kind(
        partial(bounded, least=LEAST, most=MOST, weights=DIFFERENCE), lambda a, b: a.mean() - b.mean(), 2
    ),
    "superiority": Kind(superiority, lambda a, b: superiority(a, b).estimate, 2),
    "median": Kind(partial(median, least=LEAST, most=MOST), np.median),
    "share": Kind(lambda values, level: share(values >= SOLVED, level), lambda a: np.mean(a >= SOLVED)),
}


def measured(kind: str, population: str, n_seeds: int, trials: int, against: str) -> dict:
    """Coverage and mean width of an interval of so many networks per arm.

    The population is a large sample of it, so that what is estimated is known exactly.
    """
    interval, truth, _ = KINDS[kind]
    rng = stream(n_seeds, "coverage", kind, population, against)
    arms = [WHOLE[population]]
    if against:
        arms.append(SECOND[against](arms[0]))
    expected = truth(*arms)
    hits, widths = 0, []
    for _ in range(trials):
        found = interval(*(rng.choice(arm, n_seeds) for arm in arms), level=0.95)
        hits += found.low - 1e-9 <= expected <= found.high + 1e-9
        widths.append(found.high - found.low)
    record = {"kind": kind, "population": population, "against": against, "n_seeds": n_seeds}
    return {**record, "trials": trials, "coverage": hits / trials, "width": float(np.mean(widths))}


def cases(kinds: list[str], seeds: list[int]) -> Iterator[tuple[str, str, int, str]]:
    """Kind, population, networks per arm, and what the second arm is, empty where there is none."""
    for kind in kinds:
        for population in POPULATIONS:
            for against in SECOND if KINDS[kind].arms == 2 else [""]:
                for n_seeds in seeds:
                    yield kind, population, n_seeds, against


WHOLE = {name: draw(stream(0, "population", name), LARGE) for name, draw in POPULATIONS.items()}


def main() -> None:
    """Coverage and width by kind, population and number of networks."""
    parser = arguments(__doc__)
    parser.add_argument(
        "--kinds", nargs="+", default=list(KINDS), choices=list(KINDS), help="which to measure"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[5, 10, 20], help="networks per arm")
    parser.add_argument("--trials", type=int, default=400, help="samples per case")
    args = parser.parse_args()
    records = [
        measured(kind, population, n_seeds, args.trials, against)
        for kind, population, n_seeds, against in cases(args.kinds, args.seeds)
    ]
    report(records, args)


if __name__ == "__main__":
    main()
