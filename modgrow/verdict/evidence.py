"""What the claims are read from: one value, or one row of values, per network of an arm, by seed."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from modgrow.arm import Arm, Record
from modgrow.verdict import paper
from modgrow.verdict.half_points import half_points


class Evidence:
    """The tables, the recipes of the arms and the settings of the experiments, all by name."""

    def __init__(
        self,
        tables: dict[str, pd.DataFrame],
        arms: dict[str, Arm],
        experiments: Mapping[str, Record] = paper.EXPERIMENTS,
    ):
        self.tables, self.arms, self.experiments = tables, arms, experiments

    def first(self, seeds: int) -> "Evidence":
        """The same of the first networks of every arm."""
        tables = {name: table[table["seed"] < seeds] for name, table in self.tables.items()}
        return Evidence(tables, self.arms, self.experiments)

    def unlike(self, arms: Iterable[str], tables: Iterable[str]) -> str:
        """In what these arms, and the experiments behind these tables, are not the paper's; else empty."""
        asked = {table.removesuffix("_summary") for table in tables}
        experiments = {name: own for name, own in self.experiments.items() if name in asked}
        return paper.unlike({arm: self.arms[arm] for arm in arms}, experiments)

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
        return rows

    def architecture(self, arm: str) -> str:
        """What the paper means by the name of an arm, whatever was trained under it."""
        return paper.named(arm.partition(".")[0], self.arms[arm]).architecture

    def split(self, arms: tuple[str, ...]) -> tuple[list[str], list[str]]:
        """The modular and the flat arms among these, in their order, which matches them by size."""
        modular = [arm for arm in arms if self.architecture(arm) == "modular"]
        return modular, [arm for arm in arms if arm not in modular]

    def n_solved(self, arm: str) -> pd.Series:
        """Largest N at the end of training."""
        return self.of("learning_curves", arm).groupby("seed")["n_solved"].max()

    def tasks_per_epoch(self, arm: str, last_share: float = 1.0) -> pd.Series:
        """Tasks solved per epoch, over all epochs or the last share of them.

        Of all the epochs an arm was given: a network that stopped early solved nothing in the rest.
        """
        curves = self.of("learning_curves", arm)
        last = self.arms[arm].epochs or int(curves["epoch"].max())
        start = last - round(last * last_share)
        tasks = curves.pivot(index="seed", columns="epoch", values="n_tasks_solved")
        tasks = tasks.reindex(columns=range(last + 1)).ffill(axis=1).fillna(0.0)
        return (tasks[last] - tasks[start]) / (last - start)

    def log_half_points(self, arm: str, pathway: str) -> pd.Series:
        """log10 of the epsilon at which half of the tasks are left, NaN if none were solved.

        A half-point outside the sweep stands at its end.
        """
        rows = self.of("perturbation_summary", arm, pathway=pathway)
        return np.log10(rows.set_index("seed")["half_epsilon"])

    def log_half_points_up_to(self, n: int, arm: str, pathway: str) -> pd.Series:
        """The same over the tasks up to `n` alone, from the table of perturbations itself."""
        rows = self.of("perturbation", arm, pathway=pathway)
        found = half_points(rows[rows["n"] <= n], self.experiments["perturbation"].threshold)
        return np.log10(found.set_index("seed")["half_epsilon"].astype(float))

    def tau(self, arm: str) -> pd.DataFrame:
        """Mean trained tau of a module, or of a flat network at that N: seeds by n."""
        rows = self.of("timescales", arm, drive="uniform")
        return rows.groupby(["seed", "n"])["tau"].mean().unstack("n")

    def tau_effective(self, arm: str, column: str = "tau_effective") -> pd.DataFrame:
        """Mean effective tau under the published drive, of the units above 1: seeds by n.

        `column`: the published convention, or `tau_weighted`.
        """
        rows = self.of("timescales", arm, drive="uniform")
        return rows[rows[column] > 1].groupby(["seed", "n"])[column].mean().unstack("n")

    def change_of_weights(self, arm: str, pathway: str) -> pd.Series:
        """Variance of the normalised weight change, mean over the modules of each network."""
        return self.of("conservation", arm, pathway=pathway).groupby("seed")["variance"].mean()

    def generalisation(self, arm: str) -> pd.DataFrame:
        """Accuracy on N + K of the default variant, seeds by K; NaN for a network that never got to N."""
        rows = self.of("generalisation", arm, variant="default")
        return rows.pivot(index="seed", columns="k", values="accuracy")

    def losses(self, arm: str, pathway: str) -> dict[int, list[pd.Series]]:
        """Per network: what each solved module's accuracy lost, by n, at every strength that hurts but does
        not ruin (mean accuracy of the modules between 0.6 and 0.95)."""
        found, threshold = {}, self.experiments["perturbation"].threshold
        for seed, own in self.of("perturbation", arm, pathway=pathway).groupby("seed"):
            curves = own.groupby(["epsilon", "n"])["accuracy"].mean().unstack("n")
            curves = curves.loc[:, curves.loc[0.0] > threshold]
            hurt = curves[curves.mean(axis=1).between(0.6, 0.95)]
            found[seed] = [curves.loc[0.0] - row for _, row in hurt.iterrows()]
        return found
