"""What the claims are read from: one value, or one row of values, per network of an arm, by seed."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from modgrow.arm import Arm, Record
from modgrow.verdict import paper
from modgrow.verdict.half_points import half_points


class Disturbed(NamedTuple):
    """A network with W^R or W^FF (`part`) of the module that answers for `n` disturbed.

    `accuracies` are of every head by strength: epsilon by n, the undisturbed one first.
    """

    seed: int
    part: str
    n: int
    accuracies: pd.DataFrame

    @property
    def losses(self) -> pd.DataFrame:
        """What each head lost, epsilon by n."""
        return self.accuracies.loc[0.0] - self.accuracies


class Evidence:
    """The tables, the recipes of the arms and the settings of the experiments, all by name."""

    def __init__(
        self,
        tables: dict[str, pd.DataFrame],
        arms: dict[str, Arm],
        experiments: Mapping[str, Record] = paper.EXPERIMENTS,
        unchanged: dict[str, Arm] | None = None,
    ):
        self.tables = tables
        self.arms = arms
        self.experiments = experiments
        self.of_column = unchanged is not None  # then: what the arms are without the column's change
        self.unchanged = arms if unchanged is None else unchanged

    def unlike(self, arms: Iterable[str], tables: Iterable[str]) -> str:
        """In what these arms, and the experiments behind these tables, are not the paper's; else empty.

        The change of a column is not counted.
        """
        asked = {table.removesuffix("_summary") for table in tables}
        experiments = {name: own for name, own in self.experiments.items() if name in asked}
        return paper.unlike({arm: self.unchanged[arm] for arm in arms}, experiments)

    def has(self, arm: str, tables: tuple[str, ...]) -> bool:
        """Whether all of these tables have rows of an arm."""
        return arm in self.arms and all(self._has_rows(name, arm) for name in tables)

    def _has_rows(self, table: str, arm: str) -> bool:
        name = self._by_hand(arm) if table == "exact" else arm
        return table in self.tables and bool((self.tables[table]["arm"] == name).any())

    def _by_hand(self, arm: str) -> str:
        """The chain built by hand whose modules have as many units as those of an arm."""
        return f"exact_{self.arms[arm].units}"

    def of(self, table: str, arm: str, **where) -> pd.DataFrame:
        """The rows of one arm, and of given values in other columns."""
        rows = self.tables[table]
        rows = rows[rows["arm"] == arm]
        for column, value in where.items():
            rows = rows[rows[column] == value]
        return rows

    def grows(self, arm: str) -> bool:
        """Whether what was trained under this name grows by modules."""
        return self.arms[arm].grows

    def meant_to_grow(self, arm: str) -> bool:
        """Whether the paper means growing networks by the name of an arm, whatever was trained under it."""
        recipe = paper.ARMS.get(arm)
        return self.grows(arm) if recipe is None else recipe.grows

    def split(self, arms: Iterable[str]) -> tuple[list[str], list[str]]:
        """The modular and the flat arms among these, in their order, which matches them by size."""
        modular = [arm for arm in arms if self.meant_to_grow(arm)]
        flat = [arm for arm in arms if not self.meant_to_grow(arm)]
        return modular, flat

    def n_solved(self, arm: str) -> pd.Series:
        """Largest N at the end of training."""
        return self.of("learning_curves", arm).groupby("seed")["n_solved"].max()

    def ends(self, *arms: str) -> tuple[int, int]:
        """Between which two numbers N_solved of these arms lies: nothing, and all there was time for."""
        recipes = [self.arms[arm] for arm in arms]
        return min(arm.n_first for arm in recipes) - 1, max(arm.n_limit for arm in recipes)

    def stuck(self, arm: str) -> pd.Series:
        """Whether a network solved no new task in the last third of the epochs, and had not solved all.

        Of what it did itself and not of a count that others reached: a flat network that has come to its
        plateau is stuck as is a chain whose first module cannot be built on, and the share says how many are.
        """
        unfinished = self.n_solved(arm) < self.ends(arm)[1]
        return unfinished & (self.late_tasks_per_epoch(arm) == 0)

    def tasks_per_epoch(self, arm: str, last_share: float = 1.0) -> pd.Series:
        """Tasks solved per epoch, over all epochs or the last share of them.

        Of all the epochs an arm was given: a network that stopped early solved nothing in the rest.
        """
        curves = self.of("learning_curves", arm)
        last = self.arms[arm].epochs or int(curves["epoch"].max())
        start = last - round(last * last_share)
        tasks = curves.pivot(index="seed", columns="epoch", values="n_tasks_solved")
        # Epoch 0 has no row and nothing solved; after a network's last row, its number of tasks stands.
        tasks = tasks.reindex(columns=range(last + 1)).ffill(axis=1).fillna(0.0)
        return (tasks[last] - tasks[start]) / (last - start)

    def late_tasks_per_epoch(self, arm: str) -> pd.Series:
        """Tasks solved per epoch over the last third of the epochs."""
        return self.tasks_per_epoch(arm, last_share=1 / 3)

    def log_half_points(self, arm: str, pathway: str) -> pd.Series:
        """log10 of the epsilon at which half of the tasks are left, NaN if none were solved.

        A half-point outside the sweep stands at its end.
        """
        rows = self.of("perturbation_summary", arm, pathway=pathway)
        return np.log10(rows.set_index("seed")["half_epsilon"])

    def log_steepest(self, arm: str, pathway: str) -> pd.Series:
        """log10 of the epsilon at which most tasks are lost from one strength to the next (inflection)."""
        rows = self.of("perturbation_summary", arm, pathway=pathway)
        return np.log10(rows.set_index("seed")["steepest_epsilon"])

    def solved_unperturbed(self, arm: str) -> pd.Series:
        """Tasks above the threshold without noise."""
        return self.of("perturbation_summary", arm, pathway="weights").set_index("seed")["solved_unperturbed"]

    def log_half_points_up_to(self, n: int, arm: str, pathway: str) -> pd.Series:
        """The same over the tasks up to `n` alone, from the table of perturbations itself."""
        rows = self.of("perturbation", arm, pathway=pathway)
        found = half_points(rows[rows["n"] <= n], self.experiments["perturbation"].threshold)
        return np.log10(found.set_index("seed")["half_epsilon"].astype(float))

    def log_half_point_by_hand(self, arm: str, n: int) -> float:
        """The same of noise on the weights of a chain of copied units, built by hand, as long as `n`."""
        rows = self.of("exact", self._by_hand(arm))
        found = half_points(rows[rows["n"] <= n], self.experiments["perturbation"].threshold)
        return float(np.log10(found["half_epsilon"].iloc[0]))

    def timescales(self, arm: str, trained: bool = True) -> pd.DataFrame:
        """Every neuron under the published drive; of chains also those that grew without training."""
        return self.of("timescales", arm, trained=trained, drive="uniform")

    def tau(self, arm: str) -> pd.DataFrame:
        """Mean trained tau of a module, or of a flat network at that N: seeds by n."""
        return self.timescales(arm).groupby(["seed", "n"])["tau"].mean().unstack("n")

    def tau_effective(
        self, arm: str, column: str = "tau_effective", average: str = "mean", trained: bool = True
    ) -> pd.DataFrame:
        """Effective tau under the published drive, averaged over all neurons with a fit: seeds by n.

        `column`: the published convention, or `tau_weighted`. `average`: mean or median.
        """
        rows = self.timescales(arm, trained)
        return rows.groupby(["seed", "n"])[column].agg(average).unstack("n")

    def change_of_weights(self, arm: str, pathway: str) -> pd.DataFrame:
        """Variance of the normalised weight change from the module before: seeds by module."""
        return self.of("conservation", arm, pathway=pathway).pivot(
            index="seed", columns="module", values="variance"
        )

    def generalisation(self, arm: str, variant: str = "default") -> pd.DataFrame:
        """Accuracy on N + K of one variant, seeds by K; NaN for a network that never got to N."""
        rows = self.of("generalisation", arm, variant=variant)
        return rows.pivot(index="seed", columns="k", values="accuracy")

    def disturbed_alone(self, arm: str) -> list[Disturbed]:
        """Every network of an arm with one of its modules disturbed, in the heads that know their task."""
        rows = self.of("perturbation", arm)
        found = []
        for (seed, pathway), own in rows[rows["pathway"].str.contains("_of_")].groupby(["seed", "pathway"]):
            part, _, module = pathway.partition("_of_")
            accuracies = self._of_solved(own)
            found.append(Disturbed(seed, part, self.arms[arm].n_first + int(module) - 1, accuracies))
        return found

    def losses(
        self, arm: str, pathway: str, mean_accuracy: tuple[float, float]
    ) -> dict[int, list[pd.Series]]:
        """Per network: what each solved module's accuracy lost to a perturbation, by n.

        One series per strength at which the mean accuracy of the modules lies between these two.
        """
        found = {}
        for seed, own in self.of("perturbation", arm, pathway=pathway).groupby("seed"):
            curves = self._of_solved(own)
            struck = curves[curves.mean(axis=1).between(*mean_accuracy)]
            found[seed] = [curves.loc[0.0] - accuracies for _, accuracies in struck.iterrows()]
        return found

    def _of_solved(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Mean accuracy, epsilon by n, of the heads that are above the threshold undisturbed."""
        curves = rows.groupby(["epsilon", "n"])["accuracy"].mean().unstack("n")
        return curves.loc[:, curves.loc[0.0] > self.experiments["perturbation"].threshold]
