"""Judge the claims under every sensitivity variant."""

import pandas as pd

from modgrow import places, script
from modgrow.arm import arm_from_json
from modgrow.schemas.evidence import SCHEMAS
from modgrow.schemas.sensitivity_claims import SCHEMA
from modgrow.store import files, tables
from modgrow.verdict import judge, paper
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--table", "--csv")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    found: dict[str, list[pd.DataFrame]] = {}
    for folder, names in args.id["folders"].items():
        for name in names:
            path = places.around(args.table) / folder / f"{name}.parquet"
            found.setdefault(name, []).append(tables.read(path, SCHEMAS[name], args.id["arms"]))
    whole = {name: pd.concat(parts, ignore_index=True) for name, parts in found.items()}
    evidence = Evidence(whole, arms, paper.experiments_from_json(args.id["experiments"]))
    claims = judge.judge_variants(evidence, args.id["variants"], args.id["stand_ins"], args.id["seeds"])
    tables.write(args.table, claims, SCHEMA, script.provenance(__file__, args.id, "scipy"))
    files.write(args.csv, lambda path: claims.to_csv(path, index=False))


if __name__ == "__main__":
    script.run(main)
