"""Draw Fig. 1: the two architectures, from a modular and a flat network."""

from modgrow import script
from modgrow.figures import fig1, job
from modgrow.store import weights


def main() -> None:
    args = script.arguments(__doc__, *job.OPTIONS)
    modular, flat = (weights.read(path).chain for path in args.inputs)
    arm = next(arm for arm in script.recipes(args.id).values() if arm.grows)
    job.save(fig1.draw(modular[: args.id["modules"]], flat, arm), args)


if __name__ == "__main__":
    script.run(main)
