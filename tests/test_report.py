"""The HTML report, read by a real browser: no errors, every figure and table there, the claims first."""

import shutil
from pathlib import Path

import pytest

from tests.runs import snakemake

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.workflow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Debian's chromium and chromium-driver"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def report(done):
    """The report of the small DAG."""
    run = snakemake(done, "--report", "report.html")
    assert run.returncode == 0, run.stdout[-3000:]
    return done / "report.html"


@pytest.fixture
def browser(report):
    """Chromium without a screen, in which the report has loaded."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1500,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chromium = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    chromium.get(report.as_uri())
    wait(chromium, lambda page: "1 Verdict" in page.find_element(By.ID, "app").text)
    yield chromium
    chromium.quit()


def wait(browser, condition):
    """Let the page come to be as `condition` says, for at most half a minute."""
    passing = (StaleElementReferenceException, NoSuchElementException)
    return WebDriverWait(browser, 30, ignored_exceptions=passing).until(condition)


def press(browser, button):
    """Click a button wherever the page has moved it meanwhile: a mouse would hit what came in its place."""
    browser.execute_script("arguments[0].click()", button)


def open_category(browser, name):
    """Click a category of the menu; the buttons that show its entries."""
    press(browser, browser.find_element(By.XPATH, f"//*[text()='{name}']"))
    return wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "#app tbody a[iconname='eye']"))


def page_text(browser):
    """The text of the table's page being shown, or nothing where there is none or it is not there yet."""
    browser.switch_to.default_content()
    frames = browser.find_elements(By.TAG_NAME, "iframe")
    if not frames:
        return ""
    browser.switch_to.frame(frames[0])
    text = browser.execute_script("return document.querySelector('tbody td') && document.body.innerText")
    browser.switch_to.default_content()
    return text or ""


def entries(browser, kind):
    """Paths of the report's entries of one type, as the report itself lists them."""
    script = "return Object.keys(results).filter(path => results[path].mime_type == arguments[0])"
    return browser.execute_script(script, kind)


def test_the_page_loads_without_errors_and_says_what_it_is(browser):
    text = browser.find_element(By.ID, "app").text
    assert "independent reproduction" in text
    assert "not the paper's settings: batch_size 64 instead of 256, epochs 3 instead of 60" in text
    assert text.index("1 Verdict") < text.index("2 Figures") < text.index("4 Tables")
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert not errors


def test_every_figure_of_the_run_is_in_the_report_with_a_caption(browser, done):
    made = {path.stem for path in (done / "results/small/figures").glob("*.svg")}
    assert {Path(path).stem for path in entries(browser, "image/svg+xml")} == made
    captions = browser.execute_script("return Object.values(results).map(result => result.caption)")
    assert all(len(caption) > 60 for caption in captions)


def test_every_figure_is_drawn(browser):
    image = "document.querySelector('#app img:not([src*=\"filename=logo\"])')"
    drawn = f"return {image}?.naturalWidth > 100 && {image}.src.slice(0, 80)"
    buttons, seen = open_category(browser, "2 Figures"), set()
    for button in buttons:
        press(browser, button)
        seen.add(wait(browser, lambda page: (found := page.execute_script(drawn)) not in seen and found))
    assert len(seen) == len(buttons)


def test_every_table_shows_rows(browser, done):
    made = {path.stem for path in (done / "results/small/tables").glob("*.parquet")}
    assert {Path(path).stem for path in entries(browser, "text/html")} == made | {"claims"}
    buttons = open_category(browser, "4 Tables")
    for button, table in zip(buttons, sorted(made), strict=True):
        press(browser, button)
        assert " rows" in wait(
            browser, lambda page, table=table: table in page_text(page) and page_text(page)
        )


def test_the_claims_come_first_with_their_verdicts(browser):
    press(browser, open_category(browser, "1 Verdict")[-1])  # below the figure
    assert "not judged" in wait(browser, page_text)


def test_run_times_and_the_graph_of_rules_are_there(browser):
    assert browser.execute_script("return runtimes_spec.data.values.length") > 10
    assert "train_network" in browser.execute_script("return Object.keys(rules)")
