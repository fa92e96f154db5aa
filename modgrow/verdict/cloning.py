"""How far clones of one module reach, and whether right and wrong alternate: from the table `cloning`."""

import pandas as pd

CLONE = ["arm", "seed", "cloned", "module"]
KNOWS = ("right", "complement")


def reaches(table: pd.DataFrame) -> pd.DataFrame:
    """A row per network and cloned module: `CLONE`, `n_own`, `reach`, `reach_by_sign`, `alternates`.

    `n_own`: the N of the module itself. `reach`: the largest N of the table up to which all are right.
    `reach_by_sign`: the same if the complement counts as well, since a head of the other sign would be right.
    Both are one less than `n_own` where that itself is not. `alternates`: whether right and wrong change
    places at every N up to `reach_by_sign`, or at none (False); None for anything between, or no N beyond.
    """
    found = []
    for clone, rows in table.groupby(CLONE, sort=False):
        rows = rows.sort_values("n")
        reach_by_sign = _unbroken(rows, rows["kind"].isin(KNOWS))
        turned = rows.loc[rows["n"] <= reach_by_sign, "turned"].dropna()
        found.append(
            {
                **dict(zip(CLONE, clone, strict=True)),
                "n_own": int(rows["n"].iloc[0]),
                "reach": _unbroken(rows, rows["kind"] == "right"),
                "reach_by_sign": reach_by_sign,
                "alternates": bool(turned.iloc[0]) if turned.nunique() == 1 else None,
            }
        )
    return pd.DataFrame(found, columns=[*CLONE, "n_own", "reach", "reach_by_sign", "alternates"])


def _unbroken(rows: pd.DataFrame, holds: pd.Series) -> int:
    """The largest N up to which it holds at every N of the table; one below the first if at none."""
    count = int(holds.cumprod().sum())
    return int(rows["n"].iloc[count - 1]) if count else int(rows["n"].iloc[0]) - 1
