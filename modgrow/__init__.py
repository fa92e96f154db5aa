"""modgrow: modular growth of hierarchical networks, reproduced (Hamidi et al., ALIFE 2024)."""
