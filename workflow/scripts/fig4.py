"""Draw Fig. 4: timescales, beside those of an ideal reader."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.experiments.ideal import ideal_timescales
from modgrow.figures import fig4, job
from modgrow.figures.style import Figure
from modgrow.schemas.timescales import SCHEMA


def draw(table: pd.DataFrame, arms: dict[str, Arm], max_lag: int) -> Figure:
    ideal = ideal_timescales(sorted(table["n"].unique()), max_lag)
    return fig4.draw(table, ideal, arms)


if __name__ == "__main__":
    job.run(__doc__, draw, SCHEMA)
