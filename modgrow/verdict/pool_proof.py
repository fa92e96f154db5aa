"""Does training on a pool of kept activity differ from drawing new sequences for every batch?

For every epoch, the difference of arms that are alike but for the pool, paired by seed (arms with one
seed start from the same first module), with a bootstrap interval over seeds.
"""

import pandas as pd

from modgrow.errors import SettingsError
from modgrow.verdict.statistics import difference_of_means

QUANTITIES = ("n_solved", "accuracy", "accuracy_previous")


def compare(curves: pd.DataFrame, pairs: dict[str, str]) -> pd.DataFrame:
    """One row per pair (fresh arm, pool arm), quantity and epoch: means, and pool minus fresh.

    A network that reached its largest N early keeps its last values for the epochs left over.
    `accuracy_previous` has no value while a network is at its first task: seeds that lack it in either
    arm are left out of that row, and `n_seeds` says how many are in it. Raises SettingsError.
    """
    if not pairs:
        raise SettingsError("no arm has `target: pool_proof` and a counterpart with a pool; add one")
    rows = []
    for fresh, pool in pairs.items():
        for quantity in QUANTITIES:
            ours, theirs = (_by_epoch(curves, arm, quantity) for arm in (pool, fresh))
            for epoch in ours.index.intersection(theirs.index):
                both = pd.concat([ours.loc[epoch], theirs.loc[epoch]], axis=1).dropna()
                a, b = both.iloc[:, 0], both.iloc[:, 1]
                if len(both):
                    difference = difference_of_means(a, b, paired=True)
                    rows.append(
                        {
                            "arm_pool": pool,
                            "arm_fresh": fresh,
                            "quantity": quantity,
                            "epoch": epoch,
                            "n_seeds": len(a),
                            "mean_pool": a.mean(),
                            "mean_fresh": b.mean(),
                            "difference": difference.estimate,
                            "low": difference.low,
                            "high": difference.high,
                        }
                    )
    return pd.DataFrame(rows)


def _by_epoch(curves: pd.DataFrame, arm: str, quantity: str) -> pd.DataFrame:
    own = curves[curves["arm"] == arm]
    return own.pivot(index="epoch", columns="seed", values=quantity).ffill()
