"""What the figures' scripts share: what they read, where a figure goes, what it says of its settings."""

from argparse import Namespace
from collections.abc import Callable

from modgrow import script
from modgrow.figures import style
from modgrow.figures.style import Figure
from modgrow.store import tables
from modgrow.store.schema import Schema

OPTIONS = ("--inputs", "--outputs")


def run(description: str, draw: Callable[..., Figure], *read: Schema) -> None:
    """Run the script of a figure: `draw` takes the tables of the schemas `read`, in this order.

    By name it takes what the identity tells: the arms that are shown, and settings.
    """

    def main() -> None:
        args = script.arguments(description, *OPTIONS)
        pairs = zip(args.inputs, read, strict=True)
        found = [tables.read(path, kind, args.id.get("arms")) for path, kind in pairs]
        save(draw(*found, **script.told(args.id)), args)

    script.run(main)


def save(figure: Figure, args: Namespace) -> None:
    """Write the figure of a job in both formats, over the note on its settings. Raises StoreError."""
    svg, png = args.outputs
    style.save(figure, svg, png, args.id.get("note", ""))
