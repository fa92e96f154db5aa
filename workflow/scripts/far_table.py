"""What the networks of target `far` cost, from Snakemake's benchmark files and the states of training."""

from modgrow import places, script
from modgrow.experiments import resources
from modgrow.learning import costs
from modgrow.schemas.far import SCHEMA
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    (made,) = args.outputs
    results, seeds = places.around(made), places.seeds_in(args.id["seeds"])
    curves = tables.collect(results / "learning_curves", CURVES, seeds, args.id["planned"])
    before = costs.before_the_last_part(results / "states", seeds)
    jobs = resources.collect(results / "benchmarks", seeds, curves, before)
    tables.write(made, resources.of_networks(jobs, curves), SCHEMA, script.provenance(args.id))


if __name__ == "__main__":
    script.run(main)
