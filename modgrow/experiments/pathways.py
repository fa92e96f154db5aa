"""What each arm copies, freezes and trains in a new module (Fig. 6). No torch: from the settings alone."""

import pandas as pd

from modgrow.arm import PATHWAYS, Arm
from modgrow.birth import named

COLUMNS = ("copied", "frozen", "n_trained", "n_trained_weights")


def scalars(arm: Arm) -> dict[str, int]:
    """Scalars per pathway of one module with a module upstream and one head."""
    u = arm.units
    weights = {"input": u, "recurrent": u * (u - 1), "feedforward": u * u}
    return {**weights, "bias": u, "tau": u, "readout": 2 * u + 2}


def plan(arm: Arm) -> dict:
    """Of a new module (from the third on): pathways copied and frozen, scalars and weights trained.

    Weights are off-diagonal W^R, W^FF and the readout's weights. A flat arm adds a head alone and goes
    on training everything: its numbers are those of the whole network with one head.
    """
    if not arm.grows:
        return {
            "copied": "",
            "frozen": "",
            "n_trained": arm.n_parameters(1),
            "n_trained_weights": arm.n_weights(1),
        }
    births = {name: named(arm.growth.birth(name)) for name in PATHWAYS}
    copied = [name for name in PATHWAYS if births[name].copies]
    frozen = [name for name in PATHWAYS if not arm.trains(name)]
    size = scalars(arm)
    trained = {name: count for name, count in size.items() if name not in frozen}
    weights = trained.get("recurrent", 0) + trained.get("feedforward", 0)
    weights += 2 * arm.units if "readout" in trained else 0
    return {
        "copied": " ".join(copied),
        "frozen": " ".join(frozen),
        "n_trained": sum(trained.values()),
        "n_trained_weights": weights,
    }


def summary(curves: pd.DataFrame, arms: dict[str, Arm]) -> pd.DataFrame:
    """One row per network: the arm's plan, N_solved, and `stuck`: no new task in the last third of epochs."""
    rows = []
    for (name, seed), curve in curves.groupby(["arm", "seed"], sort=False):
        if name in arms:
            solved = curve.set_index("epoch").sort_index()["n_solved"]
            stuck = bool(solved.iloc[len(solved) * 2 // 3 :].nunique() == 1)
            row = {"arm": name, "seed": seed, **plan(arms[name])}
            rows.append({**row, "n_solved": int(solved.iloc[-1]), "stuck": stuck})
    return pd.DataFrame(rows)
