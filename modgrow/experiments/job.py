"""What the experiments' scripts share: a network is read, asked, and the rows written with what made them."""

from argparse import Namespace
from collections.abc import Callable

import pandas as pd

from modgrow import script
from modgrow.experiments.light import OPTIONS, deliver
from modgrow.learning.devices import keep_memory_compact, use_threads
from modgrow.store import networks
from modgrow.store.schema import Schema


def run(description: str, rows: Callable[..., pd.DataFrame], schema: Schema, *packages: str) -> None:
    """Run the script of an experiment: `rows` takes a trained network, and by name what is asked of it.

    `packages` are those that compute, beside torch.
    """

    def main() -> None:
        ask(script.arguments(description, *OPTIONS), rows, schema, *packages)

    script.run(main)


def ask(args: Namespace, rows: Callable[..., pd.DataFrame], schema: Schema, *packages: str) -> None:
    """Ask one network, as the arguments of a script say, and write its rows."""
    use_threads(int(args.threads))
    keep_memory_compact()
    made_by = script.provenance(args.id, "torch", *packages)
    deliver(args, networks.read(args.network), rows, schema, made_by)
