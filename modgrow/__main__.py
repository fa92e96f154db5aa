"""Command line: `modgrow settings | check | compile | watch | ...`, or `python -m modgrow`.

Every command loads what it needs when it runs, so that none waits for torch but those that compute.
"""

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator

from modgrow import config, places, published
from modgrow.errors import ModgrowError
from modgrow.version import __version__


def main() -> None:
    """Dispatch; a mendable error is one line and exit code 1."""
    with _ending_with_its_reader():
        args = _parser().parse_args()
        try:
            args.run(args)
        except ModgrowError as error:
            sys.exit(f"error: {error}")
        except KeyboardInterrupt:
            sys.exit(130)


@contextlib.contextmanager
def _ending_with_its_reader() -> Iterator[None]:
    """In `... | head`, end in silence as other commands do; a Python that calls `main` keeps its own way."""
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        yield
    finally:
        if sys.stdout:  # None where it was closed
            sys.stdout.flush()
        signal.signal(signal.SIGPIPE, before)


def _parser() -> argparse.ArgumentParser:
    name = "modgrow" if sys.argv[0].endswith("modgrow") else "python -m modgrow"
    parser = argparse.ArgumentParser(prog=name, description="Helpers around the workflow.")
    parser.add_argument("--version", action="version", version=f"modgrow {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_readers(commands)
    _add_planners(commands)
    return parser


def _add_readers(commands) -> None:
    """What works wherever the package is installed."""
    settings = _add(commands, _settings, "every key of config.yaml: meaning, default, range")
    settings.add_argument("file", nargs="?", help="check this settings file instead")
    settings.add_argument("--markdown", action="store_true", help="as the page config/README.md")
    _add(commands, _compile, "compile the fused kernels now, so that no job has to")
    watch = _add(commands, _watch, "live view of all networks that are training")
    watch.add_argument("results", nargs="?", default="results", help="folder of the results")
    watch.add_argument("--once", action="store_true", help="print the view once and leave")
    show = _add(commands, _show, "what made a network or a table, and what is in it")
    show.add_argument("file")
    compare = _add(commands, _compare, "in what two networks or two tables differ")
    compare.add_argument("files", nargs=2)
    look = _add(commands, _look, "a picture of a network while it runs: bits, activity, answers and errors")
    look.add_argument("file", help="a network, modular or flat: a file, or the name of a published one")
    look.add_argument(
        "--bits", help="such as 0110100, or random:200 (default: 60 more than the last head's N)"
    )
    look.add_argument("--seed", type=int, default=0, help="of random bits (default: 0)")
    look.add_argument("--modules", help="whose activity is shown, such as 2,5,10 (default: four of them)")
    look.add_argument("--n", type=int, help="as it was when it had solved this N (default: the last)")
    where = "a .png or .svg file, or .gif: a chain that grows (default: look.png)"
    look.add_argument("--output", default="look.png", help=where)
    explore = _add(commands, _explore, "a page to play with networks in a browser, and to grow one live")
    explore.add_argument(
        "files", nargs="*", help="networks, files or names of published ones; the first chain is shown first"
    )
    explore.add_argument("--output", default="explorer.html", help="an .html file (default: explorer.html)")
    exact = _add(commands, _exact, "write a network that is built by hand and answers every N")
    exact.add_argument("units", type=int, help="neurons per module, or of the whole flat network; from 2 on")
    exact.add_argument("file", help="where to, a .safetensors file that is not there yet")
    exact.add_argument("--n", type=int, help="the largest N of a chain, from 2 on (default: 61)")
    exact.add_argument("--flat", action="store_true", help="one population, to N = units // 2 + 1")
    check = _add(commands, _check, "what is wrong with settings files, or what they ask for")
    check.add_argument("files", nargs="+", help="each as it would be given to --configfile")


def _add_planners(commands) -> None:
    """What asks the workflow, and so needs a checkout."""
    why = _add(commands, _why, "which changed setting or source file would make a result again")
    why.add_argument("target", help="a file that the workflow makes")
    why.add_argument("--configfile", nargs="+", help="the settings files given to Snakemake, if any")
    why.add_argument("--config", nargs="+", help="the settings given to Snakemake, if any")
    why.add_argument("-s", "--snakefile", help="the Snakefile given to Snakemake, if any")
    why.add_argument("-d", "--directory", help="the working folder given to Snakemake, if any")
    _add(commands, _register, "write down what is registered: claims, thresholds, arms, seeds, columns")
    _add(commands, _prose, "fill the pages of docs whose numbers come from tables")
    publish = _add(
        commands, _publish, "copy claims, figures and tables of a run, finished or not, to docs/results"
    )
    publish.add_argument(
        "--limit", type=float, default=5.0, help="MB that a packed table may have (default: 5)"
    )
    missing = _add(commands, _missing, "whether all is made and up to date, without making it")
    report = _add(commands, _report, "the HTML report of a finished run, into its results")
    for finished in (missing, report):
        finished.add_argument("--configfile", help="the settings file given to Snakemake, if not config.yaml")


def _add(commands, run, meaning: str) -> argparse.ArgumentParser:
    """The command that a function serves, under the function's name."""
    command = commands.add_parser(run.__name__.strip("_"), help=meaning)
    command.set_defaults(run=run)
    return command


def _settings(args: argparse.Namespace) -> None:
    if args.file:
        found = config.load(args.file)
        networks = sum(found.arm_seeds.values())
        print(f"{args.file}: {len(found.arms)} arms, {networks} networks; nothing is wrong")
        return
    from modgrow.cli.describe import describe, markdown

    print(markdown() if args.markdown else describe(), end="" if args.markdown else "\n")


def _compile(args: argparse.Namespace) -> None:
    print("compiling the kernels (once per type of processor, half a minute) ...", flush=True)
    from modgrow.experiments import autocorrelation
    from modgrow.model import compiled, loops

    for module in (loops, autocorrelation):
        print(f"compiled: {compiled.load(module.__name__) or 'kept nowhere'}")


def _watch(args: argparse.Namespace) -> None:
    from modgrow.cli.watch import watch

    watch(args.results, once=args.once)


def _show(args: argparse.Namespace) -> None:
    from modgrow.cli.inspection import show

    print(show(published.path_of(args.file)))


def _compare(args: argparse.Namespace) -> None:
    from modgrow.cli.inspection import compare

    print(compare(*map(published.path_of, args.files)))


def _look(args: argparse.Namespace) -> None:
    from modgrow.cli.look import picture

    print(picture(published.path_of(args.file), args.bits, args.seed, args.modules, args.output, args.n))


def _explore(args: argparse.Namespace) -> None:
    from modgrow.cli import explore

    print(explore.write([published.path_of(file) for file in args.files], args.output))


def _exact(args: argparse.Namespace) -> None:
    from modgrow.cli import exact

    print(exact.write(args.file, args.units, args.n, args.flat))


def _check(args: argparse.Namespace) -> None:
    from modgrow.cli.report import settings

    for file in args.files:
        if "arms" not in config.read_yaml(file):
            _refuse_without_checkout(f"check {file} (it has no arms, and changes those of config.yaml)")
        found = settings(file)
        asked = len(found.networks()), len(found.arms_of()), found.results
        print("{}: {} networks of {} arms make up `all`; results in {}/".format(file, *asked))


def _why(args: argparse.Namespace) -> None:
    _refuse_without_checkout("why")
    from modgrow.cli.why import why

    print(why(args.target, _given(args, "snakefile", "directory", "configfile", "config")))


def _register(args: argparse.Namespace) -> None:
    _refuse_without_checkout("register")
    from modgrow import source
    from modgrow.store import files
    from modgrow.verdict import registration

    path = source.ROOT / "docs" / "registration.json"
    text = registration.text(config.load(source.ROOT / "config.yaml"))
    files.write(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    print(f"{path}: written; say in docs/log.md what changed, and why")


def _prose(args: argparse.Namespace) -> None:
    _refuse_without_checkout("prose")
    from modgrow import prose
    from modgrow.store import files

    filled = prose.pages(config.load(places.ROOT / "config.yaml"))
    for page, text in filled.items():
        files.write(
            places.ROOT / page, lambda temporary, text=text: temporary.write_text(text, encoding="utf-8")
        )
        print(f"{page}: written")


def _publish(args: argparse.Namespace) -> None:
    _refuse_without_checkout("publish")
    from modgrow.publish import publish

    found = config.load(places.ROOT / "config.yaml")
    print(publish(found, places.ROOT / found.results, places.ROOT / "docs" / "results", args.limit))


def _missing(args: argparse.Namespace) -> None:
    _refuse_without_checkout("missing")
    from modgrow.cli.report import missing

    missing(args.configfile)


def _report(args: argparse.Namespace) -> None:
    _refuse_without_checkout("report")
    from modgrow.cli.report import report

    print(f"the report: {report(args.configfile)}")


def _refuse_without_checkout(command: str) -> None:
    """Raise ModgrowError where the package is installed without the workflow around it."""
    if not (places.ROOT / "Snakefile").is_file():
        raise ModgrowError(
            f"modgrow {command}: needs the workflow, and this package is installed without; "
            "clone the project, run `make setup` in it, and there `.venv/bin/python -m modgrow ...`"
        )


def _given(args: argparse.Namespace, *names: str) -> list[str]:
    """Those of the options that were given, as words of a command again."""
    words = []
    for name in names:
        value = getattr(args, name)
        if value:
            words.append(f"--{name}")
            words += [value] if isinstance(value, str) else value
    return words


if __name__ == "__main__":
    main()
