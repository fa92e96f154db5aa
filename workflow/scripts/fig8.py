"""Draw Fig. 8: what suffices for a chain to grow, and costs."""

from pathlib import Path

from modgrow import script, study
from modgrow.figures import fig8, job
from modgrow.schemas import costs, exact, learning_curves, perturbation_summary
from modgrow.store import tables

SCHEMAS = {kind.SCHEMA.name: kind.SCHEMA for kind in (learning_curves, perturbation_summary, exact, costs)}


def main() -> None:
    args = script.arguments(__doc__, *job.OPTIONS)
    found = {}
    for path in args.inputs:
        name = Path(path).stem
        schema = SCHEMAS.get(name) or study.named(name).schema
        found[name] = tables.read(path, schema, args.id["arms"])
    job.save(fig8.draw(found, **script.told(args.id)), args)


if __name__ == "__main__":
    script.run(main)
