"""Time and memory of every job, from Snakemake's benchmark files and the states of training."""

from modgrow import places, script
from modgrow.experiments import resources
from modgrow.learning import costs
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.schemas.resources import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    (read,), (made,) = args.inputs, args.outputs
    results, seeds = places.around(made), places.seeds_in(args.id["seeds"])
    before = costs.before_the_last_part(results / "states", seeds)
    table = resources.collect(results / "benchmarks", seeds, tables.read(read, CURVES), before)
    tables.write(made, table, SCHEMA, script.provenance(args.id))


if __name__ == "__main__":
    script.run(main)
