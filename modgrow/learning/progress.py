"""Progress of a training job: one line per epoch in its log, which `modgrow watch` reads."""

import contextlib
import sys
import time
from collections.abc import Iterator

from modgrow.learning.curriculum import Curriculum
from modgrow.store.states import Record


def logged(curriculum: Curriculum, arm: str) -> Iterator[Record]:
    """Pass the records of the epochs to come through, printing each to standard error."""
    start = time.monotonic()
    begun = _share(curriculum)
    network = f"{arm} seed {curriculum.seed}"
    after = f", from epoch {curriculum.epoch + 1} on" if curriculum.epoch else ""
    say(f"{network}: training on {curriculum.device}{after}")
    for record in curriculum:
        say(f"{network}: {line(curriculum, record, time.monotonic() - start, begun)}")
        yield record
    if curriculum.diverged:
        say(
            f"{network}: diverged: a number of epoch {curriculum.epoch} is not finite; training stopped there"
        )


def done(curriculum: Curriculum, arm: str, parts: int = 1) -> None:
    """The last line of a job whose files are written."""
    found = f"N_solved {curriculum.n_solved} after {curriculum.epoch} epochs"
    pieces = f", in {parts} parts" if parts > 1 else ""
    say(f"{arm} seed {curriculum.seed}: done: {found}{pieces}")


def line(curriculum: Curriculum, record: Record, elapsed: float, begun: float = 0.0) -> str:
    """`epoch 12/60  N 13  accuracy 0.991  previous 0.995  solved 12  elapsed 0:12  left 0:48`.

    `elapsed` seconds have passed since the share `begun` of the work was done.
    """
    arm = curriculum.arm
    share = _share(curriculum)
    of = "" if arm.epochs is None else f"/{arm.epochs}"
    previous = "-" if record.accuracy_previous is None else f"{record.accuracy_previous:.3f}"
    left = clock(elapsed * (1 - share) / (share - begun)) if share > begun else "-"
    return (
        f"epoch {record.epoch}{of}  N {record.n}  accuracy {record.accuracy:.3f}  previous {previous}  "
        f"solved {record.n_solved}  elapsed {clock(elapsed)}  left {left}"
    )


def say(text: str) -> None:
    """A line in the job's log. It is lost where the log cannot be written: closed, full, nobody reading."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            print(text, file=sys.stderr, flush=True)


def _share(curriculum: Curriculum) -> float:
    """How much of the work is done, as far as one can say."""
    if curriculum.arm.epochs is not None:
        return curriculum.epoch / curriculum.arm.epochs
    return min(curriculum.n_solved / curriculum.arm.n_limit, 1.0)


def clock(seconds: float) -> str:
    """`0:12` or `1:02:03`."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
