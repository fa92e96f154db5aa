"""Draw Fig. 1: the two architectures, from a modular and a flat network."""

from modgrow import script
from modgrow.experiments.weights import as_arrays
from modgrow.figures import fig1, job
from modgrow.store import networks


def main() -> None:
    args = script.arguments(__doc__, *job.OPTIONS)
    modular, flat = (networks.read(path).network for path in args.inputs)
    job.save(fig1.draw(as_arrays(modular, args.id["modules"]), as_arrays(flat, 1)), args)


if __name__ == "__main__":
    script.run(main)
