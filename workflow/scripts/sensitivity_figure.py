"""Draw under which settings each claim holds."""

from modgrow import script
from modgrow.figures import job, sensitivity
from modgrow.schemas.sensitivity_claims import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    figure = sensitivity.draw(tables.read(args.table, SCHEMA))
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
