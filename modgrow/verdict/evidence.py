"""What the claims are read from: one value, or one row of values, per network of an arm."""

import numpy as np
import pandas as pd
from jaxtyping import Float

from modgrow.arm import Arm

PerSeed = Float[np.ndarray, " seed"]


class Evidence:
    """The tables of the experiments (by name) and the recipes of the arms (by name)."""

    def __init__(self, tables: dict[str, pd.DataFrame], arms: dict[str, Arm]):
        self.tables, self.arms = tables, arms

    def has(self, arm: str, tables: tuple[str, ...]) -> bool:
        """Whether all of these tables have rows of an arm."""
        return arm in self.arms and all(
            name in self.tables and (self.tables[name]["arm"] == arm).any() for name in tables
        )

    def of(self, table: str, arm: str, **where) -> pd.DataFrame:
        """The rows of one arm, and of given values in other columns."""
        rows = self.tables[table]
        rows = rows[rows["arm"] == arm]
        for column, value in where.items():
            rows = rows[rows[column] == value]
        return rows.sort_values("seed", kind="stable")

    def split(self, arms: tuple[str, ...]) -> tuple[list[str], list[str]]:
        """The modular and the flat arms among these, in their order, which matches them by size."""
        modular = [arm for arm in arms if self.arms[arm].architecture == "modular"]
        return modular, [arm for arm in arms if arm not in modular]

    def n_solved(self, arm: str) -> PerSeed:
        """Largest N at the end of training."""
        return self.of("learning_curves", arm).groupby("seed")["n_solved"].max().to_numpy(float)

    def tasks_per_epoch(self, arm: str, last_share: float = 1.0) -> PerSeed:
        """Tasks solved per epoch, over all epochs or the last share of them."""
        found = []
        for _, curve in self.of("learning_curves", arm).groupby("seed"):
            tasks = curve.set_index("epoch")["n_tasks_solved"].sort_index()
            last = tasks.index[-1]
            start = last - round(last * last_share)
            found.append((tasks.loc[last] - tasks.get(start, 0)) / (last - start))
        return np.array(found)

    def log_half_points(self, arm: str, pathway: str) -> PerSeed:
        """log10 of the epsilon at which half of the tasks are left; NaN if none were solved."""
        return np.log10(self.of("perturbation_summary", arm, pathway=pathway)["half_epsilon"]).to_numpy()

    def tau(self, arm: str) -> pd.DataFrame:
        """Mean trained tau of a module, or of a flat network at that N: seeds by n."""
        rows = self.of("timescales", arm, drive="uniform")
        return rows.groupby(["seed", "n"])["tau"].mean().unstack("n")

    def tau_effective(self, arm: str) -> pd.DataFrame:
        """Mean effective tau under the published drive, of the units above 1: seeds by n."""
        rows = self.of("timescales", arm, drive="uniform")
        return rows[rows["tau_effective"] > 1].groupby(["seed", "n"])["tau_effective"].mean().unstack("n")

    def change_of_weights(self, arm: str, pathway: str) -> PerSeed:
        """Variance of the normalised weight change, mean over the modules of each network."""
        return self.of("conservation", arm, pathway=pathway).groupby("seed")["variance"].mean().to_numpy()

    def generalisation(self, arm: str) -> Float[np.ndarray, "seed k"]:
        """Accuracy on N + K of the default variant, K = 1, 2, ...; NaN for a network that never got to N."""
        rows = self.of("generalisation", arm, variant="default")
        return rows.pivot(index="seed", columns="k", values="accuracy").to_numpy()
