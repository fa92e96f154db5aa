"""Draw the comparison of pool and fresh sequences."""

from modgrow import script
from modgrow.figures import job, pool_proof
from modgrow.schemas.pool_proof import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    figure = pool_proof.draw(tables.read(args.table, SCHEMA))
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
