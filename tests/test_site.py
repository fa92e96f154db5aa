"""The documentation as pages: nothing is left out, links are turned right, and what is broken is seen.

That MkDocs builds them is for `make site` to show, which needs no environment of the project.
"""

import json

import pytest

from docs.site import check, notebook, pages
from tests.runs import ROOT

NO_PAGES = {"docs/templates", "docs/site", "docs/exploratory", "docs/results/networks"}


def test_every_page_of_docs_stands_in_the_navigation_and_once():
    written = [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "docs").glob("*.ipynb"),
        *(ROOT / "docs").glob("*.html"),
    ]
    sources = {path.relative_to(ROOT).as_posix() for path in written}
    sources = {source for source in sources if not any(source.startswith(f"{one}/") for one in NO_PAGES)}
    named = [pages.origin(page) for page in pages.named(ROOT)]
    assert sorted(set(named)) == sorted(named)
    assert sources <= set(named)
    assert {"README.md", "config/README.md"} <= set(named)


def test_our_own_pages_are_gathered_with_all_that_they_link_to(tmp_path):
    assert pages.stage(ROOT, tmp_path) == []
    assert "](settings.md)" in (tmp_path / "index.md").read_text()
    assert "](../settings.md)" in (tmp_path / "api/networks.md").read_text()
    assert (tmp_path / "first_run/figures/fig2a.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "first_network.ipynb").is_file()
    assert not (tmp_path / "templates").exists()


def repository(folder, **files):
    """A repository of these pages, by their place with `__` for `/`, all in the navigation."""
    (folder / "docs/site").mkdir(parents=True)
    (folder / pages.LOOK).write_text("")
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "mkdocs.yml").write_text("nav: [index.md, settings.md, {More: [{Deep: deep/page.md}]}]\n")
    return folder


PLAIN = {"README": "", "config__README": "", "docs__deep__page": ""}


@pytest.mark.parametrize(
    ("source", "link", "staged", "turned"),
    [
        ("README", "docs/deep/page.md", "index.md", "deep/page.md"),
        ("README", "config/README.md", "index.md", "settings.md"),
        ("docs__deep__page", "../../README.md", "deep/page.md", "../index.md"),
        ("docs__deep__page", "../../config/README.md#tasks", "deep/page.md", "../settings.md#tasks"),
        ("docs__deep__page", "../../notes.txt", "deep/page.md", "../files/notes.txt"),
        ("docs__deep__page", "../table.csv", "deep/page.md", "../table.csv"),
        ("README", "https://example.org/a.md", "index.md", "https://example.org/a.md"),
        ("README", "#below", "index.md", "#below"),
    ],
)
def test_a_link_leads_to_where_its_target_lies_in_the_site(tmp_path, source, link, staged, turned):
    root = repository(tmp_path / "root", **{**PLAIN, source: f"see [`it`]({link})\nand ![it]({link})"})
    (root / "notes.txt").write_text("notes")
    (root / "docs/table.csv").write_text("a\n1\n")
    assert pages.stage(root, tmp_path / "out") == []
    assert (tmp_path / "out" / staged).read_text() == f"see [`it`]({turned})\nand ![it]({turned})"


def test_a_file_that_is_no_page_comes_along(tmp_path):
    root = repository(tmp_path / "root", **{**PLAIN, "README": "[notes](notes.txt) [table](docs/table.csv)"})
    (root / "notes.txt").write_text("notes")
    (root / "docs/table.csv").write_text("a\n1\n")
    pages.stage(root, tmp_path / "out")
    assert (tmp_path / "out/files/notes.txt").read_text() == "notes"
    assert (tmp_path / "out/table.csv").read_text() == "a\n1\n"


@pytest.mark.parametrize("code", ["`[a](b.md)`", "```python\nchain[0](bits)\n```"])
def test_code_is_no_link(tmp_path, code):
    root = repository(tmp_path / "root", **{**PLAIN, "README": code})
    assert pages.stage(root, tmp_path / "out") == []
    assert (tmp_path / "out/index.md").read_text() == code


def test_a_link_to_nothing_and_a_page_that_is_not_there_are_named(tmp_path):
    root = repository(tmp_path / "root", README="[gone](gone.md) [folder](docs/)", config__README="")
    assert pages.stage(root, tmp_path / "out") == [
        "README.md: links to gone.md, which is no file; name one, or take the link out",
        "README.md: links to docs/, which is no file; name one, or take the link out",
        "mkdocs.yml: the navigation names deep/page.md, but there is no docs/deep/page.md",
    ]


def cell(**output):
    """A code cell that showed this."""
    return {"cell_type": "code", "source": ["a = 1\n", "a"], "outputs": [{"output_type": "shown", **output}]}


@pytest.mark.parametrize(
    ("shown", "page"),
    [
        ({"text": ["one\n", "two\n"]}, "```text\none\ntwo\n```"),
        ({"data": {"text/plain": ["1"]}}, "```text\n1\n```"),
        ({"data": {"text/html": ["<style>a\n</style>\n<table>"], "text/plain": "1"}}, "<table>"),
        ({"data": {"image/png": "QUJD\n"}}, "![What the cell above draws](data:image/png;base64,QUJD)"),
    ],
)
def test_a_notebook_shows_its_code_and_what_it_gave(tmp_path, shown, page):
    cells = [{"cell_type": "markdown", "source": ["# Title"]}, cell(**shown)]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    assert notebook.markdown(tmp_path / "a.ipynb") == f"# Title\n\n```python\na = 1\na\n```\n\n{page}\n"


def test_an_output_that_no_page_can_show_is_refused(tmp_path):
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [cell(ename="ValueError")]}))
    with pytest.raises(ValueError, match="neither picture, table nor text"):
        notebook.markdown(tmp_path / "a.ipynb")


def site(folder, body):
    """A site of two pages, the first with this body."""
    (folder / "below").mkdir()
    (folder / "index.html").write_text(f'<p id="here">{body}</p>')
    (folder / "below/other.html").write_text(
        '<h2 id="caf&eacute;">there</h2><a href="../index.html#here">up</a>'
    )
    (folder / "look.css").write_text("p { background: url(data:image/png;base64,QUJD) }")
    return folder


SOUND = [
    '<a href="below/other.html#caf%C3%A9">',
    '<a href="#here">',
    '<a href="https://example.org">',  # to go there is for the reader to decide
    '<link rel="canonical" href="https://example.org">',
    '<a href="mailto:someone@example.org">',
    '<link rel="stylesheet" href="look.css?v=2">',
    '<img src="data:image/png;base64,QUJD">',
]
HOST = "https://example.org"
BROKEN = [
    ('<a href="gone.html">', "gone.html: there is no such file"),
    ('<img src="gone.png">', "gone.png: there is no such file"),
    ('<a href="#gone">', "#gone: there is no such place in the page"),
    ('<a href="below/other.html#here">', "below/other.html#here: there is no such place in the page"),
    ('<a href="../outside.html">', "../outside.html: there is no such file"),
    (f'<script src="{HOST}/a.js"></script>', f"loads {HOST}/a.js, from elsewhere"),
    ('<img src="//example.org/a.png">', "loads //example.org/a.png, from elsewhere"),
    (f'<link rel="stylesheet" href="{HOST}/a.css">', f"loads {HOST}/a.css, from elsewhere"),
    (f'<link rel="preconnect" href="{HOST}">', f"loads {HOST}, from elsewhere"),
    (f"<style>@import '{HOST}/a.css'</style>", f"loads @import '{HOST}/a.css, from elsewhere"),
    ('<pre class="mermaid">a</pre>', "has a Mermaid diagram, whose drawing would be loaded from elsewhere"),
]


@pytest.mark.parametrize("body", SOUND)
def test_a_sound_page_passes(tmp_path, body):
    assert check.site(site(tmp_path, body)) == []


@pytest.mark.parametrize(("body", "said"), BROKEN)
def test_a_broken_link_and_a_request_to_elsewhere_are_named(tmp_path, body, said):
    (tmp_path / "outside.html").write_text("")
    folder = tmp_path / "site"
    folder.mkdir()
    assert check.site(site(folder, body)) == [f"{folder / 'index.html'}: {said}"]


def test_a_style_sheet_that_asks_for_a_font_is_named(tmp_path):
    folder = site(tmp_path, "")
    (folder / "look.css").write_text(f"@font-face {{ src: url('{HOST}/a.woff') }}")
    assert check.site(folder) == [f"{folder / 'look.css'}: loads url('{HOST}/a.woff, from elsewhere"]
