"""What figures draw is what stands in their tables, and each says once what it shows."""

import itertools

import numpy as np
import pandas as pd
import pytest

from modgrow.arm import Arm, Growth
from modgrow.experiments.ideal import ideal_timescales
from modgrow.figures import claims, fig1, fig2a, fig3, fig4, fig5, fig5c, fig6, kinds, style
from modgrow.verdict import half_points
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.verdicts import REPRODUCED
from tests.test_exact_noise import table_of
from tests.test_figures import changes, curves, perturbation, says, texts, timescales

ARMS = {"modular_5": Arm(units=5), "flat_20": Arm(architecture="flat", units=20)}


def chain(units: int = 3, count: int = 3) -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    shapes = {"input": units, "recurrent": (units, units), "bias": units, "tau": units}
    shapes |= {"readout": (1, 2, units), "readout_bias": (1, 2)}
    found = [{name: rng.normal(size=shape) for name, shape in shapes.items()} for _ in range(count)]
    for module in found[1:]:
        module["feedforward"] = rng.normal(size=(units, units))
    return found


@pytest.mark.parametrize("count", [1, 2, 4])
def test_fig_1_draws_every_row_with_the_weights_of_its_modules(count):
    modules = chain(count=count)
    grown = fig1.draw(modules, chain(count=1), Arm(units=3, n_first=4)).axes[0]
    shown = [image.get_array() for image in grown.images]
    assert len(shown) == count * (count + 1) // 2 + count * (count - 1) // 2
    last = [module["recurrent"] for module in modules][-1]
    assert any(np.allclose(np.ma.filled(image, 0.0), last * ~np.eye(3, dtype=bool)) for image in shown)
    said = [text.get_text() for text in grown.texts]
    assert said.count("copied") == count - 1
    assert [said.count(f"$N$ = {4 + place}") for place in range(count)] == list(range(count, 0, -1))


def test_fig_1_says_copied_only_of_copies():
    arm = Arm(units=3, growth=Growth(recurrent="random train"))
    grown = fig1.draw(chain(), chain(count=1), arm).axes[0]
    assert "copied" not in [text.get_text() for text in grown.texts]


def test_fig_2a_shows_every_network_at_its_end_though_lines_lie_upon_each_other():
    arms = {f"modular_{units}": Arm(units=units) for units in (5, 10, 15)}
    lines, ends = fig2a.draw(curves(arms), arms).axes
    for place, marks in enumerate(zip(ends.lines[::2], ends.lines[1::2], strict=True)):
        assert list(marks[0].get_ydata()) == [4, 4]
        assert list(marks[1].get_xdata()) == [place]
    marked = [line.get_markevery() for line in lines.lines if line.get_markevery()]
    assert len(marked) == 3
    long = fig2a.draw(curves(arms, 60), arms).axes[0]
    assert len({line.get_markevery() for line in long.lines if line.get_markevery()}) == 3


@pytest.mark.parametrize(
    "draw", [fig2a.draw, lambda table, arms: fig6.draw(table, [("a", list(arms))], arms)]
)
def test_tasks_are_counted_in_whole_numbers(draw):
    panel = draw(curves(ARMS, 2), ARMS).axes[0]
    assert all(tick == int(tick) for tick in panel.get_yticks())


def test_fig_3_shows_the_half_points_of_the_table_and_ends_where_nothing_is_left():
    table = table_of(ARMS, ["weights", "tau"])
    table = pd.concat([table, table.assign(epsilon=table["epsilon"] * 10, accuracy=0.5)])
    table = table.drop_duplicates(["arm", "pathway", "epsilon", "n"])
    table = pd.concat([table, table.assign(seed=1)])
    summary = half_points.summary(table, 0.9)
    summary["low"] = 0.2
    summary["high"] = 0.7
    figure = fig3.draw(table, summary, table.iloc[:0], ARMS, 0.9)
    below = figure.axes[2]
    expected = summary[(summary["arm"] == "modular_5") & (summary["pathway"] == "weights")]
    assert list(below.lines[0].get_xdata()) == expected["half_epsilon"].tolist()
    assert below.lines[1].get_xdata() == expected["arm_half_epsilon"].iloc[0]
    bars = [path.vertices.tolist() for bars in below.collections for path in bars.get_paths()]
    assert bars == [[[0.2, y], [0.7, y]] for y in (0, 1)]
    assert figure.axes[0].get_xlim()[1] < 2.0  # nothing is left at 1; 10 is asked, too


def test_fig_4_has_a_letter_for_each_panel_and_draws_means_and_medians():
    table = timescales("modular_5")
    table.loc[table["unit"] == 1, "tau_effective"] = 50.0
    third = table[table["unit"] == 0].assign(unit=2)
    table = pd.concat([table, third], ignore_index=True)
    figure = fig4.draw(table, ideal_timescales([2, 3], 30), {"modular_5": Arm(units=5)})
    assert [panel.get_title("left")[9] for panel in figure.axes] == list("abcdefgh")
    means, medians = figure.axes[1], figure.axes[2]
    assert list(means.lines[0].get_ydata()) == [18.0, 18.0]
    assert list(medians.lines[0].get_ydata()) == [2.0, 2.0]


def test_fig_4_is_silent_on_fits_where_none_is_lacking(tmp_path):
    arms = {"modular_5": Arm(units=5)}
    found = texts(fig4.draw(timescales("modular_5"), ideal_timescales([2, 3], 30), arms), tmp_path)
    assert not says("without a fit", found)
    many = pd.concat([timescales("modular_5").assign(seed=seed) for seed in range(40)], ignore_index=True)
    many.loc[0, "tau_effective"] = np.nan
    found = texts(fig4.draw(many, ideal_timescales([2, 3], 30), arms), tmp_path)
    assert says("under 1% of neurons without a fit", found)


def planted_changes() -> pd.DataFrame:
    """W^FF changes twice (or 8 times) as much as W^R in modules 3 to 7, then a quarter of that."""
    rows = []
    for seed, factor in ((0, 1.0), (1, 4.0)):
        rows.append(("modular_5", seed, "recurrent", 2, 99.0))
        for module in range(3, 17):
            ratio = factor * (2.0 if module < 8 else 0.5)
            rows.append(("modular_5", seed, "recurrent", module, float(module)))
            rows.append(("modular_5", seed, "feedforward", module, ratio * module))
    return pd.DataFrame(rows, columns=["arm", "seed", "pathway", "module", "variance"])


def test_ratios_along_the_chain_are_those_that_were_planted():
    found = fig5c.ratios(planted_changes())
    assert list(found.columns) == [2, 4, 8, 16]
    assert found.loc[("modular_5", 0)].tolist() == pytest.approx([2.0, 2.0, 0.5, 0.5])
    assert found.loc[("modular_5", 1)].tolist() == pytest.approx([8.0, 8.0, 2.0, 2.0])


def test_fig_5_draws_geometric_means_of_them_against_the_module():
    arms = {"modular_5": Arm(units=5)}
    figure = fig5.draw(perturbation("modular_5", range(2, 5)), planted_changes(), "modular_5", arms)
    panel = figure.axes[3]
    assert list(panel.lines[0].get_ydata()) == pytest.approx([4.0, 4.0, 1.0, 1.0])
    labels = [tick.get_text() for tick in panel.get_xticklabels()]
    assert labels == ["3", "4\N{EN DASH}7", "8\N{EN DASH}15", "16"]


def test_fig_5_of_networks_without_a_third_module_has_nothing_to_compare(tmp_path):
    arms = {"modular_5": Arm(units=5)}
    change = changes(["modular_5"]).assign(module=2)
    found = texts(
        fig5.draw(perturbation("modular_5", range(2, 4)), change.iloc[1:], "modular_5", arms), tmp_path
    )
    assert says("nothing to compare", found)


@pytest.mark.parametrize("count", range(1, 14))
def test_fig_6_fills_every_row_and_has_one_legend(count):
    panels = [(f"panel {place}", list(ARMS)) for place in range(count)]
    figure = fig6.draw(curves(ARMS), panels, ARMS)
    figure.draw_without_rendering()
    assert len(figure.axes) == count + 1
    legends = [panel.get_legend() for panel in figure.axes if panel.get_legend()]
    assert len(legends) + len(figure.legends) == 1
    rows = {}
    for panel in figure.axes:
        place = panel.get_subplotspec()
        rows.setdefault(place.rowspan.start, []).extend(place.colspan)
    assert all(sorted(columns) == list(range(12)) for columns in rows.values())


def test_no_dot_of_fig_6_is_beyond_its_axis_and_all_networks_have_one():
    arms = {f"own_{number}": Arm(units=5, learning_rate=0.1 + number / 100) for number in range(9)}
    for epochs in (2, 60):
        panel = fig6.draw(curves(arms, epochs), [("a", list(arms))], arms).axes[0]
        dots = [line for line in panel.lines if line.get_marker() == "."]
        assert len(dots) == len(arms)
        assert all(epochs < x < panel.get_xlim()[1] for dot in dots for x in dot.get_xdata())


def judged(statistics: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    rows = [(said, low, estimate, high) for said, (low, estimate, high) in statistics.items()]
    table = pd.DataFrame(rows, columns=["statistic", "low", "estimate", "high"])
    shared = {"panel": "2a", "statement": "It is so.", "n_seeds": 5, "headline": False}
    return table.assign(**shared, direction="above", threshold=0.5, threshold_high=np.nan, verdict=REPRODUCED)


def test_claims_of_one_kind_stand_on_one_scale_at_the_values_of_the_table():
    table = judged(
        {
            "probability of one": (0.6, 0.7, 0.8),
            "rank correlation of it": (0.55, 0.75, 0.95),
            "probability of another": (0.52, 0.9, 1.0),
        }
    )
    figure = claims.draw(table)
    probabilities, trends = figure.axes[1], figure.axes[4]
    drawn = [list(line.get_xdata()) for line in probabilities.lines]
    assert drawn == [[0.6, 0.8], [0.7], [0.52, 1.0], [0.9]]
    assert [list(line.get_xdata()) for line in trends.lines] == [[0.55, 0.95], [0.75]]
    shaded = [bars.get_paths()[0].get_extents() for bars in probabilities.collections]
    assert [(box.x0, box.x1) for box in shaded] == [(0.5, probabilities.get_xlim()[1])] * 2


def test_what_is_of_no_kind_stands_on_its_own_scale():
    figure = claims.draw(judged({"units of something": (60.0, 100.5, 300.5)}))
    assert list(figure.axes[1].lines[1].get_xdata()) == [pytest.approx(1 / 3)]


def test_few_claims_are_of_no_kind():
    others = [claim.name for claim in CLAIMS if kinds.kind_of(claim.statistic) == kinds.OTHER]
    assert len(others) <= 5, others
    titles = [kind.title for kind in kinds.KINDS]
    assert len(titles) == len(set(titles))


def test_a_note_is_plain_up_to_its_colon(tmp_path):
    figure, _ = style.new_figure()
    style.save(figure, None, tmp_path / "a.png", "demo, not the paper's settings: epochs 20 instead of 60")
    head, rest = figure.texts
    assert head.get_text() == "demo, not the paper's settings"
    assert rest.get_text() == "epochs 20 instead of 60"
    assert head.get_fontsize() > rest.get_fontsize()
    boxes = [text.get_window_extent() for text in (head, rest)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
