"""Draw the comparison of pool and fresh sequences."""

from modgrow import script
from modgrow.figures import pool_proof, style
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    figure = pool_proof.draw(tables.read(args.table, pool_proof.COLUMNS))
    style.save(figure, args.svg, args.png)


if __name__ == "__main__":
    script.run(main)
