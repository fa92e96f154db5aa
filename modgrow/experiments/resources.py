"""Time and memory of every job, from the benchmark files that Snakemake writes."""

from pathlib import Path

import pandas as pd

COLUMNS = {"s": "seconds", "cpu_time": "cpu_seconds", "max_rss": "max_rss_mb"}


def collect(folder: str | Path, seeds: dict[str, int], curves: pd.DataFrame) -> pd.DataFrame:
    """One row per job: rule, arm, seed (null where the rule has none), seconds, cpu_seconds, max_rss_mb.

    Of networks, those of `seeds` (their number per arm): other arms' files may lie beside them. A training
    job has `n_epochs` and `n_tasks_solved`, and what one curriculum step took: `seconds_per_task`.
    """
    rows = [_row(path, Path(folder)) for path in sorted(Path(folder).rglob("*.tsv"))]
    rows = [row for row in rows if row["arm"] is None or row["seed"] < seeds.get(row["arm"], 0)]
    table = pd.DataFrame(rows, columns=["rule", "arm", "seed", *COLUMNS.values()])
    table = table.astype({"seed": "Int64", **dict.fromkeys(COLUMNS.values(), "float64")})
    ends = curves.groupby(["arm", "seed"])[["epoch", "n_tasks_solved"]].max().reset_index()
    ends = ends.rename(columns={"epoch": "n_epochs"}).assign(rule="train_network").astype({"seed": "Int64"})
    table = table.merge(ends, how="left", on=["rule", "arm", "seed"])
    tasks = table["n_tasks_solved"].where(table["n_tasks_solved"] > 0)
    return table.assign(seconds_per_task=table["seconds"] / tasks)


def _row(path: Path, folder: Path) -> dict:
    parts = path.relative_to(folder).with_suffix("").parts
    arm, seed = (parts[1], int(parts[2].removeprefix("seed_"))) if len(parts) == 3 else (None, None)
    measured = pd.read_csv(path, sep="\t", na_values=["-", "NA"]).iloc[0]
    return {"rule": parts[0], "arm": arm, "seed": seed} | {new: measured[old] for old, new in COLUMNS.items()}
