"""What the figures' scripts share: where a drawn figure goes."""

from argparse import Namespace

from modgrow.figures import style
from modgrow.figures.style import Figure


def save(figure: Figure, args: Namespace) -> None:
    """Write the figure of a job in both formats. Raises StoreError."""
    style.save(figure, args.svg, args.png)
