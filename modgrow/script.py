"""What every script of the workflow shares: its `--id`, what made its result, errors in one line."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from modgrow import machine, source
from modgrow.arm import Arm, arm_from_json
from modgrow.errors import ModgrowError
from modgrow.store import tables
from modgrow.store.schema import Schema

PACKAGES = ("numpy", "pandas", "pyarrow")
SEVERAL = ("--inputs", "--outputs")
OF_NO_JOB = ("code", "files", "paper", "note")  # keys of an identity that no job is told


def arguments(description: str, *required: str) -> argparse.Namespace:
    """Parse `--id` (canonical JSON: the code's digest and the settings used) and `required` options.

    `--inputs` and `--outputs` take any number of files, other options one text. Raises ModgrowError if the
    code has changed since the job was planned: its identity would be wrong.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--id", type=json.loads, required=True, help="settings used, as JSON")
    for name in required:
        parser.add_argument(name, required=True, nargs="*" if name in SEVERAL else None)
    args = parser.parse_args()
    planned, found = args.id.get("code"), source.digest(_itself(), args.id.get("files", ()))
    if planned not in (None, found):
        raise ModgrowError(f"{sys.argv[0]}: the source has changed since this run was planned; start again")
    return args


def told(identity: dict) -> dict[str, Any]:
    """What an identity tells a job by name, beside its code and its note; `arms` as records."""
    said = {name: value for name, value in identity.items() if name not in OF_NO_JOB}
    if "arms" in said:
        said["arms"] = recipes(identity)
    return said


def recipes(identity: dict) -> dict[str, Arm]:
    """The arms by name whose settings an identity holds."""
    return {name: arm_from_json(settings) for name, settings in identity["arms"].items()}


def provenance(identity: dict, *packages: str, **more: str) -> dict:
    """What made a result: its identity, the digests of its source files, versions, machine, and `more`."""
    versions = {name: version(name) for name in (*PACKAGES, *packages)}
    computes = {"machine": machine.described(packages, more.get("device", "cpu"))}
    sources = source.digests(_itself(), identity.get("files", ()))
    return {"id": identity, "sources": sources, "versions": versions, **computes, **more}


def _itself() -> Path:
    """The script that runs."""
    return Path(sys.argv[0]).resolve()


def derive(
    description: str,
    rows: Callable[..., pd.DataFrame],
    schema: Schema,
    *read: Schema,
    packages: Sequence[str] = (),
) -> None:
    """Run the script of a table made from tables: `rows` takes those of the schemas `read`, in this order.

    By name it takes what the identity tells. `packages` are those that compute, beside the usual.
    """

    def main() -> None:
        args = arguments(description, "--inputs", "--outputs")
        pairs = zip(args.inputs, read, strict=True)
        found = [tables.read(path, kind, args.id.get("arms")) for path, kind in pairs]
        made = rows(*found, **told(args.id))
        tables.write(args.outputs[0], made, schema, provenance(args.id, *packages))

    run(main)


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`; a mendable error, or Ctrl-C, is one line and exit code 1."""
    _fill_closed_streams()
    try:
        main()
    except ModgrowError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped by SIGINT")


def _fill_closed_streams() -> None:
    """Let no file of results take the number of a standard stream that was closed: messages go there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
