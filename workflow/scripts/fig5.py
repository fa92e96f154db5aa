"""Draw Fig. 5."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.figures import fig5, job
from modgrow.schemas.conservation import SCHEMA as CONSERVATION
from modgrow.schemas.perturbation import SCHEMA as PERTURBATION
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--perturbation", "--conservation", "--svg", "--png")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    table = tables.read(args.perturbation, PERTURBATION, args.id["arms"])
    change = tables.read(args.conservation, CONSERVATION, args.id["arms"])
    figure = fig5.draw(table, change, args.id["arm"], arms)
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
