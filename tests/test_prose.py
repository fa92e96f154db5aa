"""Pages whose numbers come from tables: they say what the tables say, and pass nothing over."""

import shutil

import pandas as pd
import pytest

from modgrow import config, prose
from modgrow.errors import ModgrowError
from modgrow.verdict.all_claims import CLAIMS
from tests.runs import ROOT


@pytest.fixture(scope="module")
def settings():
    return config.load(ROOT / "config.yaml")


@pytest.mark.parametrize("page", prose.PAGES)
def test_the_committed_page_is_filled_from_the_committed_tables(page, settings):
    """After a change of template or tables: `make docs`."""
    assert (ROOT / page).read_text(encoding="utf-8") == prose.pages(settings)[page]


@pytest.fixture
def template(tmp_path, monkeypatch, settings):
    """Fill a template of this text from a copy of the committed tables, after `damage` to that copy."""
    folder = tmp_path / "results"
    shutil.copytree(ROOT / "docs" / "exploratory", folder)
    monkeypatch.setattr(prose, "TEMPLATES", tmp_path)

    def fill(text, damage=None):
        (tmp_path / "page.md").write_text(text)
        if damage:
            damage(folder)
        filled = prose.fill("page.md", {"exploratory": prose.Numbers(folder, settings)})
        return filled.removeprefix(prose.FIRST_LINE.format(name="page.md"))

    return fill


def test_a_number_is_that_of_the_table(template):
    curves = pd.read_parquet(ROOT / "docs/exploratory/tables/learning_curves.parquet")
    solved = curves[curves["arm"] == "modular_10"].groupby("seed")["n_solved"].max()
    expected = (
        f"{solved.min()} to {solved.max()}, {solved.mean():.1f}, {(solved >= 61).sum()} of {len(solved)}"
    )
    kinds = ("span", "digits(1)", "reaching(61)")
    asked = [f'{{{{ exploratory.n_solved("modular_10") | {kind} }}}}' for kind in kinds]
    assert template(", ".join(asked)) == expected


def test_a_difference_of_logarithms_is_told_as_a_ratio(template):
    claim = pd.Series({"estimate": -1.0, "low": -2.0, "high": 0.0})
    assert prose.ratio(claim) == "0.10 (0.01 to 1.00)"


def test_the_tally_counts_every_registered_claim_once(settings):
    first = prose.Numbers(ROOT / "docs" / "first_run", settings, of_these_settings=False)
    head, _, paper, own = (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in first.tally.splitlines()
    )
    ours = first.claims["panel"].str.startswith("own")
    for row, claims in ((paper, first.claims[~ours]), (own, first.claims[ours])):
        counted = dict(zip(head[1:], map(int, row[1:]), strict=True))
        whole, lacking = counted.pop("all"), counted.pop("no networks yet")
        found = claims["verdict"].value_counts()
        assert {key: n for key, n in counted.items() if n} == found.to_dict()
        assert whole == sum(counted.values()) + lacking
    assert int(paper[-1]) + int(own[-1]) == len(CLAIMS)


def test_tables_of_other_settings_are_read_only_where_that_is_said(settings):
    folder = ROOT / "docs" / "first_run"
    assert not prose.Numbers(folder, settings, of_these_settings=False).n_solved("modular_10").empty
    with pytest.raises(ModgrowError, match="made by other settings"):
        prose.Numbers(folder, settings).n_solved("modular_10")


def test_a_probe_is_the_mean_over_late_modules(template):
    rows = pd.read_parquet(ROOT / "docs/exploratory/tables/mechanism.parquet")
    rows = rows.query("arm == 'modular_10' and probe == 'swap' and measure == 'agreement' and n >= 6")
    found = template('{{ exploratory.probe("modular_10", "swap", "agreement") | digits(4) }}')
    assert float(found) == pytest.approx(rows["value"].mean(), abs=6e-5)


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ('{{ exploratory.n_solved("modular_99") | span }}', "learning_curves: no rows of modular_99"),
        ('{{ exploratory.claim("no_such_claim").estimate }}', "no claim no_such_claim"),
        ('{{ exploratory.rows("no_table", "modular_10") }}', "no table no_table"),
        ('{{ exploratory.n_solved("modular_10") / "a" }}', "page.md"),
        ('{{ (exploratory.n_solved("modular_10") / 0) | digits }}', "missing or not finite"),
    ],
)
def test_what_is_not_there_ends_the_filling(template, asked, what):
    with pytest.raises(ModgrowError, match=what):
        template(asked)


def test_a_number_that_is_not_finite_ends_the_filling(template):
    def damage(folder):
        claims = pd.read_csv(folder / "claims.csv")
        claims["estimate"] = float("nan")
        claims.to_csv(folder / "claims.csv", index=False)

    with pytest.raises(ModgrowError, match="missing or not finite"):
        template('{{ exploratory.claim("errors_travel").estimate | digits }}', damage)


def test_a_missing_table_ends_the_filling(template):
    with pytest.raises(ModgrowError, match="no table learning_curves"):
        template(
            '{{ exploratory.n_solved("modular_10") }}',
            lambda folder: (folder / "tables/learning_curves.parquet").unlink(),
        )


@pytest.fixture
def partly(settings, tmp_path):
    """Four of the first run's claims: one turned round, one as it was, one lacking arms, one not asked."""
    claims = pd.read_csv(ROOT / "docs/first_run/claims.csv").set_index("claim")
    claims = claims.loc[["modular_above_flat", "flat_plateaus", "training_time", "inflection_later"]]
    claims.loc["modular_above_flat", "verdict"] = "reproduced"
    claims.loc["training_time", "verdict"] = "not judged"
    claims.reset_index().to_csv(tmp_path / "claims.csv", index=False)
    return prose.Numbers(tmp_path, settings)


def test_what_lacks_networks_is_a_dash_and_no_claim_is_an_error(partly, settings, tmp_path):
    assert partly.there
    assert not prose.Numbers(tmp_path / "nowhere", settings).there
    assert partly.answer("modular_above_flat") == "reproduced, 0.70 (0.45 to 0.90)"
    for name in ("training_time", "inflection_later", "module_is_exclusive_or"):
        assert partly.answer(name) == "–"
    with pytest.raises(ModgrowError, match="modular_above_falt is no claim"):
        partly.answer("modular_above_falt")


def test_a_panel_has_a_row_for_each_of_its_claims(partly):
    rows = prose.beside("2a", "6a", now=partly).splitlines()[2:]
    assert len(rows) == sum(claim.panel in ("2a", "6a") for claim in CLAIMS)
    said = {row.strip("| ").split(" | ")[0]: row.strip("| ").split(" | ")[-1] for row in rows}
    assert said["Every modular network ends at a larger N than the flat network of its size."].startswith(
        "rep"
    )
    assert sum(cell != "–" for cell in said.values()) == 2
    with pytest.raises(ModgrowError, match="no claims of 9z"):
        prose.beside("9z", now=partly)


def test_what_turned_round_is_told(partly, settings):
    first = prose.Numbers(ROOT / "docs/first_run", settings, of_these_settings=False)
    said = prose.turned(first, partly)
    assert said.startswith("1 of the 2 claims")
    assert said.splitlines()[-1].endswith(
        "| undecided, 0.70 (0.45 to 0.90) | reproduced, 0.70 (0.45 to 0.90) |"
    )
    assert prose.turned(first, first).startswith("None of the ")


def test_the_tally_counts_what_is_not_judged_among_what_lacks_networks(partly):
    paper = next(line for line in partly.tally.splitlines() if "of the paper" in line)
    counted = [int(cell) for cell in paper.split("|")[2:-1]]
    assert counted[-2:] == [counted[-1] - 3, sum(not claim.panel.startswith("own") for claim in CLAIMS)]


@pytest.mark.parametrize("page", prose.PAGES)
def test_every_page_is_filled_whatever_of_the_main_run_is_there(page, settings, monkeypatch, partly):
    """From no part of it on; `partly` is judged, but has no tables: pages must not ask for them."""
    monkeypatch.setattr(prose.Numbers, "path", "docs/results")
    known = {
        name: prose.Numbers(ROOT / folder, settings, of_these_settings=name != "first")
        for name, folder in prose.RESULTS.items()
    }
    nothing = prose.Numbers(ROOT / "docs" / "nowhere", settings)
    for main in (nothing, partly) if page != "README.md" else (nothing,):
        assert prose.fill(page.split("/")[-1], known | {"main": main}).startswith("<!-- Filled")
