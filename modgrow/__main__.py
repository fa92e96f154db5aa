"""Command line: `python -m modgrow settings | watch | compile`."""

import argparse
import sys

from modgrow.errors import ModgrowError


def main() -> None:
    """Dispatch; a mendable error is one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m modgrow", description="Helpers around the workflow.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("settings", help="every key of config.yaml: meaning, default, range")
    commands.add_parser("compile", help="compile the fused kernels now, so that no job has to")
    watch = commands.add_parser("watch", help="live view of all networks that are training")
    watch.add_argument("results", nargs="?", default="results", help="folder of the results")
    watch.add_argument("--once", action="store_true", help="print the view once and leave")
    args = parser.parse_args()
    try:
        _run(args)
    except ModgrowError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _run(args: argparse.Namespace) -> None:
    if args.command == "settings":
        from modgrow.describe import describe

        print(describe())
    elif args.command == "compile":
        print("compiling the fused kernels (once per machine, some seconds) ...", flush=True)
        from modgrow.model import loops

        loops.compile_all()
        print(f"compiled: {loops.cache_folder()}")
    else:
        from modgrow.watch import watch

        watch(args.results, once=args.once)


if __name__ == "__main__":
    main()
