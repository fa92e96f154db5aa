"""The claims under other readings: each column judges the same claims on the same arms, trained otherwise.

A column's networks stand in its evidence under the names that the claims know, so that a verdict comes about
as in the main run. A claim whose arms a column lacks is not in it. Beside each column of learning rates stand
its mixed line-ups: the modular arms of the main run against the flat arms of the column.
"""

from collections.abc import Mapping
from itertools import starmap

import pandas as pd
from tabulate import tabulate

from modgrow.arm import Arm
from modgrow.records import Record
from modgrow.verdict import judge
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.verdicts import CONTRADICTED, DEPENDS, NOT_JUDGED, REPRODUCED, across_rates

MAIN = "main"  # the column of the main run
FLAT_AT = "flat at "  # what mixed line-ups are called: by the learning rate of the flat arms
FIRM = {REPRODUCED, CONTRADICTED}

Tables = Mapping[str, pd.DataFrame]
Names = Mapping[str, str]  # arm -> the name that its networks are trained under


def mixed_name(column: Evidence) -> str:
    """What the line-ups of modular arms of the main run against a column's flat ones are called."""
    rates = {column.arms[arm].learning_rate for arm in column.arms if not column.grows(arm)}
    return FLAT_AT + " ".join(f"{rate:g}" for rate in sorted(rates))


def evidence_of(
    tables: Tables, names: Names, recipes: Mapping[str, Arm], experiments: Mapping[str, Record]
) -> Evidence:
    """A column's networks under the names of their arms; `tables` has those they are trained as."""
    back = pd.DataFrame({"arm": list(names.values()), "as": list(names)})
    found = {}
    for table, rows in tables.items():
        own = rows.merge(back, on="arm")
        found[table] = own.drop(columns="arm").rename(columns={"as": "arm"})
    changed = {arm: recipes[name] for arm, name in names.items()}
    return Evidence(found, changed, experiments, unchanged={arm: recipes[arm] for arm in names})


def mixed(main: Evidence, column: Evidence) -> Evidence:
    """The modular arms of the main run beside the flat arms of a column, in the tables that both have."""
    flat = [arm for arm in column.arms if not column.grows(arm)]
    modular = [arm for arm in main.arms if main.grows(arm)]
    tables = {
        name: pd.concat(starmap(_of, [(main.tables[name], modular), (rows, flat)]), ignore_index=True)
        for name, rows in column.tables.items()
        if name in main.tables
    }
    arms = {arm: main.arms[arm] for arm in modular} | {arm: column.arms[arm] for arm in flat}
    return Evidence(tables, arms, main.experiments, unchanged={arm: main.arms[arm] for arm in arms})


def _of(table: pd.DataFrame, arms: list[str]) -> pd.DataFrame:
    return table[table["arm"].isin(arms)]


def judge_column(name: str, column: Evidence, main: Evidence | None = None) -> pd.DataFrame:
    """The claims of one column; with `main`, the mixed line-ups of those with flat arms too."""
    found = [judge.judge(column).assign(column=name)]
    if main is not None:
        judged = judge.judge(mixed(main, column))
        found.append(judged[judged["families"].astype(bool)].assign(column=mixed_name(column)))
    return pd.concat(found, ignore_index=True)


def judge_columns(main: pd.DataFrame, columns: list[pd.DataFrame]) -> pd.DataFrame:
    """All columns in one table behind the main run; `main` is the verdict of the main run, null if none."""
    table = pd.concat([main.assign(column=MAIN), *columns], ignore_index=True)
    return table.assign(main=table["claim"].map(main.set_index("claim")["verdict"]))


def turned(table: pd.DataFrame) -> pd.Series:
    """Whether each row turns a firm verdict of the main run into its opposite."""
    firm = table["verdict"].isin(FIRM) & table["main"].isin(FIRM)
    return firm & (table["verdict"] != table["main"])


def final(table: pd.DataFrame) -> pd.DataFrame:
    """The claims of the main run with the final word: one with flat arms must hold at every rate."""
    main = table[table["column"] == MAIN].drop(columns=["column", "main"]).set_index("claim", drop=False)
    against = table[table["column"].str.startswith(FLAT_AT)]
    against = against.assign(rate=against["column"].str.removeprefix(FLAT_AT))
    for claim in main.index[main["families"].astype(bool) & (main["verdict"] != NOT_JUDGED)]:
        own = against[against["claim"] == claim]
        main.loc[claim, ["verdict", "reason"]] = across_rates(
            dict(zip(own["rate"], own["verdict"], strict=True))
        )
    return main.reset_index(drop=True)


def summary(table: pd.DataFrame, note: str) -> str:
    """What is said of the whole: the final words, then how many claims of each column turn round."""
    last = final(table)
    lines = [*filter(None, [note]), judge.count(last)]
    depend = ", ".join(last.loc[last["verdict"] == DEPENDS, "claim"]) or "none"
    lines.append(f"{DEPENDS}: {depend}")
    for name, rows in table[table["column"] != MAIN].groupby("column", sort=False):
        moved = ", ".join(rows.loc[turned(rows), "claim"]) or "none"
        lines.append(f"{name}: {len(rows)} claims, turned round: {moved}")
    return "\n".join(lines)


def markdown(table: pd.DataFrame, note: str) -> str:
    """The final words, then every column, for readers."""
    rows = (
        judge.brief(table)
        .assign(column=table["column"], main=table["main"].fillna(""))
        .sort_values("claim", kind="stable")
    )
    shown = rows[["panel", "claim", "column", "asked", "found", "n_seeds", "verdict", "main"]]
    words = judge.brief(final(table))[["panel", "claim", "verdict"]]
    parts = [summary(table, note).replace("\n", ".\n\n") + "."]
    parts += [tabulate(one, headers="keys", tablefmt="pipe", showindex=False) for one in (words, shown)]
    return "\n\n".join(parts) + "\n"
