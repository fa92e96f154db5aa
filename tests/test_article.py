"""The article: its numbers come from tables, and it is typeset on a few pages, the same bytes each time."""

import importlib.util
import re
import subprocess
import sys

import pytest

from docs.article import __main__ as article
from modgrow import config, prose
from modgrow.errors import ModgrowError
from modgrow.verdict.all_claims import CLAIMS
from tests.runs import ROOT

TEMPLATE = ROOT / "docs" / "templates" / prose.ARTICLE
ASKED = re.compile(r"<<.*?>>|<%.*?%>|<#.*?#>", re.DOTALL)
LAYOUT = (  # numbers of typst, not of the text
    r"//.*",
    r"#import.*",
    r"width: [\d.]+%",
    r"columns: .*",
    r"size: [\d.]+pt",
    r'"[\w/]*fig7\.svg"',
    r"\bname=\"\w+\"",
)
NAMED = (  # numbers that stand in the text and are no results
    r"datetime\(.*?\)",  # the date of the article
    r"Figs?\. \d[a-c]?",  # figures and equations of the paper
    r"eq\. \d",
    r"95 %",  # the level of every interval
    r"factor of\s+1\.6",  # what was registered as negligible (fig3.py: WHY_BOUND)
    r"first run: 0\.1 for all",  # the first run's learning rate, whose settings are no longer in config.yaml
    r"uniform on \(0, 1\)",
    r"accuracy above 0\.9",  # the paper's threshold in Fig. 3
    r"stalls at about 15",  # the paper's own number
    r"Python 3\.11",
    r"chain of 30 modules",
    r"modules? (?:1|2|3|30)\b",  # which module is meant
    r"parity of the last [234]",
    r"\$N (?:=|>=) (?:2|3|6|10|30|200|1000)(?: \+ K)?\$",  # which task is meant
    r"\bN - 1\b",
    r"h_m \(t - 1\)|h_\(m - 1\)\(t - 1\)|\(1 - 1/tau_m\)|1/tau_m|1 - 1/tau|tau >= 1|plus\.minus 1",  # eq. 1
)


@pytest.fixture(scope="module")
def settings():
    return config.load(ROOT / "config.yaml")


def unexplained(text):
    """Numbers of a template's text that no expression of it gives and no list above names."""
    for pattern in (ASKED, *LAYOUT, *NAMED):
        text = re.sub(pattern, " ", text)
    return [line.strip() for line in text.splitlines() if re.search(r"\d", line)]


def test_every_number_comes_from_a_table_or_a_setting_or_is_named_here():
    assert unexplained(TEMPLATE.read_text(encoding="utf-8")) == []


def test_a_result_written_by_hand_is_seen():
    assert unexplained("Chains end at 61 << first.count >> tasks,\nas Fig. 2a has it.") == [
        "Chains end at 61   tasks,"
    ]


def test_the_table_has_every_headline_that_was_registered():
    rows = re.findall(r'<< headline\("[^"]+", "(\w+)"', TEMPLATE.read_text(encoding="utf-8"))
    assert rows == [claim.name for claim in CLAIMS if claim.headline]


def test_the_template_is_filled_from_the_committed_tables(settings):
    text = prose.article(settings)
    assert not ASKED.search(text)
    first = prose.numbers(settings)["first"]
    assert str(int(first.counted.loc["of the paper", "all"])) in text
    assert prose.interval(first.claim("generalisation_above_flat")) in text


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ('<< first.claim("no_such_claim") | interval >>', "no claim no_such_claim"),
        ('<< first.figure("fig99") >>', "no figure fig99"),
        ("<< settings.no_such_key >>", "no_such_key"),
    ],
)
def test_what_is_not_there_ends_the_filling(asked, what, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(prose, "TEMPLATES", tmp_path)
    (tmp_path / prose.ARTICLE).write_text(asked)
    with pytest.raises(ModgrowError, match=what):
        prose.article(settings)


def python_with_typst():
    """This Python or that of `make article`; none has typst if neither."""
    if importlib.util.find_spec("typst"):
        return sys.executable
    made = ROOT / ".venv" / "article" / "bin" / "python"
    return str(made) if made.exists() else None


@pytest.mark.skipif(not python_with_typst(), reason="typst is not installed: make article")
def test_it_is_typeset_on_four_to_six_pages_and_the_same_bytes_each_time(tmp_path):
    written = []
    for folder in (tmp_path / "one", tmp_path / "another"):
        article.stage(folder)
        command = [python_with_typst(), str(ROOT / "docs" / "article" / "typeset.py"), str(folder)]
        subprocess.run(command, check=True, capture_output=True)
        written.append((folder / "article.pdf").read_bytes())
    assert written[0] == written[1]
    counts = re.findall(
        rb"/Type\s*/Pages\s*/Count (\d+)", written[0]
    )  # of the tree of pages and its branches
    assert 4 <= max(map(int, counts)) <= 6
