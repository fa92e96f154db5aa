"""The peer in JAX: one update of the newest module, `jit` around `lax.scan`.

Of a chain the frozen modules may run along, all of a time step in one batched product, as the textbook has
it; the gradient is the newest module's alone in either case.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from torch import Tensor

from modgrow.arm import Arm
from modgrow.learning.activity import Batch
from modgrow.learning.draws import draw_initial
from modgrow.model.network import LeakyModule, Network


class Form(NamedTuple):
    """A way to write it; with `recompute` the gradient computes drives again instead of reading them."""

    units_first: bool
    unroll: int
    recompute: bool

    def __str__(self) -> str:
        layout = "(unit, sequence)" if self.units_first else "(sequence, unit)"
        return f"{layout}, unroll {self.unroll}" + ", recomputing" * self.recompute


class Jax:
    """The newest module of a network, above the activity in `batches`.

    Given `starts`, the frozen modules' initial states (module, unit, sequence) by batch, these run along.
    """

    def __init__(
        self, network: Network, batches: list[Batch], form: Form, starts: list[Tensor] | None = None
    ):
        *frozen, self.weights = map(_weights, network.chain)
        self.arm = network.arm
        self.velocities = jax.tree.map(jnp.zeros_like, self.weights)
        self.frozen = None
        below = [None if batch.upstream is None else batch.upstream[:-1] for batch in batches]
        if starts:
            frozen[0]["feedforward"] = jnp.zeros_like(self.weights["feedforward"])
            self.frozen = jax.tree.map(lambda *modules: jnp.stack(modules), *frozen)
            below = starts

        def laid_out(states: Tensor | None) -> jax.Array | None:
            if states is None:
                return None
            return jnp.array(states if form.units_first else states.swapaxes(-1, -2), copy=True)

        bits = [laid_out(batch.bits[:, None]) for batch in batches]
        self.batches = list(zip(bits, map(laid_out, below), strict=True))
        self.step = jax.jit(_make_update(self.arm, form), donate_argnums=(0, 1))

    def update(self, index: int, rng: np.random.Generator) -> float:
        """One step on a batch; the loss before it."""
        arm = self.arm
        initial = draw_initial(rng, arm.units, arm.batch_size, arm.initial_state).numpy()
        given = (self.frozen, *self.batches[index], initial)
        self.weights, self.velocities, loss = self.step(self.weights, self.velocities, *given)
        return float(loss)


def _weights(module: LeakyModule) -> dict[str, jax.Array]:
    """A copy, because JAX writes into what it is donated."""
    return {name: jnp.array(value.detach(), copy=True) for name, value in module.named_parameters()}


def _make_update(arm: Arm, form: Form):
    def update(weights, velocities, *given):
        loss, gradients = jax.value_and_grad(_loss)(weights, *given, arm, form)
        norm = jnp.sqrt(sum(jnp.vdot(x, x) for x in gradients.values()))
        clip = jnp.minimum(1.0, arm.clip_norm / (norm + 1e-6))
        gradients = jax.tree.map(lambda x: clip * x, gradients)
        velocities = jax.tree.map(lambda v, x: arm.momentum * v + x, velocities, gradients)
        steps = jax.tree.map(lambda v, x: x + arm.momentum * v, velocities, gradients)
        return jax.tree.map(lambda w, x: w - arm.learning_rate * x, weights, steps), velocities, loss

    return update


def _loss(weights, frozen, bits, below, initial, arm, form):
    """Cross-entropy of parity after the last bit, mean over sequences, summed over heads."""
    upstream = below if frozen is None else _newest_frozen(frozen, bits, below, arm, form)
    step = _make_step(weights, arm, form)

    def body(state, read):
        return step(state, *read), None

    body = jax.checkpoint(body) if form.recompute else body
    initial = initial if form.units_first else initial.T
    state, _ = jax.lax.scan(body, initial, (bits, upstream), unroll=form.unroll)
    state = state if form.units_first else state.T
    logits = weights["readout"] @ state + weights["readout_bias"][:, :, None]
    log_shares = jax.nn.log_softmax(logits, axis=1)
    newest_first = bits.reshape(len(bits), -1)[::-1]
    n = arm.n_limit
    odd = jnp.tri(n)[-len(logits) :] @ newest_first[:n] % 2 == 1
    return -jnp.where(odd, log_shares[:, 1], log_shares[:, 0]).sum() / state.shape[1]


def _newest_frozen(frozen, bits, starts, arm, form):
    """States of the newest frozen module before every step."""
    step = _make_step(frozen, arm, form)

    def body(states, bit):
        below = jnp.roll(states, 1, axis=0)  # the first module's W^FF is zero: what it reads is nothing
        return step(states, bit, below), states[-1]

    return jax.lax.scan(body, starts, bits, unroll=form.unroll)[1]


def _make_step(weights, arm, form):
    """A time step of one module, or of all modules of a chain."""

    def beside(values):
        return values[..., :, None] if form.units_first else values[..., None, :]

    def product(matrix, states):
        return matrix @ states if form.units_first else states @ matrix.swapaxes(-1, -2)

    rate = beside(1.0 / jnp.maximum(weights["tau"], 1.0))
    others = weights["recurrent"] * (1.0 - jnp.eye(arm.units))

    def step(state, bit, below):
        drive = product(others, state) + beside(weights["input"]) * bit + beside(weights["bias"])
        if below is not None:
            drive = drive + product(weights["feedforward"], below)
        return (1.0 - rate) * state + rate * jax.nn.leaky_relu(drive, arm.negative_slope)

    return step
