"""How much the weights of one trained chain change from module to module (Fig. 5c)."""

from modgrow import script
from modgrow.experiments import conservation
from modgrow.schemas.conservation import SCHEMA
from modgrow.store import networks, tables


def main() -> None:
    args = script.arguments(__doc__, "--network", "--output")
    made_by = script.provenance(__file__, args.id, "torch")
    trained = networks.read(args.network)
    table = conservation.rows(trained).assign(arm=args.id["arm"], seed=trained.seed)
    made_by["network"] = trained.provenance["id"]
    tables.write(args.output, table, SCHEMA, made_by)


if __name__ == "__main__":
    script.run(main)
