"""How much noise networks built by hand bear: the null for robustness, units copied and nothing trained."""

import numpy as np
import pandas as pd

from modgrow.experiments import perturbation
from modgrow.model import exact
from modgrow.model.trained import Trained

PATHWAY = "weights"
COLUMNS = ["pathway", "epsilon", "draw", "n", "accuracy", "arm", "seed"]
DECADES, PER_DECADE = 2, 3  # of strengths below the weakest that trained networks are asked


def rows(networks: dict[str, dict], weights: dict, fine: dict, draws: int, steps: int) -> pd.DataFrame:
    """Rows as those of `perturbation`, of the networks built by hand, by name, under noise on their weights.

    `networks`: what each is built from: `flat`, `units`, `n`, and settings of an arm. `weights` and `fine`
    are strengths, as trained networks are asked; weaker ones join them, since pairs of units bear so little.
    """
    asked = strengths(weights, fine)
    noise = perturbation.EVERYWHERE[PATHWAY]
    found = [pd.DataFrame(columns=COLUMNS)] if not networks else []
    for name, recipe in networks.items():
        trained = build(**recipe)
        table = perturbation.sweep(trained.network, trained.seed, PATHWAY, noise, asked, draws, steps)
        found.append(table.assign(arm=name, seed=trained.seed))
    return pd.concat(found)


def strengths(weights: dict, fine: dict) -> list[float]:
    """0 and all strengths, the weakest first."""
    lowest = weights["lowest"]
    weaker = np.geomspace(lowest / 10**DECADES, lowest, DECADES * PER_DECADE + 1)[:-1]
    usual = {*perturbation.strengths(**weights), *perturbation.strengths(**fine)}
    return sorted(usual | set(weaker.tolist()))


def build(flat: bool, units: int, n: int, **settings) -> Trained:
    """A network built by hand; how far a flat one goes, its units say."""
    return exact.flat(units, **settings) if flat else exact.chain(units, n, **settings)
