"""Judge the claims under every sensitivity variant."""

from modgrow import script
from modgrow.schemas import evidence
from modgrow.schemas.sensitivity_claims import SCHEMA
from modgrow.store import files, tables
from modgrow.verdict import judge, paper
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    table, csv = args.outputs
    found = evidence.read(args.inputs, args.id["arms"])
    experiments = paper.experiments_from_json(args.id["experiments"])
    ours = Evidence(found, script.recipes(args.id), experiments)
    claims = judge.judge_variants(ours, args.id["variants"], args.id["stand_ins"], args.id["seeds"])
    tables.write(table, claims, SCHEMA, script.provenance(args.id, "scipy"))
    files.write(csv, lambda path: claims.to_csv(path, index=False))


if __name__ == "__main__":
    script.run(main)
