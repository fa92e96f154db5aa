"""What every script of the workflow shares: its `--id`, and errors a user can mend as one line."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from modgrow import machine, source
from modgrow.errors import ModgrowError

PACKAGES = ("numpy", "pandas", "pyarrow")


def arguments(description: str, *required: str) -> argparse.Namespace:
    """Parse `--id` (canonical JSON: the code's digest and the settings used) and `required` options.

    Raises ModgrowError if the code has changed since the job was planned: its identity would be wrong.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--id", type=json.loads, required=True, help="settings used, as JSON")
    for name in required:
        parser.add_argument(name, required=True)
    args = parser.parse_args()
    planned, found = args.id.get("code"), source.digest(Path(sys.argv[0]).resolve())
    if planned not in (None, found):
        raise ModgrowError(f"{sys.argv[0]}: the source has changed since this run was planned; start again")
    return args


def provenance(script: str, identity: dict, *packages: str, **more: str) -> dict:
    """What made a result: its identity, the digests of its source files, versions, machine, and `more`."""
    versions = {name: version(name) for name in (*PACKAGES, *packages)}
    computes = {"machine": machine.described(packages, more.get("device", "cpu"))}
    return {"id": identity, "sources": source.digests(script), "versions": versions, **computes, **more}


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
