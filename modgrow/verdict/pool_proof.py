"""Does training on a pool of kept activity differ from drawing new sequences for every batch?

For every epoch, the difference of arms that are alike but for the pool, paired by seed (arms with one
seed start from the same first module), with a t-interval over seeds.
"""

import pandas as pd

from modgrow.errors import SettingsError
from modgrow.verdict.intervals.smooth import smooth

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
            of_pool = _by_epoch(curves, pool, quantity)
            of_fresh = _by_epoch(curves, fresh, quantity)
            for epoch in of_pool.index.intersection(of_fresh.index):
                both = pd.concat([of_pool.loc[epoch], of_fresh.loc[epoch]], axis=1).dropna()
                if len(both):
                    names = {"arm_pool": pool, "arm_fresh": fresh, "quantity": quantity, "epoch": epoch}
                    rows.append(names | _compared(both.iloc[:, 0], both.iloc[:, 1]))
    return pd.DataFrame(rows)


def _compared(pool: pd.Series, fresh: pd.Series) -> dict[str, float]:
    """Means of both, and the difference of networks with the same seed."""
    difference = smooth(pool - fresh)
    return {
        "n_seeds": len(pool),
        "mean_pool": pool.mean(),
        "mean_fresh": fresh.mean(),
        "difference": difference.estimate,
        "low": difference.low,
        "high": difference.high,
    }


def _by_epoch(curves: pd.DataFrame, arm: str, quantity: str) -> pd.DataFrame:
    """The values of one arm's networks, epochs by seeds; the last one stays."""
    own = curves[curves["arm"] == arm]
    return own.pivot(index="epoch", columns="seed", values=quantity).ffill()
