"""Command line: `python -m modgrow settings | check | compile | watch | show | compare | why | ...`."""

import argparse
import signal
import sys

from modgrow.errors import ModgrowError


def main() -> None:
    """Dispatch; a mendable error is one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m modgrow", description="Helpers around the workflow.")
    commands = parser.add_subparsers(dest="command", required=True)
    settings = commands.add_parser("settings", help="every key of config.yaml: meaning, default, range")
    settings.add_argument("file", nargs="?", help="check this settings file instead")
    settings.add_argument("--markdown", action="store_true", help="as the page config/README.md")
    commands.add_parser("compile", help="compile the fused kernels now, so that no job has to")
    watch = commands.add_parser("watch", help="live view of all networks that are training")
    watch.add_argument("results", nargs="?", default="results", help="folder of the results")
    watch.add_argument("--once", action="store_true", help="print the view once and leave")
    show = commands.add_parser("show", help="what made a network or a table, and what is in it")
    show.add_argument("file")
    compare = commands.add_parser("compare", help="in what two networks or two tables differ")
    compare.add_argument("files", nargs=2)
    why = commands.add_parser("why", help="which changed setting or source file would make a result again")
    why.add_argument("target", help="a file that the workflow makes")
    why.add_argument("--configfile", nargs="+", help="the settings files given to Snakemake, if any")
    why.add_argument("--config", nargs="+", help="the settings given to Snakemake, if any")
    why.add_argument("-s", "--snakefile", help="the Snakefile given to Snakemake, if any")
    why.add_argument("-d", "--directory", help="the working folder given to Snakemake, if any")
    check = commands.add_parser("check", help="what is wrong with settings files, or what they ask for")
    check.add_argument("files", nargs="+", help="each as it would be given to --configfile")
    missing = commands.add_parser("missing", help="whether all is made and up to date, without making it")
    report = commands.add_parser("report", help="the HTML report of a finished run, into its results")
    for finished in (missing, report):
        finished.add_argument("--configfile", help="the settings file given to Snakemake, if not config.yaml")
    args = parser.parse_args()
    try:
        _run(args)
    except ModgrowError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _options(args: argparse.Namespace, *names: str) -> list[str]:
    """Those of the options that were given, as words of a command again."""
    values = {name: getattr(args, name) for name in names}
    return [
        word
        for name, value in values.items()
        if value
        for word in (f"--{name}", *([value] if isinstance(value, str) else value))
    ]


def _run(args: argparse.Namespace) -> None:
    if args.command == "settings" and args.file:
        from modgrow.config import load

        found = load(args.file)
        print(
            f"{args.file}: {len(found.arms)} arms, {sum(found.arm_seeds.values())} networks; nothing is wrong"
        )
    elif args.command == "settings":
        from modgrow.describe import describe, markdown

        print(markdown() if args.markdown else describe(), end="" if args.markdown else "\n")
    elif args.command == "compile":
        print("compiling the kernels (once per type of processor, half a minute) ...", flush=True)
        from modgrow.experiments import autocorrelation
        from modgrow.model import compiled, loops

        for module in (loops, autocorrelation):
            print(f"compiled: {compiled.load(module.__name__) or 'kept nowhere'}")
    elif args.command == "show":
        from modgrow.inspection import show

        print(show(args.file))
    elif args.command == "compare":
        from modgrow.inspection import compare

        print(compare(*args.files))
    elif args.command == "why":
        from modgrow.why import why

        print(why(args.target, _options(args, "snakefile", "directory", "configfile", "config")))
    elif args.command == "check":
        from modgrow.report import settings

        for file in args.files:
            found = settings(file)
            asked = len(found.networks()), len(found.arms_of()), found.results
            print("{}: {} networks of {} arms make up `all`; results in {}/".format(file, *asked))
    elif args.command == "missing":
        from modgrow.report import missing

        missing(args.configfile)
    elif args.command == "report":
        from modgrow.report import report

        print(f"the report: {report(args.configfile)}")
    else:
        from modgrow.watch import watch

        watch(args.results, once=args.once)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # in `... | head` to end in silence, as other commands do
    main()
