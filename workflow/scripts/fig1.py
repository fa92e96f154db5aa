"""Draw Fig. 1 from two trained networks."""

from modgrow import script
from modgrow.experiments.weights import as_arrays
from modgrow.figures import fig1, job
from modgrow.store import networks


def main() -> None:
    args = script.arguments(__doc__, "--modular", "--flat", "--svg", "--png")
    modular = as_arrays(networks.read(args.modular).network, args.id["modules"])
    flat = as_arrays(networks.read(args.flat).network, 1)
    figure = fig1.draw(modular, flat)
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
