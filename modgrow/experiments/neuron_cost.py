"""What networks cost if a neuron is as dear as lambda connections: C(N; lambda) = lambda units + weights.

At each N a family costs what its smallest size costs that solves it. Units and weights both grow with the
size, so that size is the cheapest at every lambda. No torch.
"""

from typing import NamedTuple

import pandas as pd

from modgrow.arm import Arm
from modgrow.experiments import by_hand

SHARE = 0.8  # of a size's networks, at least so many must have solved N
BY_HAND = {"chain by hand": by_hand.chain, "flat by hand": by_hand.flat}
REFERENCE = "modular"  # the family that the others change places with


class Change(NamedTuple):
    """The lambda at which another family costs as much as the modular one, which is cheaper below it.

    `kind` is `at`; `beyond` where the other is known to cost that much at least; `never` and `always` where
    it costs more, or less, at every lambda; `unknown` where no modular network solved N.
    """

    kind: str
    value: float | None = None


def costs(curves: pd.DataFrame, arms: dict[str, Arm]) -> pd.DataFrame:
    """A row for each family and each N up to the largest that any network of `arms` solved.

    `suffices` False: no size of the family does at this N; the row is that of the largest tried, and says
    what it would cost at least.
    """
    finals = curves[curves["arm"].isin(list(arms))].groupby(["arm", "seed"])["n_solved"].max()
    first = min(arm.n_first for arm in arms.values())
    found = []
    for n in range(first, max(finals.max(), first) + 1):
        sizes = [*_trained(n, finals, arms), *_built(n)]
        modular = next((size for size in sizes if size["family"] == REFERENCE), None)
        for size in sizes:
            change = None if size is modular else _change(size, modular)
            found.append({"n": n, **size, **_columns(change)})
    return pd.DataFrame(found).astype(dict.fromkeys(("n_nonzero", "n_seeds", "n_solving"), "Int64"))


def _trained(n: int, finals: pd.Series, arms: dict[str, Arm]) -> list[dict]:
    """Of each family the smallest size that suffices, else the largest."""
    found = []
    for family in ("modular", "flat"):
        own = [name for name, arm in arms.items() if arm.architecture == family and arm.n_first <= n]
        tried = [_tried(name, arms[name], n, finals[name]) for name in own]
        tried.sort(key=lambda size: size["n_units"])
        enough = [size for size in tried if size["suffices"]]
        found += enough[:1] or tried[-1:]
    return found


def _tried(name: str, arm: Arm, n: int, finals: pd.Series) -> dict:
    """One size at one N."""
    heads = arm.heads(n)
    solving = int((finals >= n).sum())
    return {
        "family": arm.architecture,
        "arm": name,
        "n_units": arm.units * arm.modules(heads),
        "n_weights": arm.n_weights(heads),
        "n_nonzero": None,
        "n_seeds": len(finals),
        "n_solving": solving,
        "suffices": solving >= SHARE * len(finals),
    }


def _built(n: int) -> list[dict]:
    """What suffices by construction, from N = 2 on."""
    none = {"arm": None, "n_seeds": None, "n_solving": None, "suffices": True}
    return [{"family": family, **size(n)._asdict(), **none} for family, size in BY_HAND.items() if n > 1]


def _change(other: dict, modular: dict | None) -> Change:
    """(weights_other - weights_modular) / (units_modular - units_other), where both are above zero."""
    if modular is None or not modular["suffices"]:
        return Change("unknown")
    more_weights = other["n_weights"] - modular["n_weights"]
    fewer_units = modular["n_units"] - other["n_units"]
    if more_weights >= 0 >= fewer_units:
        return Change("never")  # nor for a larger size, where this one does not suffice
    if more_weights > 0:
        return Change("at" if other["suffices"] else "beyond", more_weights / fewer_units)
    return Change("always" if other["suffices"] and fewer_units >= 0 else "unknown")


def _columns(change: Change | None) -> dict:
    return {"change": change.kind if change else None, "lambda_change": change.value if change else None}
