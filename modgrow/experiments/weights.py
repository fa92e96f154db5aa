"""Weights of a network as NumPy arrays, for figures that must not load torch."""

import numpy as np

from modgrow.model.network import Network


def as_arrays(network: Network, modules: int) -> list[dict[str, np.ndarray]]:
    """Tensors by name of the first `modules` modules."""
    return [
        {name: value.detach().numpy() for name, value in module.named_parameters()}
        for module in list(network.chain)[:modules]
    ]
