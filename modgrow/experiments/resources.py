"""Time and memory of every job, from the benchmark files that Snakemake writes.

These know of the last start of a job alone; what training cost before it was interrupted, states say.
"""

from pathlib import Path

import pandas as pd

COLUMNS = {"s": "seconds", "cpu_time": "cpu_seconds", "max_rss": "max_rss_mb"}
JOB = ["rule", "arm", "seed"]


def collect(
    folder: str | Path, seeds: dict[str, range], curves: pd.DataFrame, before: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row per job: rule, arm, seed (null where the rule has none), seconds, cpu_seconds, max_rss_mb.

    Of networks, those of the `seeds` of each arm: other files may lie beside them. A training job has
    `n_epochs` and `n_tasks_solved`, and what one curriculum step took: `seconds_per_task`. It may have run
    in `n_parts`; what those `before` the last cost (a row for each: arm, seed, n_epochs of the
    finished network, and the three costs) is added, of memory the largest taken.
    """
    rows = [_row(path, Path(folder)) for path in sorted(Path(folder).rglob("*.tsv"))]
    rows = [row for row in rows if row["arm"] is None or row["seed"] in seeds.get(row["arm"], ())]
    last = pd.DataFrame(rows, columns=[*JOB, *COLUMNS.values()])
    last = last.astype({"seed": "Int64", **dict.fromkeys(COLUMNS.values(), "float64")})
    ends = curves.groupby(["arm", "seed"])[["epoch", "n_tasks_solved"]].max().reset_index()
    ends = ends.rename(columns={"epoch": "n_epochs"}).assign(rule="train_network").astype({"seed": "Int64"})
    table = _summed(last, _of_finished(before, ends, last)).merge(ends, how="left", on=JOB)
    tasks = table["n_tasks_solved"].where(table["n_tasks_solved"] > 0)
    return table.assign(seconds_per_task=table["seconds"] / tasks)


def _of_finished(before: pd.DataFrame | None, ends: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    """The parts of networks as they are now, of jobs that have a last part."""
    if before is None or before.empty:
        return last.iloc[:0]
    found = (
        before.astype({"seed": "Int64"}).merge(ends, on=["arm", "seed", "n_epochs"]).merge(last[JOB], on=JOB)
    )
    return found[last.columns].astype(last.dtypes)


def _summed(last: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """One row per job, in the order of `last`: the sum of its parts, and how many they are."""
    jobs = pd.concat([last, before]).groupby(JOB, dropna=False, sort=False)
    sums = jobs[["seconds", "cpu_seconds"]].sum(min_count=1)
    return sums.assign(max_rss_mb=jobs["max_rss_mb"].max(), n_parts=jobs.size()).reset_index()


def _row(path: Path, folder: Path) -> dict:
    parts = path.relative_to(folder).with_suffix("").parts
    arm, seed = (parts[1], int(parts[2].removeprefix("seed_"))) if len(parts) == 3 else (None, None)
    measured = pd.read_csv(path, sep="\t", na_values=["-", "NA"]).iloc[0]
    return {"rule": parts[0], "arm": arm, "seed": seed} | {new: measured[old] for old, new in COLUMNS.items()}


def of_networks(jobs: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """A row per network of `curves`: of the `jobs` that `collect` gives the training ones; costs may lack."""
    trained = jobs[jobs["rule"] == "train_network"].drop(columns=["rule", "n_epochs", "n_tasks_solved"])
    ends = curves.groupby(["arm", "seed"])[["epoch", "n_tasks_solved"]].max().reset_index()
    found = ends.rename(columns={"epoch": "n_epochs"}).merge(trained, how="left", on=["arm", "seed"])
    kept = [
        "arm",
        "seed",
        "n_epochs",
        "n_tasks_solved",
        "seconds",
        "seconds_per_task",
        "max_rss_mb",
        "n_parts",
    ]
    return found[kept]
