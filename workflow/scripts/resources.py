"""Time and memory of every job, from Snakemake's benchmark files."""

from modgrow import places, script
from modgrow.experiments import resources
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.schemas.resources import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--curves", "--output")
    curves = tables.read(args.curves, CURVES)
    table = resources.collect(places.around(args.output) / "benchmarks", args.id["seeds"], curves)
    tables.write(args.output, table, SCHEMA, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
