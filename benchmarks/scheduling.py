"""Time to parse the workflow and to plan all of it, against the number of jobs. `--seeds 3 35 --json FILE`

Twelve arms at the paper's settings, with as many seeds as make about 100, 1,000 and 10,000 jobs; each a dry
run in a folder without results. `ratio` is the time per job against that of the smallest.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from common import ROOT, arguments, report

FROZEN = ["frozen_recurrent_5", "frozen_feedforward_5", "frozen_recurrent_10", "frozen_feedforward_10"]


def settings(seeds: int) -> dict:
    """The paper's settings with the arms of its comparison and the frozen ones, `seeds` networks each."""
    read = yaml.safe_load((ROOT / "config.yaml").read_text())
    comparison = [
        name for name, arm in read["arms"].items() if set(arm) <= {"architecture", "units", "seeds"}
    ]
    arms = {name: read["arms"][name] | {"seeds": seeds} for name in (*comparison, *FROZEN)}
    return read | {"arms": arms, "comparison": comparison, "duplication": {}, "columns": {}}


def measured(folder: Path, *options: str) -> tuple[float, float, str]:
    """Seconds and peak memory in MB of one Snakemake, and what it printed."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", f"{ROOT}/Snakefile", *options]
    with open(folder / "out.txt", "w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        out.seek(0)
        printed = out.read()
    if status:
        raise SystemExit(printed)
    return seconds, usage.ru_maxrss / 1024, printed


def row(seeds: int) -> dict:
    """Parse and plan the workflow of that many seeds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.yaml").write_text(yaml.safe_dump(settings(seeds)))
        given = "--configfile", "settings.yaml", "--cores", "1"
        start = min(measured(folder, "--version")[0] for _ in range(3))
        parse = min(measured(folder, *given, "--list-rules")[0] for _ in range(3)) - start
        plan, memory, printed = measured(folder, *given, "--dry-run", "--quiet", "rules")
    jobs = int(re.search(r"^total +(\d+)$", printed, re.MULTILINE).group(1))
    per_job = 1000 * (plan - start - parse) / jobs
    times = {"parse_seconds": parse, "dry_run_seconds": plan, "ms_per_job": per_job}
    return {"seeds": seeds, "jobs": jobs, **times, "peak_mb": memory}


def main() -> None:
    """Measure each number of seeds."""
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[3, 35, 356], help="networks per arm")
    args = parser.parse_args()
    rows = [row(seeds) for seeds in args.seeds]
    report([each | {"ratio": each["ms_per_job"] / rows[0]["ms_per_job"]} for each in rows], args)


if __name__ == "__main__":
    main()
