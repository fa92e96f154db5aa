"""What a module has to be told by the one below, one bit a step, and what it makes of it.

Parity: the parity of the last N bits is the newest bit against (xor) the parity of the N - 1 bits before it.
So the message is the answer of the module below, one step late.

Match: whether the newest bit equals the one N - 1 steps before needs that bit itself, the *sample*; the
answer of the module below is a comparison of the sample with another bit. So the message is the sample, and
the chain a delay line. A module's own answer implies the sample that it took: its newest bit if the answer is
yes, else the other.

Without the delay of W^FF a module reads what the one below has become at the same step, and that stands for
the newest bits. What it needs is still the message of one step before: no other message makes the answer out
of the newest bit. So rules and targets are the same, and who holds the message for that step is W^FF's delay
or, without it, a module itself. The newest bit can then come from below too, beside the message (`swap`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Bool
from torch import Tensor

from modgrow import task
from modgrow.errors import ModgrowError
from modgrow.experiments.probes.recording import Recording, late

Bits = Bool[Tensor, "*time sequence"]


@dataclass(frozen=True)
class Message:
    """One task's message.

    `of(bit, answer)`: what an answer tells the module above. `used(bit, message)`: the answer that follows.
    `is_answer`: whether it is the answer itself.
    """

    of: Callable[[Bits, Bits], Bits]
    used: Callable[[Bits, Bits], Bits]
    is_answer: bool


def _answer(bit: Bits, answer: Bits) -> Bits:
    return answer


def _unequal(bit: Bits, other: Bits) -> Bits:
    return bit != other


def _equal(bit: Bits, other: Bits) -> Bits:
    return bit == other


MESSAGES = {
    "parity": Message(of=_answer, used=_unequal, is_answer=True),
    "match": Message(of=_equal, used=_equal, is_answer=False),
}


def named(task_name: str) -> Message:
    """The message of a task. Raises ModgrowError for a task of which none is known."""
    if task_name not in MESSAGES:
        known = ", ".join(MESSAGES)
        raise ModgrowError(f"task {task_name}: nobody has said what a module hands up; ask arms of {known}")
    return MESSAGES[task_name]


def right_from_below(run: Recording, place: int) -> Bits:
    """The right message of the module below, at every step; below the first module it is the bit itself."""
    bits = run.bits.bool()
    message = named(run.network.arm.task)
    if place > 0:
        return message.of(bits, run.labels[place - 1])
    n = run.network.arm.n_first - 1
    if n == 0:  # head 1 asks for the newest bit alone
        return bits & False
    return message.of(bits, task.named(run.network.arm.task).labels(run.bits, n).bool())


def said_from_below(run: Recording, place: int) -> Bits:
    """What the module below has in fact said; below the first module, what is right."""
    if place == 0:
        return right_from_below(run, 0)
    return named(run.network.arm.task).of(run.bits.bool(), run.answers[place - 1])


def follows(run: Recording, message: Bits) -> Bits:
    """The answer that follows from the newest bit and a message of one step before."""
    return named(run.network.arm.task).used(run.bits.bool(), late(message))
