"""Draw the verdict on every claim, on one page."""

from modgrow import script
from modgrow.figures import claims, style
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    figure = claims.draw(tables.read(args.table, claims.COLUMNS))
    style.save(figure, args.svg, args.png)


if __name__ == "__main__":
    script.run(main)
