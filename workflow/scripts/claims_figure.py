"""Draw the verdict on every claim, on one page."""

from modgrow import script
from modgrow.figures import claims, job
from modgrow.schemas.claims import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    figure = claims.draw(tables.read(args.table, SCHEMA))
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
