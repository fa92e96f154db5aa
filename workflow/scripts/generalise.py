"""Teach one trained network N + K with a new head (Fig. 2c)."""

from modgrow import script
from modgrow.experiments import generalisation
from modgrow.learning.devices import keep_memory_compact, use_threads
from modgrow.schemas.generalisation import SCHEMA
from modgrow.store import networks, tables


def main() -> None:
    args = script.arguments(__doc__, "--threads", "--network", "--output")
    use_threads(int(args.threads))
    keep_memory_compact()
    made_by = script.provenance(__file__, args.id, "torch", "numba", "llvmlite", "scipy")
    trained = networks.read(args.network)
    table = generalisation.rows(trained, **args.id["settings"]).assign(arm=args.id["arm"], seed=trained.seed)
    made_by["network"] = trained.provenance["id"]
    tables.write(args.output, table, SCHEMA, made_by)


if __name__ == "__main__":
    script.run(main)
