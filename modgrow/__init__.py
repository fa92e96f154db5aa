"""modgrow: modular growth of hierarchical networks, reproduced (Hamidi et al., ALIFE 2024)."""

__version__ = "0.1.0"
