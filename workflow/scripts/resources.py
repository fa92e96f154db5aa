"""Time and memory of every job, from Snakemake's benchmark files."""

from modgrow import places, script
from modgrow.experiments import resources
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--curves", "--output")
    curves = tables.read(args.curves, columns=("arm", "seed", "epoch", "n_tasks_solved"))
    table = resources.collect(places.around(args.output) / "benchmarks", args.id["seeds"], curves)
    tables.write(args.output, table, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
