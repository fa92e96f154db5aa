"""Pages of tables: sorted, searched and explained in a real browser, and what the glossary says of them."""

import re
from types import SimpleNamespace

import jinja2
import pandas as pd
import pytest
from docutils.core import publish_parts

from modgrow.figures import glossary, page
from modgrow.verdict import promises
from tests import browsers
from tests.runs import ROOT

in_browser = [
    pytest.mark.skipif(
        not (browsers.CHROMIUM and browsers.DRIVER), reason="needs Debian's chromium and chromium-driver"
    ),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
GLOSSARY = """# Glossary

## mine

What `it` is. More of it.

| column | meaning |
| --- | --- |
| `arm`, `seed` | the network |
| `found` | 1 < 2, or `x` \\| y |

| probe | meaning |
| --- | --- |
| `swap` | no column |

## bare

| column | meaning |
| --- | --- |
| `x` | a number |
"""
TABLE = pd.DataFrame(
    {
        "value": [10.0, 9.0, float("nan"), -1e-5, float("inf")],
        "found": ["10 (9 to 11)", "9 (8 to 10)", "nan (nan to nan)", "-3 (-4 to 1)", "0.5 (0 to 1)"],
        "arm": ["modular_10", "flat_20", "modular_5", "modular_5", "<b>own</b>"],
        "seed": [0, 10, 2, 1, 3],
    }
)
SVG = "<?xml?>\n<svg id='100 %'>\n <path d='M 0 0\nL 1 1'/>\n</svg>"
NOTE = "demo, not the paper's settings: x < 3"


def test_the_glossary_gives_a_sentence_and_the_meaning_of_each_column():
    mine = glossary.Entry(
        "What `it` is.", {"arm": "the network", "seed": "the network", "found": "1 < 2, or `x` \\| y"}
    )
    assert glossary.read(GLOSSARY) == {"mine": mine, "bare": glossary.Entry("", {"x": "a number"})}


def test_every_table_of_the_glossary_has_a_sentence_and_columns():
    for name, entry in glossary.read().items():
        assert entry.sentence.endswith("."), name
        assert entry.columns, name


def test_a_package_without_the_glossary_explains_nothing_and_has_another_digest(monkeypatch, tmp_path):
    before = glossary.digest()
    monkeypatch.setattr(glossary, "FILE", tmp_path / "none.md")
    assert glossary.read() == {}
    assert glossary.digest() != before


def test_the_network_stands_first_and_columns_are_explained():
    text = page.draw("mine", TABLE, 4, NOTE, glossary.read(GLOSSARY)["mine"])
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", text)
    assert heads == ["arm", "seed", "value", "found"]
    assert "<dt>found</dt><dd>1 &lt; 2, or <code>x</code> | y</dd>" in text
    assert "<dt>value</dt>" not in text
    assert '<th title="1 &lt; 2, or x | y">found</th>' in text
    assert "5 rows; the first 4 are shown, sorted and searched<br><small>demo, not the paper's" in text
    assert "&lt;b&gt;own" in page.draw("mine", TABLE, 9)


def test_what_is_missing_is_empty():
    table = pd.DataFrame({"x": pd.array([1, None], dtype="Int64"), "y": [None, 2.0], "z": ["", None]})
    cells = re.findall(r"<td>(.*?)</td>", page.draw("mine", table, 9))
    assert cells == ["1", "", "", "", "2", ""]


def test_brief_tables_explain_the_columns_that_they_show():
    for name, (_, columns) in page.BRIEF.items():
        assert columns.keys() - glossary.read()[name].columns.keys(), f"{name} has none of its own"


def test_the_index_names_every_table():
    text = page.index({"mine": "What `it` is.", "bare": ""}, NOTE)
    assert "<a href='mine.html'>mine</a></dt><dd>What <code>it</code> is.</dd>" in text
    assert "<a href='bare.html'>bare</a></dt><dd></dd>" in text
    assert "2 tables<br><small>demo, not the paper's settings: x &lt; 3</small>" in text


def claim(name, verdict):
    return {
        "claim": name, "statement": f"{name} is so.", "statistic": "a share",
        "estimate": 0.12345, "low": -1.0, "high": 1.0, "verdict": verdict,
    }  # fmt: skip


def test_the_title_is_answered_by_its_claims():
    claims = [claim("modular_above_flat", "reproduced"), claim("robust_to_weight_noise", "contradicted")]
    claims.append(claim("fragile_to_tau_noise", "depends on the rate"))
    assert promises.answers(pd.DataFrame(claims)).splitlines() == [
        "Efficient: yes. modular_above_flat is so. Found: 0.123 (-1 to 1), a share.",
        "General: not asked here, this run lacks the networks.",
        "Robust: no. robust_to_weight_noise is so. Found: 0.123 (-1 to 1), a share.",
        "Robust: it depends on the learning rate. fragile_to_tau_noise is so. "
        "Found: 0.123 (-1 to 1), a share.",
    ]


def test_every_verdict_is_an_answer_and_the_claims_of_the_title_are_there():
    from modgrow.verdict.all_claims import CLAIMS
    from modgrow.verdict.verdicts import NOT_JUDGED, VERDICTS

    assert promises.WORDS.keys() == {*VERDICTS, NOT_JUDGED}
    names = {name for promise in promises.PROMISES.values() for name in promise}
    assert names <= {one.name for one in CLAIMS if one.headline}


def landing(folder, note=""):
    """What a report on the results in `folder` opens with, as HTML."""
    job = SimpleNamespace(
        rule=SimpleNamespace(name="claims_figure"), params=SimpleNamespace(id=f'{{"note":"{note}"}}')
    )
    shown = [SimpleNamespace(job=job, path=folder / "figures" / name) for name in ("claims.svg", "fig2a.svg")]
    snakemakes = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    template = (ROOT / "workflow/report/workflow.rst").read_text()
    text = snakemakes.from_string(template).render(categories={"1 Verdict": {"": shown}})
    return publish_parts(text, writer="html")["body"]


def test_a_report_opens_with_the_count_the_title_and_the_first_figure(tmp_path):
    claims = [claim("modular_above_flat", "reproduced"), claim("robust_to_weight_noise", "contradicted")]
    (tmp_path / "verdict.txt").write_text(f"{NOTE}\n1 reproduced, of 2; see `snakemake columns`\n")
    (tmp_path / "answers.txt").write_text(promises.answers(pd.DataFrame(claims)) + "\n")
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/fig2a.svg").write_text(SVG)
    text = landing(tmp_path, NOTE)
    assert "system-message" not in text
    assert f"<p><strong>{NOTE.replace('<', '&lt;')}</strong></p>" in text
    assert text.count("demo, not the paper") == 1
    assert "<em>1 reproduced, of 2; see snakemake columns</em>" in text
    assert text.count("<li>") == 3
    assert "<strong>Efficient</strong>: yes. modular_above_flat is so." in text
    assert "<strong>Robust</strong>: no. robust_to_weight_noise is so." in text
    assert SVG.partition("<svg")[2] in text
    assert "explorer.html" not in text
    (tmp_path / "explorer.html").write_text("")
    assert '<a href="explorer.html">' in landing(tmp_path)


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests."""
    pytest.importorskip("selenium.webdriver")
    started = browsers.start()
    yield started
    started.quit()


@pytest.fixture
def browser(chromium, tmp_path):
    """The page of the table; it must say nothing on its console, and ask for nothing."""
    path = tmp_path / "mine.html"
    path.write_text(page.draw("mine", TABLE, 9, NOTE, glossary.read(GLOSSARY)["mine"]), encoding="utf-8")
    browsers.requests(chromium)
    chromium.get(path.as_uri())
    yield chromium
    assert chromium.get_log("browser") == []
    assert [url for url in browsers.requests(chromium) if not url.startswith(browsers.OWN)] == []


def press(browser, column):
    """Press the head of a column, by script; what it says then of its order."""
    script = """const heads = [...document.querySelectorAll("th")];
        const head = heads.find((one) => one.innerText == arguments[0]);
        head.querySelector("button").click();
        return head.getAttribute("aria-sort")"""
    return browser.execute_script(script, column)


def seeds(browser):
    """The seeds of the rows that can be seen, in their order."""
    script = "return [...document.querySelectorAll('tbody tr')].filter((row) => row.offsetParent)"
    return browser.execute_script(f"{script}.map((row) => Number(row.cells[1].innerText))")


def search(browser, words):
    """Type into the field, by script; what the page says of it."""
    script = """const field = document.querySelector("input");
        field.value = arguments[0];
        field.dispatchEvent(new Event("input"));
        return document.querySelector("output").innerText"""
    return browser.execute_script(script, words)


class TestInABrowser:
    """Buttons are pressed by script."""

    pytestmark = in_browser

    @pytest.mark.parametrize(
        ("column", "ascending", "descending"),
        [
            ("value", [1, 10, 0, 3, 2], [3, 0, 10, 1, 2]),  # the empty one is last either way
            ("found", [1, 3, 10, 0, 2], [0, 10, 3, 1, 2]),
            ("arm", [3, 10, 2, 1, 0], [0, 2, 1, 10, 3]),  # 5 before 10; those alike keep their order
            ("seed", [0, 1, 2, 3, 10], [10, 3, 2, 1, 0]),
        ],
    )
    def test_a_column_sorts_its_rows_up_then_down(self, browser, column, ascending, descending):
        assert press(browser, column) == "ascending"
        assert seeds(browser) == ascending
        assert press(browser, column) == "descending"
        assert seeds(browser) == descending

    def test_one_column_at_a_time_is_marked(self, browser):
        press(browser, "seed")
        press(browser, "arm")
        marked = "return [...document.querySelectorAll('[aria-sort]')].map((head) => head.innerText)"
        assert browser.execute_script(marked) == ["arm"]

    def test_rows_are_found_by_all_words_in_any_case(self, browser):
        assert search(browser, "MODULAR 5") == "2 of 5 rows"
        assert seeds(browser) == [2, 1]
        assert press(browser, "seed") == "ascending"
        assert seeds(browser) == [1, 2]
        assert search(browser, "nothing of it") == "0 of 5 rows"
        assert search(browser, " ") == ""
        assert seeds(browser) == [0, 1, 2, 3, 10]

    def test_a_table_without_rows_can_be_pressed_and_searched(self, browser, tmp_path):
        path = tmp_path / "empty.html"
        path.write_text(page.draw("mine", TABLE.head(0), 9), encoding="utf-8")
        browser.get(path.as_uri())
        assert press(browser, "arm") == "ascending"
        assert search(browser, "x") == "0 of 0 rows"

    def test_without_neighbours_there_is_no_way_to_them(self, browser):
        """Inside the report a page is a `data:` address."""
        shown = "return document.querySelector('nav').offsetParent !== null"
        assert browser.execute_script(shown)
        browser.get("data:text/html," + page.draw("mine", TABLE, 9).replace("%", "%25").replace("#", "%23"))
        assert not browser.execute_script(shown)
        assert press(browser, "seed") == "ascending"
        assert seeds(browser) == [0, 1, 2, 3, 10]
