"""How much the weights of one trained chain change from module to module (Fig. 5c)."""

import pandas as pd

from modgrow import script
from modgrow.experiments import conservation
from modgrow.schemas.conservation import SCHEMA
from modgrow.store import networks, tables


def main() -> None:
    args = script.arguments(__doc__, "--network", "--output")
    made_by = script.provenance(__file__, args.id, "torch")
    trained = networks.read(args.network)
    solved = list(trained.network.chain)[: trained.n_tasks_solved]
    recurrent = [module.recurrent.numpy() for module in solved]
    feedforward = [module.feedforward.numpy() for module in solved[1:]]
    rows = conservation.conservation(recurrent, feedforward)
    table = pd.DataFrame(rows, columns=conservation.COLUMNS).assign(arm=args.id["arm"], seed=trained.seed)
    made_by["network"] = trained.provenance["id"]
    tables.write(args.output, table, SCHEMA, made_by)


if __name__ == "__main__":
    script.run(main)
