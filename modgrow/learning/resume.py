"""Going on: a job that was stopped, however, starts again after the last epoch that it had finished.

Epochs are replayed exactly (their randomness is keyed by their number), so the finished files have the
bytes of a run that was never stopped.
"""

import os
import signal
from pathlib import Path

from modgrow.arm import Arm
from modgrow.differences import differences, in_words
from modgrow.errors import StoreError
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.progress import say
from modgrow.store import states
from modgrow.store.states import State

SAY_WHEN_TO_STOP = ("id.settings.epochs", "id.settings.n_max")  # and nothing about what happens before


def resumed(arm: Arm, seed: int, device: str, path: str | Path, made_by: dict) -> Curriculum:
    """A curriculum that goes on from the state at `path`, or a fresh one where there is none to go on from.

    A state that is damaged, or that other settings, code or versions made, is set aside with a message;
    with another `epochs` or `n_max` alone it serves if these would have let training come so far.
    Raises StoreError.
    """
    curriculum, path = Curriculum(arm, seed, device), Path(path)
    if not path.exists():
        return curriculum
    try:
        state = states.read(path)
        reason = _why_not(state, arm, made_by)
    except StoreError as error:
        reason = str(error)
    if reason:
        _set_aside(path, reason)
    else:
        say(f"{path}: going on after epoch {len(state.records)}")
        curriculum.restore(state)
    return curriculum


def keep(curriculum: Curriculum, path: str | Path, made_by: dict) -> None:
    """Write the state after the last epoch. Raises StoreError."""
    states.write(path, curriculum.state(made_by))


def leave_on_signals() -> None:
    """Let SIGTERM and SIGUSR1 (a scheduler's warning) end the job at once, with a line and exit code 1.

    Nothing is left to save: the state of the last finished epoch is on disk. Python is not shut down,
    which takes torch seconds on a busy machine.
    """
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, _leave)


def _leave(number: int, frame: object) -> None:
    name = signal.Signals(number).name
    os.write(2, f"stopped by {name}; started again, it goes on from its last whole epoch\n".encode())
    os._exit(1)


def _why_not(state: State, arm: Arm, made_by: dict) -> str:
    """Why training under `arm` cannot go on from `state`; empty if it can."""
    changed = differences(state.trained.provenance, made_by)
    if changed := {key: both for key, both in changed.items() if key not in SAY_WHEN_TO_STOP}:
        return f"other settings, code or versions made it: {in_words(changed)}"
    epoch, n = len(state.records), state.trained.network.n_newest
    if n > arm.n_limit or (arm.epochs is not None and epoch > arm.epochs):
        return f"it has come to epoch {epoch} and N = {n}, further than epochs and n_max now allow"
    return ""


def _set_aside(path: Path, reason: str) -> None:
    aside = path.with_name(f"{path.name}.aside")
    try:
        os.replace(path, aside)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be renamed: {error.strerror}; move it away and start again"
        ) from None
    say(f"{path}: not gone on from, set aside as {aside.name}: {reason}")
