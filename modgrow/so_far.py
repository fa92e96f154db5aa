"""What a run that is not finished has so far: the tables of finished arms, and what can be made from these.

An arm counts in a table once all of its planned networks are in it: half of an arm would be a choice of
networks. The same scripts as in the workflow make tables, claims and figures, told of the arms that count.
"""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from modgrow import places
from modgrow.errors import ModgrowError
from modgrow.plan.jobs import Job
from modgrow.plan.plan import CURVES, SUMMARY, Plan, Seeds
from modgrow.store import tables

JUDGED = ("claims", "reference", "claims_figure")  # which read whatever tables there are
OF_SINGLE_ARMS = ("pathways", "parameters", "costs")  # tables whose rows are of one arm each
OF_THE_WHOLE = ("resources", "pages")


def finished(plan: Plan, results: Path) -> dict[str, Seeds]:
    """Table -> the arms whose networks all have theirs, with their seeds."""
    found = {}
    for table, seeds in plan.collections["tables"].items():
        own = {arm: one for arm, one in seeds.items() if _all_there(results, table, {arm: one})}
        if own:
            found[table] = own
    return found


def _all_there(results: Path, table: str, seeds: Seeds) -> bool:
    return all((results / path).is_file() for path in places.per_network(table, "parquet", seeds))


def make(plan: Plan, results: Path, stage: Path) -> dict[str, Seeds]:
    """Make in the folder `stage` what the `results` have so far; which arms count in which table.

    Some arm must be finished. Raises ModgrowError where a script refuses.
    """
    found = finished(plan, results)
    (stage / "networks").symlink_to((results / "networks").resolve(), target_is_directory=True)
    for table, seeds in found.items():
        (stage / table).symlink_to((results / table).resolve(), target_is_directory=True)
        _collect(plan, table, seeds, stage)
    if "perturbation" in found:
        _summarise(plan, found["perturbation"], stage)
    for job in sorted(plan.jobs, key=_turn):
        if not job.reads:
            _take(plan, job, results, stage)
        elif own := _possible(job, found, stage):
            files = ("--inputs", *own.reads, "--outputs", *own.makes)
            _start(plan.identity_of(own), stage, own.script or own.name, *files)
    return found


def _turn(job: Job) -> int:
    """Tables first, then what is judged on them, then figures; else in their order."""
    if job.name in JUDGED:
        return 1
    return 0 if job.makes[0].startswith("tables/") else 2


def _collect(plan: Plan, table: str, seeds: Seeds, stage: Path) -> None:
    """One table of the arms that count."""
    told = {
        "collection": "tables",
        "table": table,
        "seeds": places.spans(seeds),
        "planned": plan.planned(table, seeds),
    }
    identity = plan.identity("collect_table", seeds, plan.files_of(table), **told)
    _start(identity, stage, "collect_table", "--output", f"tables/{table}.parquet")


def _summarise(plan: Plan, arms: Seeds, stage: Path) -> None:
    """Half-points of the arms that were perturbed."""
    told = {"arms": plan.recipes(arms), "threshold": plan.settings.perturbation.threshold}
    identity = plan.identity(SUMMARY, arms, (), **told)
    files = ("--inputs", "tables/perturbation.parquet", "--outputs", f"tables/{SUMMARY}.parquet")
    _start(identity, stage, SUMMARY, *files)


def _take(plan: Plan, job: Job, results: Path, stage: Path) -> None:
    """Tables that are made from none, if they are there and as planned."""
    planned = json.loads(plan.identity_of(job))
    for made in job.makes:
        if (results / made).exists() and tables.provenance(results / made)["id"] == planned:
            shutil.copy(results / made, stage / made)


def _possible(job: Job, found: dict[str, Seeds], stage: Path) -> Job | None:
    """The job as it can be done with the arms that count, if at all."""
    if job.name in OF_THE_WHOLE or job.waits or job.makes[0].startswith("columns/"):
        return None
    reads = [path for path in job.reads if (stage / path).exists()]
    counted = [set(found[Path(path).stem]) for path in reads if Path(path).stem in found]
    there = set.intersection(*counted) if counted else set(found[CURVES])
    if job.name in JUDGED and reads:
        there = set(found[CURVES])
    elif reads != job.reads:
        return None
    elif job.name not in OF_SINGLE_ARMS:
        return job if {*job.arms, *job.about} <= there else None
    arms = [arm for arm in job.arms if arm in there]
    return dataclasses.replace(job, reads=reads, arms=arms, about=[arm for arm in job.about if arm in there])


def _start(identity: str, stage: Path, script: str, *files: str) -> None:
    """Run one of the workflow's scripts on files of the stage. Raises ModgrowError with its own last line."""
    command = [sys.executable, str(places.ROOT / "workflow/scripts" / f"{script}.py"), "--id", identity]
    environment = os.environ | {"PYTHONPATH": str(places.ROOT)}
    run = subprocess.run([*command, *files], cwd=stage, env=environment, capture_output=True, text=True)
    if run.returncode:
        said = run.stderr.strip().splitlines() or [f"exit status {run.returncode}"]
        raise ModgrowError(f"{script}: {said[-1].removeprefix('error: ')}")
