"""Progress of a training job: one line per epoch in its log, which `modgrow watch` reads."""

import sys
import time
from collections.abc import Iterator

from modgrow.learning.curriculum import Curriculum, Record


def logged(curriculum: Curriculum, arm: str) -> Iterator[Record]:
    """Pass the records through, printing each to standard error as it comes."""
    start = time.monotonic()
    network = f"{arm} seed {curriculum.seed}"
    _say(f"{network}: training on {curriculum.device}")
    for record in curriculum:
        _say(f"{network}: {line(curriculum, record, time.monotonic() - start)}")
        yield record
    if curriculum.diverged:
        _say(
            f"{network}: diverged: the loss of epoch {curriculum.epoch} is not finite; training stopped there"
        )
    _say(f"{network}: done: N_solved {curriculum.n_solved} after {curriculum.epoch} epochs")


def line(curriculum: Curriculum, record: Record, elapsed: float) -> str:
    """`epoch 12/60  N 13  accuracy 0.991  previous 0.995  solved 12  elapsed 0:12  left 0:48`."""
    arm = curriculum.arm
    if arm.epochs is not None:
        of, share = f"/{arm.epochs}", record.epoch / arm.epochs
    else:
        of, share = "", max(record.n_solved / arm.n_limit, 1e-9)
    previous = "-" if record.accuracy_previous is None else f"{record.accuracy_previous:.3f}"
    left = elapsed * (1 / min(share, 1.0) - 1)
    return (
        f"epoch {record.epoch}{of}  N {record.n}  accuracy {record.accuracy:.3f}  previous {previous}  "
        f"solved {record.n_solved}  elapsed {_clock(elapsed)}  left {_clock(left)}"
    )


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
