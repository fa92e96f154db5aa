"""The explorer in a real browser: the same numbers as Python, growth, every control, nothing asked for."""

import base64
import time

import numpy as np
import pytest
import torch

from modgrow.experiments import disturbance
from modgrow.explorer import page as explorer
from modgrow.learning.descent import Descent
from modgrow.model import exact
from modgrow.model.growth import grow
from modgrow.model.network import TENSORS, LeakyModule, Network
from modgrow.model.trained import Trained
from tests import browsers
from tests.conftest import small_arm
from tests.runs import ROOT

pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

pytestmark = [
    pytest.mark.skipif(
        not (browsers.CHROMIUM and browsers.DRIVER), reason="needs Debian's chromium and chromium-driver"
    ),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
BITS = "".join(map(str, np.random.default_rng(0).integers(0, 2, 200)))
CHAIN, INSIDE, AT_ONCE, MATCH, FLAT = range(5)  # places of the networks in the page
NAMES = {name: name for name in TENSORS} | {"readout_bias": "readoutBias"}
CONTROLS = "button, input, select, textarea, summary"


def grown(n, seed=0, **settings):
    """An untrained network with heads up to `n`."""
    network = Network(small_arm(**settings))
    while network.n_newest < n:
        grow(network, seed)
    snapshots = {n: network} if settings.get("flat") else {}
    return Trained(network.requires_grad_(False), seed, n, snapshots=snapshots)


@pytest.fixture(scope="module")
def shown():
    """The networks in the page, in its order."""
    return [
        grown(30, units=10),
        grown(6, units=7, leak="inside"),
        grown(6, units=5, feedforward_delay=0),
        grown(6, units=6, task="match"),
        grown(12, units=54, flat=True),
    ]


@pytest.fixture(scope="module")
def address(shown, tmp_path_factory):
    """The address of the page."""
    path = tmp_path_factory.mktemp("explorer") / "page.html"
    path.write_text(explorer.draw(shown), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests."""
    started = browsers.start()
    yield started
    started.quit()


@pytest.fixture
def browser(chromium, address):
    """The page, loaded anew and standing still; whatever a test does, nothing is said and nothing asked for."""
    chromium.get_log("browser")
    browsers.requests(chromium)
    chromium.get(address)
    chromium.execute_script("modgrow.page.play(false)")
    yield chromium
    assert chromium.get_log("browser") == []
    assert browsers.requests_elsewhere(chromium) == []


def press(browser, name):
    browser.execute_script("document.getElementById(arguments[0]).click()", name)


def wait(condition, seconds=60):
    """What `condition` gives as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("place", [CHAIN, INSIDE, AT_ONCE, MATCH, FLAT])
def test_activity_and_answers_are_those_of_python(browser, shown, place):
    found = browser.execute_script(
        "return modgrow.run(modgrow.networks[arguments[0]], arguments[1])", place, BITS
    )
    activity = np.moveaxis(np.array(found["activity"]), 0, 1)
    theirs = shown[place].activity(BITS)[..., 0].numpy()
    assert np.abs(theirs).max() > 0.1
    assert np.abs(activity - theirs).max() < 1e-5
    assert np.array_equal(np.array(found["answers"]).T, shown[place].answers(BITS)[..., 0].numpy())


def batch(rng, units, steps=14, sequences=72):
    """Bits, initial states, upstream states and labels of one update."""
    return {
        "bits": rng.integers(0, 2, (steps, sequences)).astype(np.float32),
        "initial": (0.1 * rng.random((units, sequences))).astype(np.float32),
        "upstream": rng.standard_normal((steps + 1, units, sequences)).astype(np.float32),
        "labels": rng.integers(0, 2, (1, sequences)),
    }


def tensors(module):
    return {NAMES[name]: getattr(module, name) for name in TENSORS if getattr(module, name) is not None}


TRAIN = """
const [module, batches, trains, settings] = arguments;
for (const name of Object.keys(module)) module[name] = Float32Array.from(module[name]);
const trainer = new modgrow.Trainer(module, trains, settings);
const steps = batches.map((batch) => trainer.learn(batch));
return { steps, module: Object.fromEntries(Object.entries(module).map(([name, x]) => [name, Array.from(x)])) };
"""


@pytest.mark.parametrize(
    ("units", "clip_norm", "frozen"), [(5, 2.0, ()), (10, 0.05, ()), (10, 2.0, ("recurrent",))]
)
def test_updates_are_those_of_the_reference(browser, rng, units, clip_norm, frozen):
    arm = small_arm(units=units, clip_norm=clip_norm, learning_rate=0.2)
    network = Network(arm)
    for _ in range(2):
        grow(network, 3)
    for name in frozen:
        getattr(network.newest, name).requires_grad_(False)
    before = {name: value.detach().clone() for name, value in tensors(network.newest).items()}
    batches = [batch(rng, units) for _ in range(3)]
    descent = Descent(network)
    theirs = [
        descent.learn(*(torch.from_numpy(one[name]) for name in ("bits", "initial", "upstream", "labels")))
        for one in batches
    ]
    given = [
        {name: x.ravel().tolist() for name, x in one.items()} | {"steps": 14, "sequences": 72}
        for one in batches
    ]
    trains = [
        name for name in ("input", "recurrent", "feedforward", "bias", "tau", "readout") if name not in frozen
    ]
    settings = {"learningRate": 0.2, "momentum": arm.momentum, "clipNorm": clip_norm, "slope": 0.01}
    module = {name: value.numpy().ravel().tolist() for name, value in before.items()}
    found = browser.execute_script(TRAIN, module, given, trains, settings)
    for step, (loss, accuracy, clipped) in zip(found["steps"], theirs, strict=True):
        assert step["loss"] == pytest.approx(loss, abs=1e-4)
        assert (step["accuracy"], step["clipped"]) == (pytest.approx(accuracy), clipped)
    assert theirs[0].clipped == (clip_norm < 1.0)
    for name, value in tensors(network.newest).items():
        ours = torch.tensor(found["module"][name]).view_as(value)
        assert (ours - value).abs().max() < 1e-4, name
        moved = (ours - before[name]).abs().max()
        assert moved == 0.0 if name in frozen else moved > 1e-4, name


@pytest.mark.parametrize("name", ["recurrent", "feedforward", "tau"])
def test_noise_is_that_of_equation_5(browser, shown, rng, name):
    module = shown[CHAIN].network.chain[1]
    value = getattr(module, name)
    xi = torch.from_numpy(rng.standard_normal(tuple(value.shape))).to(value)
    script = (
        "return Array.from(modgrow.direction(modgrow.networks[0].modules[1], arguments[0], arguments[1]))"
    )
    found = torch.tensor(browser.execute_script(script, name, xi.ravel().tolist())).view_as(value)
    assert torch.allclose(found, disturbance.by_norm(value, xi, name), atol=1e-5)


def grown_in(browser):
    """The chain that was grown in the page, as Python has it."""
    arm = small_arm(units=10)
    network = Network(arm)
    script = """
    const coded = (x) => btoa(String.fromCharCode(...new Uint8Array(Float32Array.from(x).buffer)));
    const code = (module) => Object.fromEntries(Object.entries(module).map(([name, x]) => [name, x && coded(x)]));
    return modgrow.page.live.modules.map(code)"""
    shapes = {"recurrent": (10, 10), "feedforward": (10, 10), "readout": (1, 2, 10), "readout_bias": (1, 2)}
    for written in browser.execute_script(script):
        values = {}
        for name, theirs in NAMES.items():
            if written[theirs]:
                flat = np.frombuffer(base64.b64decode(written[theirs]), "<f4").copy()
                values[name] = torch.from_numpy(flat).view(shapes.get(name, (10,)))
        network.chain.append(LeakyModule(values, arm.negative_slope, arm.leak).requires_grad_(False))
    return Trained(network, 1, network.n_newest)


def test_a_chain_grows_live_and_python_finds_that_it_has_learnt(browser):
    """Referee: accuracy by the plain count of ones, of Python's network with the page's weights."""
    browser.execute_script("document.getElementById('grow-n').value = '6'; modgrow.page.play(true)")
    press(browser, "grow")
    events = "return document.getElementById('events').textContent"
    wait(lambda: "N = 2 to 6 solved" in browser.execute_script(events), 120)
    assert browser.execute_script("return modgrow.page.app.chain.modules.length") == 5
    assert "grown here, 10 units" in browser.execute_script(
        "return document.getElementById('chain-name').textContent"
    )
    bits = np.random.default_rng(5).integers(0, 2, (2000, 10))[:20]
    last = bits[-6:].sum(0) % 2
    more = np.random.default_rng(6).integers(0, 2, (20, 2000))
    answers = grown_in(browser).answers(np.concatenate([bits, more], 1))[4, -1].numpy()
    right = np.concatenate([last, more[-6:].sum(0) % 2])
    assert (answers == right).mean() > 0.95


def test_what_growth_freezes_stays_and_what_it_copies_is_the_donors(browser):
    script = """
    const policy = {input: "copy train", recurrent: "copy freeze", feedforward: "copy train", bias: "random train",
                    tau: "copy train", readout: "random train"};
    const curriculum = new modgrow.Curriculum(
      {units: 5, nMax: 4, batchSize: 32, testBatches: 2, updatesPerTest: 10, threshold: 0, policy});
    while (!curriculum.finished) curriculum.untilTest();
    return curriculum.modules.map(({recurrent, input}) => [Array.from(recurrent), Array.from(input)])"""
    (first, second, third), inputs = zip(*browser.execute_script(script), strict=True)
    assert first == second == third
    assert inputs[0] != inputs[1] != inputs[2]


def test_marks_are_those_of_the_picture_command(browser, shown):
    from modgrow.cli import look

    browser.execute_script("modgrow.page.app.plants = false; modgrow.page.app.restart()")
    marks = browser.execute_script(
        """const {app} = modgrow.page; app.feed(arguments[0]); const found = [];
        while (app.queue.length) { app.step(); found.push(Array.from(app.tracks.chain.column(0))); }
        return found""",
        BITS,
    )
    theirs = look.run(shown[CHAIN], np.array(list(BITS), float), [1])
    assert 0.1 < theirs.wrong.mean() < 0.9
    assert np.array_equal(np.array(marks).T & 4 > 0, theirs.wrong)
    assert np.array_equal(np.array(marks).T & 2 > 0, theirs.asked)


WRONG = """
const {app} = modgrow.page;
app.plants = false; app.restart(); app.select(3);
for (let k = 0; k < 80; k++) app.step();
if (arguments[0] === "plant") app.plant();
else { app.cut("feedforward", true); }
const wrong = [];
for (let k = 0; k < 40; k++) { app.step(); wrong.push(Array.from(app.tracks.exact.column(0), (mark) => mark >> 2)); }
return wrong"""


def test_a_planted_error_runs_up_the_exact_chain_one_module_a_step(browser):
    wrong = np.array(browser.execute_script(WRONG, "plant"))  # (step, head)
    assert wrong.shape == (40, 29)
    assert {tuple(place) for place in np.argwhere(wrong)} == {(step, 3 + step) for step in range(26)}


def test_a_cut_leaves_what_is_upstream_right_and_the_rest_guessing(browser):
    wrong = np.array(browser.execute_script(WRONG, "cut"))
    assert not wrong[:, :3].any()
    assert 0.2 < wrong[:, 3].mean() < 0.8
    assert 0.2 < wrong[-10:, 4:10].mean() < 0.8


def test_clones_of_the_exact_chain_are_right_to_n_1000(browser):
    browser.execute_script(
        """const slider = document.getElementById("clones"); modgrow.page.app.plants = false;
        slider.value = 100; slider.dispatchEvent(new Event("input"));
        for (let k = 0; k < 1100; k++) modgrow.page.app.step();"""
    )
    marks = np.array(browser.execute_script("return Array.from(modgrow.page.app.tracks.exact.column(0))"))
    assert marks.shape == (999,)
    assert (marks & 2 > 0).all()
    assert not (marks & 4).any()


def test_every_control_is_reached_and_moved_by_keyboard(browser):
    browser.execute_script("document.activeElement.blur()")
    there = browser.execute_script(
        f"""const found = document.querySelectorAll("{CONTROLS}");
        found.forEach((one, k) => one.dataset.k = k);
        return Array.from(found).filter((one) => !one.disabled && one.offsetParent).map((one) => Number(one.dataset.k))"""
    )
    seen = set()
    for _ in range(len(there) + 3):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        seen.add(browser.execute_script("return Number(document.activeElement.dataset.k ?? -1)"))
    assert set(there) <= seen
    focus = "document.getElementById(arguments[0]).focus()"
    for name, key, state in [
        ("play", Keys.SPACE, "modgrow.page.isPlaying"),
        ("step", Keys.ENTER, "modgrow.page.app.labels.bits.length"),
        ("noise-recurrent", Keys.END, "modgrow.page.app.epsilons.recurrent"),
        ("clones", Keys.END, "modgrow.page.app.longestN()"),
        ("cut-input", Keys.SPACE, "modgrow.page.app.cuts.size"),
        ("chain-choice", Keys.ARROW_DOWN, "modgrow.page.app.chain.name + modgrow.page.app.chain.leak"),
    ]:
        before = browser.execute_script(f"return {state}")
        browser.execute_script(focus, name)
        ActionChains(browser).send_keys(key).perform()
        assert browser.execute_script(f"return {state}") != before, name


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_nothing_serious(browser, address, width, theme):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach((part) => part.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_script((ROOT / "tests" / "vendor" / "axe.min.js").read_text())
    found = browser.execute_async_script("axe.run().then(arguments[0])")
    assert len(found["passes"]) > 15
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious]
    rest = [one["id"] for one in found["violations"]]
    assert not rest, rest


def test_who_wants_less_motion_gets_a_page_that_stands_still(browser, address):
    media = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(address)
    steps = "return modgrow.page.app.labels.bits.length"
    before = browser.execute_script(steps)
    time.sleep(0.5)
    assert browser.execute_script(steps) == before > 100
    assert browser.execute_script("return document.getElementById('play').textContent") == "Play"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_page_without_networks_shows_those_built_by_hand(chromium, tmp_path):
    (tmp_path / "page.html").write_text(explorer.draw([]), encoding="utf-8")
    chromium.get((tmp_path / "page.html").as_uri())
    assert "exact, 4 units" in wait(
        lambda: chromium.execute_script("return document.getElementById('chain-told').textContent")
    )
    assert chromium.get_log("browser") == []
    assert exact.chain(4, 4).arm.units == 4
