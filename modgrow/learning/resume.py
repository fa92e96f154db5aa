"""Going on: a job that was stopped, however, starts again after the last epoch that it had finished.

Epochs are replayed exactly (their randomness is keyed by their number), so the finished files have the
bytes of a run that was never stopped.
"""

import contextlib
import itertools
import math
import os
import signal
from pathlib import Path

from modgrow.arm import Arm
from modgrow.differences import differences, in_words
from modgrow.errors import StoreError
from modgrow.learning.costs import Meter
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.progress import clock, say
from modgrow.model.trained import Trained
from modgrow.store import files, networks, states
from modgrow.store.states import Part, State

SAY_WHEN_TO_STOP = ("id.settings.epochs", "id.settings.n_max")  # and nothing about what happens before


class Job:
    """One job that trains a network: its `curriculum`, and the state at `path` that it keeps.

    It goes on from a state that a stopped job left, or that was finished under lower `epochs` or `n_max`.
    One whose network was delivered is not gone on from under the same settings: who asks for a network
    again wants it trained again. A state that is damaged, or that other settings, code or versions
    made, is set aside with a line in the log. Raises StoreError where states cannot be kept.
    """

    def __init__(self, arm: Arm, seed: int, device: str, path: str | Path, made_by: dict):
        self.path = Path(path)
        self.made_by = made_by
        self._meter = Meter()
        self._before: list[Part] = []
        self._earlier: str | None = None
        files.refuse_unwritable(self.path.parent)
        self.curriculum = Curriculum(arm, seed, device)
        if os.path.lexists(self.path):
            self._begin_from_what_is_there()

    @property
    def parts(self) -> list[Part]:
        """What every job cost that has trained this network, this one so far."""
        return [*self._before, self._meter.read()]

    def keep(self, delivered: bool = False) -> None:
        """Write the state after the last epoch. Raises StoreError."""
        kept = {"parts": self.parts, "delivered": delivered, "earlier": self._earlier}
        states.write(self.path, self.curriculum.state(self.made_by, **kept))

    def deliver(self) -> None:
        """Note that the network stands where it belongs, and whether it is the one that stood there."""
        if self._earlier is not None:
            trained = Trained.of(self.curriculum, {})
            same = networks.fingerprint(trained) == self._earlier
            say(f"{self.path}: {EQUAL if same else UNEQUAL}")
        self.keep(delivered=True)

    def _begin_from_what_is_there(self) -> None:
        try:
            state = states.read(self.path)
        except StoreError as error:
            return _set_aside(self.path, str(error))
        if reason := _why_not(state, self.curriculum, self.made_by):
            return _set_aside(self.path, reason)
        if state.journal.delivered and state.trained.arm == self.curriculum.arm:
            say(f"{self.path}: its network was finished and is asked for again: trained again from nothing")
            self._earlier = networks.fingerprint(state.trained)
        else:
            self._go_on(state)

    def _go_on(self, state: State) -> None:
        self._before = state.journal.parts
        self._earlier = state.journal.earlier
        spent = clock(math.fsum(part.seconds for part in self._before))
        words = f"part {len(self._before) + 1}, {spent} spent before"
        say(f"{self.path}: going on after epoch {len(state.records)} ({words})")
        self.curriculum.restore(state)


EQUAL = "trained again, the network has the same bytes as before"
UNEQUAL = (
    "trained again, the network is not the one that it was: another processor or library computes it now, "
    "or something here is not deterministic"
)


def leave_on_signals() -> None:
    """Let SIGINT, SIGTERM and SIGUSR1 (a scheduler's warning) end the job at once: a line, exit code 1.

    Nothing is left to save: the state of the last finished epoch is on disk. Python is not shut down,
    which takes torch seconds on a busy machine. What the job's parent lets it ignore stays ignored.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _leave)


def _leave(number: int, frame: object) -> None:
    name = signal.Signals(number).name
    with contextlib.suppress(OSError):
        os.write(2, f"stopped by {name}; started again, it goes on from its last whole epoch\n".encode())
    os._exit(1)


def _why_not(state: State, curriculum: Curriculum, made_by: dict) -> str:
    """Why `curriculum` cannot go on from `state`; empty if it can, or begins where the state does."""
    arm = curriculum.arm
    before = state.trained.arm
    ours = {"settings": arm.canonical, "seed": curriculum.seed}
    theirs = dict(state.trained.provenance)
    theirs["id"] = {"settings": before.canonical, "seed": state.trained.seed, **theirs.get("id", {})}
    changed = differences(theirs, {**made_by, "id": {**ours, **made_by.get("id", {})}})
    changed = {key: both for key, both in changed.items() if key not in SAY_WHEN_TO_STOP}
    if changed:
        return f"other settings, code or versions made it: {in_words(changed)}"
    epoch = len(state.records)
    n = state.trained.network.n_newest
    if n > arm.n_limit or (arm.epochs is not None and epoch > arm.epochs):
        return f"it has come to epoch {epoch} and N = {n}, further than epochs and n_max now allow"
    if state.journal.delivered and _lower(arm, before):
        return "its network is finished, and epochs or n_max are lower now"
    return ""


def _lower(arm: Arm, before: Arm) -> bool:
    """Whether `arm` ends training sooner than `before` in epochs or in N."""
    epochs, epochs_before = (math.inf if x.epochs is None else x.epochs for x in (arm, before))
    return epochs < epochs_before or arm.n_limit < before.n_limit


def _set_aside(path: Path, reason: str) -> None:
    """Rename what lies at `path`, so that nothing set aside before is lost. Raises StoreError."""
    names = itertools.chain([f"{path.name}.aside"], (f"{path.name}.aside.{i}" for i in itertools.count(2)))
    aside = next(path.with_name(name) for name in names if not os.path.lexists(path.with_name(name)))
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return say(f"{path}: another job has set it aside: {reason}")
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be renamed: {error.strerror}; move it away and start again"
        ) from None
    say(f"{path}: not gone on from, set aside as {aside.name}: {reason}")
