"""What people read of a run, copied to where it is kept: claims, figures, tables. `modgrow publish`

All or nothing: a table that is too big, or results of other settings, end it before anything is copied.
"""

import itertools
import json
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from modgrow import published, so_far
from modgrow.cli.report import refuse_unfinished
from modgrow.config import Settings
from modgrow.errors import ModgrowError
from modgrow.plan.figures import panels
from modgrow.plan.plan import CURVES, Plan, Seeds
from modgrow.schemas import learning_curves
from modgrow.store import tables

TEXTS = ("claims.csv", "claims.md", "reference.md", "verdict.txt", "answers.txt")
OWN = (
    "tables",
    "figures",
    "networks",
    *TEXTS,
    "columns.csv",
    "README.md",
)  # what publishing writes, and may take away
PACKED = {**tables.PACKED, "compression": "zstd", "compression_level": 19}
MEGABYTE = 1_000_000
ALL_NETWORKS_MB = 12
NOTE = """# Results of the confirmatory run

**{state}** Its networks have seeds from {first} and the settings of `config.yaml`.

Written by `modgrow publish`, with the tables, figures and claims beside it. An arm is one way of training
networks. It counts in a table once all of its planned networks are in it. The folder `networks` holds the
first network of each arm of the paper, `benchmarks` runs of the [benchmarks](../../benchmarks/README.md).
The first run stands in [another folder](../first_run/README.md).

{counts}
"""


def publish(
    settings: Settings, results: Path, place: Path, limit_mb: float = 5.0, configfile: str | None = None
) -> str:
    """Copy what people read of `results` to the folder `place`; one line on what is there now.

    Of a run that is not finished: what it has so far. `configfile` is what the settings were read from, if
    not `config.yaml`. Raises ModgrowError, and has copied nothing then.
    """
    plan = Plan(settings)
    with tempfile.TemporaryDirectory(dir=results, prefix=".publish-") as temporary:
        stage = Path(temporary)
        for folder in ("tables", "figures", "packed/tables"):
            (stage / folder).mkdir(parents=True)
        found = _made(plan, results, stage, configfile)
        ready = stage / "packed"
        _pack(stage, ready, limit_mb)
        _networks(plan, found, results, ready)
        state = _state(plan, found)
        counts = _counts(plan, found).to_markdown(index=False)
        text = NOTE.format(state=state, first=settings.first_seed, counts=counts)
        (ready / "README.md").write_text(text, encoding="utf-8")
        _replace(ready, place)
    return f"{place}: {state}"


def _made(plan: Plan, results: Path, stage: Path, configfile: str | None) -> dict[str, Seeds]:
    """Put claims, figures and tables into the stage; which arms count in which table."""
    try:
        refuse_unfinished(["all"], configfile)
    except ModgrowError:
        if CURVES not in so_far.finished(plan, results):
            raise
        return so_far.make(plan, results, stage)
    for name in TEXTS:
        shutil.copy(results / name, stage)
    for path in [*(results / "tables").glob("*.parquet"), *(results / "figures").glob("*.[sp][vn]g")]:
        shutil.copy(path, stage / path.parent.name)
    columns = results / "columns/claims.csv"
    if columns.exists():
        shutil.copy(columns, stage / "columns.csv")
    return plan.collections["tables"]


def _pack(stage: Path, ready: Path, limit_mb: float) -> None:
    """Tables packed tightly, and all else as it is. Raises ModgrowError for those that stay too big."""
    for path in sorted((stage / "tables").glob("*.parquet")):
        repack(path, ready / "tables" / path.name)
    too_big = [
        f"{path.name} has {size / MEGABYTE:.1f} MB packed, at most {limit_mb:g} are published; thin what the "
        "experiment records, or raise `--limit`"
        for path in sorted((ready / "tables").iterdir())
        if (size := path.stat().st_size) > limit_mb * MEGABYTE
    ]
    if too_big:
        raise ModgrowError("\n".join(too_big))
    shutil.move(stage / "figures", ready)
    for name in (*TEXTS, "columns.csv"):
        if (stage / name).exists():
            shutil.move(stage / name, ready)


def repack(path: Path, target: Path) -> None:
    """The same table, row by row and word by word, in fewer bytes. Raises StoreError if it is damaged."""
    with tables.opened(path) as table:
        table.verify()
        said = {tables.METADATA_KEY: json.dumps(table.said, sort_keys=True)}
        with pq.ParquetWriter(target, table.columns, **PACKED) as writer:
            for rows in table.batches():
                writer.write_table(rows)
            writer.add_key_value_metadata(said)


def _networks(plan: Plan, found: dict[str, Seeds], results: Path, ready: Path) -> None:
    """The first network of each arm of the paper, with its card. Raises ModgrowError if all are too big."""
    shown = {*plan.settings.comparison, *itertools.chain(*panels(plan.settings).values())}
    curves = tables.read(ready / f"tables/{CURVES}.parquet", learning_curves.SCHEMA)
    for arm, seeds in found[CURVES].items():
        if arm not in shown:
            continue
        target = ready / "networks" / arm / f"seed_{seeds[0]}.safetensors"
        target.parent.mkdir(parents=True)
        shutil.copy(results / "networks" / arm / target.name, target)
        last = curves[(curves["arm"] == arm) & (curves["seed"] == seeds[0])].iloc[-1]
        text = published.card(arm, plan.settings.arms[arm].title, target, dict(last))
        (target.parent / "README.md").write_text(text, encoding="utf-8")
    size = sum(path.stat().st_size for path in (ready / "networks").rglob("*.safetensors")) / MEGABYTE
    if size > ALL_NETWORKS_MB:
        raise ModgrowError(
            f"{results}/networks: the first of each arm have {size:.1f} MB, at most {ALL_NETWORKS_MB} are "
            "published; leave out an arm, or raise ALL_NETWORKS_MB in modgrow/publish.py"
        )


def _counts(plan: Plan, found: dict[str, Seeds]) -> pd.DataFrame:
    """Per table, how many networks are in it of how many planned, and of which arms."""
    rows = []
    for table, planned in plan.collections["tables"].items():
        there = found.get(table, {})
        names = ", ".join(f"`{arm}`" for arm in there) or "none yet"
        rows.append(
            {
                "table": f"`{table}`",
                "networks": sum(map(len, there.values())),
                "planned": sum(map(len, planned.values())),
                "arms": f"all {len(planned)}" if there == planned else names,
            }
        )
    return pd.DataFrame(rows)


def _state(plan: Plan, found: dict[str, Seeds]) -> str:
    planned = plan.collections["tables"]
    if found == planned:
        return "The run is finished."
    trained, networks = (sum(map(len, seeds[CURVES].values())) for seeds in (found, planned))
    return f"The run is under way: {trained} of {networks} networks are in its tables."


def _replace(ready: Path, place: Path) -> None:
    """Put each part where the earlier one was, whole; what the run no longer has goes."""
    place.mkdir(parents=True, exist_ok=True)
    for name in OWN:
        new, old = ready / name, place / name
        aside = old.with_name(f".{name}.old")
        if old.exists():
            old.rename(aside)
        if new.exists():
            shutil.move(new, old)
        _remove(aside)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
