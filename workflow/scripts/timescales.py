"""Record one trained network and fit the timescales of its neurons (Fig. 4)."""

from modgrow import script
from modgrow.experiments import timescales
from modgrow.learning.devices import keep_memory_compact, use_threads
from modgrow.schemas.timescales import SCHEMA
from modgrow.store import networks, tables


def main() -> None:
    args = script.arguments(__doc__, "--threads", "--network", "--output")
    use_threads(int(args.threads))
    keep_memory_compact()
    made_by = script.provenance(__file__, args.id, "torch", "numba", "llvmlite", "scipy")
    trained = networks.read(args.network)
    table = timescales.rows(trained, **args.id["settings"]).assign(arm=args.id["arm"], seed=trained.seed)
    made_by["network"] = trained.provenance["id"]
    tables.write(args.output, table, SCHEMA, made_by)


if __name__ == "__main__":
    script.run(main)
