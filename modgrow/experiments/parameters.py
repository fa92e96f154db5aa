"""What a network costs in weights against the N it solves (Fig. 2b)."""

import pandas as pd

from modgrow.arm import Arm


def count(curves: pd.DataFrame, arms: dict[str, Arm], comparison: list[str]) -> pd.DataFrame:
    """One row per network and solved N: weights and parameters it had then, and the epoch it took.

    `n_solved` is the network's largest N. `on_front` marks the arms of `comparison` whose mean no other
    of them beats in both n_weights (fewer) and n_solved (more). A network that solved
    nothing has one row, at n = n_first - 1, with the size of its untrained first step.
    """
    rows = []
    for (name, seed), curve in curves.sort_values("epoch").groupby(["arm", "seed"], sort=False):
        arm = arms[name]
        final = curve.iloc[-1]
        first = curve.drop_duplicates("n_solved", keep="first")
        for epoch, n in zip(first["epoch"], first["n_solved"], strict=True):
            heads = arm.heads(n)
            if heads or not final["n_tasks_solved"]:
                size = {
                    "n_weights": arm.n_weights(max(heads, 1)),
                    "n_parameters": arm.n_parameters(max(heads, 1)),
                }
                rows.append(
                    {"arm": name, "seed": seed, "n": n, "epoch": epoch, **size, "n_solved": final["n_solved"]}
                )
    table = pd.DataFrame(rows).assign(architecture=lambda t: [arms[a].architecture for a in t["arm"]])
    compared = table[(table["n"] == table["n_solved"]) & table["arm"].isin(comparison)]
    means = compared.groupby("arm")[["n_weights", "n_solved"]].mean()
    front = pareto_front(means["n_weights"], means["n_solved"])
    return table.assign(on_front=table["arm"].isin(front))


def pareto_front(cost: pd.Series, gain: pd.Series) -> list:
    """Labels of the points that no other matches at no more cost and no less gain, one of them better."""
    return [
        label
        for label in cost.index
        if not (
            ((cost <= cost[label]) & (gain >= gain[label])) & ((cost < cost[label]) | (gain > gain[label]))
        ).any()
    ]
