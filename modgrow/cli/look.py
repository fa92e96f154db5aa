"""A picture of a network while it runs: `modgrow look`."""

from pathlib import Path

import numpy as np
import torch

from modgrow import task
from modgrow.errors import ModgrowError, printable
from modgrow.figures import look, moving, style
from modgrow.model.trained import Trained, read_bits
from modgrow.store import networks
from modgrow.streams import stream

RANDOM = "random:"
AFTER = 60  # steps for which all heads are asked, where nothing is said of the bits
MOST_BITS = 2000
MOVING = ".gif"
SHOWN = 4  # modules, where none are named


def picture(
    path: str, bits: str | None, seed: int, modules: str | None, output: str, n: int | None = None
) -> str:
    """Run a network on bits, draw it, and say what came out. Raises ModgrowError.

    `n`: the network as it was when it had solved N = `n`; None: its last N.
    """
    _refuse_others(path, output)
    trained = _known(path, n)
    given = _bits(bits, seed, trained.heads[-1] + AFTER)
    if Path(output).suffix == MOVING:
        running = _run_for_moving(trained, given, modules, output)
        moving.write(running, output)
    else:
        running = run(trained, given, _modules(modules, len(trained.network.chain)))
        drawn = look.draw(running, f"{trained.arm.title}: {_told(running)}")
        paths = {Path(output).suffix: output}
        style.save(drawn, paths.get(".svg"), paths.get(".png"))
    told = _told(running)
    heads = f"N = {trained.heads[0]} to {trained.heads[-1]}"
    return f"{output}: {trained.arm.title}, seed {trained.seed}, {heads}, on {len(given)} bits: {told}"


def run(trained: Trained, bits: np.ndarray, modules: list[int]) -> look.Running:
    """What a network does on `bits` (time,), from a silent start, and where its heads are wrong."""
    learnt = task.named(trained.arm.task)
    activity = trained.activity(bits)[..., 0].numpy()
    answers = trained.answers(bits)[..., 0].numpy()
    column = torch.from_numpy(bits)[:, None]
    labels = np.stack([learnt.labels(column, n)[:, 0].numpy() for n in trained.heads])
    seen = np.arange(1, len(bits) + 1)
    asked = np.stack([seen >= learnt.shortest(n) for n in trained.heads])
    wrong = asked & (answers != labels)
    shown = {m: activity[m - 1] for m in modules}
    return look.Running(bits, shown, answers, asked, wrong, trained.arm.n_first, flat=not trained.arm.grows)


def _told(running: look.Running) -> str:
    """How many of the answers that were asked for are wrong, in words."""
    if not running.wrong.any():
        return "no answer wrong"
    return f"{100 * running.wrong.sum() / running.asked.sum():.2g}% of answers wrong"


def _run_for_moving(trained: Trained, bits: np.ndarray, modules: str | None, output: str) -> look.Running:
    """With all modules, as a moving picture shows them. Raises ModgrowError."""
    if not trained.arm.grows:
        raise ModgrowError(f"{output}: a moving picture shows a chain that grows; this network is flat")
    if modules is not None:
        raise ModgrowError(f"{output}: a moving picture shows all modules; leave --modules out")
    return run(trained, bits, list(range(1, len(trained.network.chain) + 1)))


def _known(path: str, n: int | None) -> Trained:
    """A network as it was when it had solved N = `n`, or its last N; as it is if it never solved any."""
    trained = networks.read(path)
    if n is None:
        return trained.at(trained.n_solved) or trained
    found = trained.at(n)
    if found is None:
        raise ModgrowError(f"--n {n}: this network has not solved it; it came to N = {trained.n_solved}")
    return found


def _bits(said: str | None, seed: int, usual: int) -> np.ndarray:
    """The bits that were asked for: text of 0 and 1, `random:200`, or a usual number of random ones."""
    if said is not None and not said.startswith(RANDOM):
        bits = read_bits(said)[:, 0].numpy()
    else:
        count = _count(said.removeprefix(RANDOM)) if said else usual
        bits = (stream(seed, "look").random(count) < 0.5).astype(np.float64)
    if len(bits) > MOST_BITS:
        raise ModgrowError(
            f"--bits: {len(bits)} bits are more than a picture shows; give {MOST_BITS} at most"
        )
    return bits


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        raise ModgrowError(f"--bits random:{printable(text)}: is no number of bits; write random:200")
    return int(text[:9])


def _modules(said: str | None, there: int) -> list[int]:
    """The modules that were asked for, counted from 1, or some from the first to the last."""
    if said is None:
        return np.unique(np.linspace(1, there, SHOWN).round().astype(int)).tolist()
    found = []
    for word in said.split(","):
        m = int(word) if word.strip().isascii() and word.strip().isdigit() else 0
        if not 1 <= m <= there:
            known = f"there are 1 to {there}" if there > 1 else "there is 1 alone"
            raise ModgrowError(f"--modules: {printable(word)!r} is no module of this network; {known}")
        found.append(m)
    return list(dict.fromkeys(found))


def _refuse_others(path: str, output: str) -> None:
    """Raise ModgrowError for files that by their names cannot be a network and a picture."""
    if Path(path).suffix != ".safetensors":
        raise ModgrowError(f"{path}: is no network; name a .safetensors file")
    if Path(output).suffix not in (".png", ".svg", MOVING):
        raise ModgrowError(f"{output}: a picture is a .png or .svg file, a moving one a .gif; name it so")
