"""Half-points of every network under perturbation, and their intervals per arm."""

import pandas as pd

from modgrow import script
from modgrow.arm import Arm
from modgrow.schemas.perturbation import SCHEMA
from modgrow.schemas.perturbation_summary import SCHEMA as SUMMARY
from modgrow.verdict import half_points


def rows(table: pd.DataFrame, arms: dict[str, Arm], threshold: float) -> pd.DataFrame:
    return half_points.summary(table, threshold)


if __name__ == "__main__":
    script.derive(__doc__, rows, SUMMARY, SCHEMA)
