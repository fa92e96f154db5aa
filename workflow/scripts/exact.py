"""Perturb the weights of networks built by hand (the null of Fig. 3a)."""

from modgrow import script
from modgrow.experiments import exact
from modgrow.learning.devices import keep_memory_compact, use_threads
from modgrow.schemas.exact import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    use_threads(1)
    keep_memory_compact()
    made = exact.rows(**script.told(args.id))
    tables.write(args.outputs[0], made, SCHEMA, script.provenance(args.id, "torch"))


if __name__ == "__main__":
    script.run(main)
