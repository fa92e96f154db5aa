"""What the scripts of experiments share without torch: all of it, for those that look at weights alone."""

from argparse import Namespace
from collections.abc import Callable

import pandas as pd

from modgrow import script
from modgrow.store import tables, weights
from modgrow.store.schema import Schema

OPTIONS = ("--threads", "--network", "--output")


def run(description: str, rows: Callable[..., pd.DataFrame], schema: Schema) -> None:
    """Run the script of an experiment on weights: `rows` takes them, and by name what is asked of them."""

    def main() -> None:
        args = script.arguments(description, *OPTIONS)
        deliver(args, weights.read(args.network), rows, schema, script.provenance(args.id))

    script.run(main)


def deliver(
    args: Namespace, network, rows: Callable[..., pd.DataFrame], schema: Schema, made_by: dict
) -> None:
    """Ask a network that was read (`Trained` or `Weights`), and write its rows with what made them."""
    table = rows(network, **args.id["settings"]).assign(arm=args.id["arm"], seed=network.seed)
    tables.write(args.output, table, schema, made_by | {"network": network.provenance["id"]})
