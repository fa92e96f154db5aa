"""Time and memory of every job, from Snakemake's benchmark files and the states of training."""

from pathlib import Path

from modgrow import script
from modgrow.experiments import resources
from modgrow.learning import costs
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--curves", "--output")
    benchmarks, seeds = Path(args.id["folder"]), args.id["seeds"]
    curves = tables.read(args.curves, columns=("arm", "seed", "epoch", "n_tasks_solved"))
    before = costs.before_the_last_part(benchmarks.parent / "states", seeds)
    table = resources.collect(benchmarks, seeds, curves, before)
    tables.write(args.output, table, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
