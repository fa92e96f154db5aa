"""Ask one trained network what a study asks: the file of modgrow/studies that the identity names."""

from modgrow import script, study
from modgrow.experiments import job


def main() -> None:
    args = script.arguments(__doc__, *job.OPTIONS)
    asked = study.named(args.id["study"])
    job.ask(args, asked.rows, asked.schema, "numba", "llvmlite", "scipy")


if __name__ == "__main__":
    script.run(main)
