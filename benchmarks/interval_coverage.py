"""How often the percentile interval of a mean covers the true mean, by number of seeds. `--json FILE`

Asked at 95 %. Populations: normal; two-humped like N_solved of 5 units (a third of the networks stuck low);
and nearly constant (one network in five a task short), where a handful of seeds may show no spread at all.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from common import arguments, report

from modgrow.streams import stream
from modgrow.verdict.statistics import mean_interval


class Population(NamedTuple):
    """How `n` values are drawn, and their true mean."""

    draw: Callable[[np.random.Generator, int], np.ndarray]
    mean: float


def _normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.normal(0.0, 1.0, n)


def _two_humps(rng: np.random.Generator, n: int) -> np.ndarray:
    """A third stuck at 3, the others at 58."""
    stuck = rng.random(n) < 1 / 3
    return np.where(stuck, 3.0, 58.0) + rng.normal(0, 2, n)


def _nearly_constant(rng: np.random.Generator, n: int) -> np.ndarray:
    return 61.0 - (rng.random(n) < 0.2)


POPULATIONS = {
    "normal": Population(_normal, 0.0),
    "two humps": Population(_two_humps, 119 / 3),
    "nearly constant": Population(_nearly_constant, 60.8),
}


def covered(population: str, n_seeds: int, trials: int) -> float:
    """Share of trials whose interval holds the population's mean."""
    draw, mean = POPULATIONS[population]
    rng = stream(n_seeds, "coverage")
    hits = 0
    for _ in range(trials):
        interval = mean_interval(draw(rng, n_seeds))
        hits += interval.low <= mean + 1e-9 and interval.high >= mean - 1e-9
    return hits / trials


def main() -> None:
    """Coverage per population and number of seeds."""
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[3, 5, 10, 20])
    parser.add_argument("--trials", type=int, default=1000)
    args = parser.parse_args()
    records = [
        {"population": name, "n_seeds": n, "trials": args.trials, "coverage": covered(name, n, args.trials)}
        for name in POPULATIONS
        for n in args.seeds
    ]
    report(records, args)


if __name__ == "__main__":
    main()
