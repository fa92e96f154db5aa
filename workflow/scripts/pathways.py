"""What each arm of Fig. 6 copied, froze and trained in a new module, and how far it got."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.experiments import pathways
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--curves", "--output")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    curves = tables.read(args.curves, columns=("arm", "seed", "epoch", "n_solved"))
    tables.write(args.output, pathways.summary(curves, arms), script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
