"""What the figures' scripts share: where a drawn figure goes, and what it says of its settings."""

from argparse import Namespace

from modgrow.figures import style
from modgrow.figures.style import Figure


def save(figure: Figure, args: Namespace) -> None:
    """Write the figure of a job in both formats, over the note on its settings. Raises StoreError."""
    style.save(figure, args.svg, args.png, args.id.get("note", ""))
