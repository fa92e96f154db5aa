"""The explorer in a real browser: the same numbers as Python, growth, every control, nothing asked for."""

import base64
import time

import numpy as np
import pytest
import torch

from modgrow.cli import look
from modgrow.experiments import disturbance
from modgrow.explorer import page as explorer
from modgrow.learning.descent import Descent
from modgrow.model.growth import grow
from modgrow.model.network import TENSORS, LeakyModule, Network
from modgrow.model.trained import Trained, read_bits
from modgrow.policy import PATHWAYS
from tests import browsers
from tests.conftest import small_arm
from tests.runs import ROOT

pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

pytestmark = [
    pytest.mark.skipif(
        not (browsers.CHROMIUM and browsers.DRIVER), reason="needs Debian's chromium and chromium-driver"
    ),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
BITS = "".join(map(str, np.random.default_rng(0).integers(0, 2, 200)))
CHAIN, INSIDE, AT_ONCE, MATCH, FLAT = range(5)  # places of the networks in the page
NAMES = {name: name for name in TENSORS} | {"readout_bias": "readoutBias"}  # in Python, in the page
CONTROLS = "button, input, select, textarea, summary"
STEPS, SEQUENCES = 14, 72  # of a batch; no multiple of the page's strips of 32


def grown(n, **settings):
    """An untrained network with heads up to `n`."""
    network = Network(small_arm(**settings))
    while network.n_newest < n:
        grow(network, seed=0)
    for module in network.chain:
        module.recurrent.data.fill_diagonal_(0.3)  # takes no part, whatever it is
    snapshots = {n: network} if settings.get("flat") else {}
    return Trained(network.requires_grad_(False), 0, n, snapshots=snapshots)


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
    """The page, loaded anew and standing still. Whatever a test does, its console and the net stay empty."""
    chromium.get_log("browser")
    browsers.requests(chromium)
    browsers.show_as(chromium, width=1280)
    chromium.get(address)
    chromium.execute_script("modgrow.page.play(false)")
    yield chromium
    assert chromium.get_log("browser") == []
    asked = browsers.requests(chromium)
    assert asked.count(address) >= 1
    assert [url for url in asked if not url.startswith(browsers.OWN)] == []


def press(browser, name):
    browser.execute_script("document.getElementById(arguments[0]).click()", name)


def text(browser, name):
    return browser.execute_script("return document.getElementById(arguments[0]).textContent", name)


def wait(condition, seconds=120):
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def in_doubles(trained, bits):
    """Activity (module, time, unit) by the plain equations in double precision, from the same weights."""
    below = None
    found = []
    for module in trained.network.chain:
        silent = torch.zeros(module.units, 1, dtype=torch.float64)
        below = module.double().reference(read_bits(bits), silent, below)
        module.float()
        found.append(below[1:, :, 0].numpy())
    return np.stack(found)


RUN = "return modgrow.run(modgrow.networks[arguments[0]] ?? modgrow.page.live, arguments[1])"


@pytest.mark.parametrize("place", [CHAIN, INSIDE, AT_ONCE, MATCH, FLAT])
def test_activity_and_answers_are_those_of_python(browser, shown, place):
    found = browser.execute_script(RUN, place, BITS)
    activity = np.moveaxis(np.array(found["activity"]), 0, 1)
    theirs = shown[place].activity(BITS)[..., 0].numpy()
    assert np.abs(theirs).max() > 0.1
    assert np.abs(activity - theirs).max() < 1e-5
    assert np.abs(activity - in_doubles(shown[place], BITS)).max() < 1e-10
    assert np.array_equal(np.array(found["answers"]).T, shown[place].answers(BITS)[..., 0].numpy())


def drawn_batch(rng, units):
    """What an update takes, in its order."""
    return {
        "bits": rng.integers(0, 2, (STEPS, SEQUENCES)).astype(np.float32),
        "initial": (0.1 * rng.random((units, SEQUENCES))).astype(np.float32),
        "upstream": rng.standard_normal((STEPS + 1, units, SEQUENCES)).astype(np.float32),
        "labels": rng.integers(0, 2, (1, SEQUENCES)),
    }


def tensors(module):
    return {NAMES[name]: getattr(module, name).detach().clone() for name in TENSORS}


def listed(arrays):
    """Arrays as a script takes them."""
    return {name: np.asarray(array).ravel().tolist() for name, array in arrays.items()}


TRAIN = """
const [module, batches, trains, settings] = arguments;
for (const name of Object.keys(module)) module[name] = Float32Array.from(module[name]);
const trainer = new modgrow.Trainer(module, trains, settings);
const steps = batches.map((batch) => trainer.learn(batch));
for (const name of Object.keys(module)) module[name] = Array.from(module[name]);
return { steps, module };
"""


@pytest.mark.parametrize(
    ("units", "clip_norm", "frozen"), [(5, 2.0, ()), (10, 0.05, ()), (10, 2.0, ("recurrent",))]
)
def test_updates_are_those_of_the_reference(browser, rng, units, clip_norm, frozen):
    network = Network(small_arm(units=units, clip_norm=clip_norm, learning_rate=0.2))
    for _ in range(2):
        grow(network, 3)
    network.newest.tau.data[0] = 0.5  # counts as 1
    for name in frozen:
        getattr(network.newest, name).requires_grad_(False)
    before = tensors(network.newest)
    batches = [drawn_batch(rng, units) for _ in range(3)]
    descent = Descent(network)
    theirs = [descent.learn(*map(torch.from_numpy, batch.values())) for batch in batches]
    given = [listed(batch) | {"steps": STEPS, "sequences": SEQUENCES} for batch in batches]
    trains = [name for name in PATHWAYS if name not in frozen]
    settings = {"learningRate": 0.2, "momentum": 0.1, "clipNorm": clip_norm, "slope": 0.01}
    found = browser.execute_script(TRAIN, listed(before), given, trains, settings)
    for step, (loss, accuracy, clipped) in zip(found["steps"], theirs, strict=True):
        assert step["loss"] == pytest.approx(loss, abs=1e-4)
        assert step["accuracy"] == pytest.approx(accuracy)
        assert step["clipped"] == clipped == (clip_norm < 1.0)
    for name, value in tensors(network.newest).items():
        ours = torch.tensor(found["module"][name]).view_as(value)
        assert (ours - value).abs().max() < 1e-5, name
        moved = (ours - before[name]).abs().max()
        assert moved == 0.0 if name in frozen else moved > 1e-4, name


@pytest.mark.parametrize("name", ["recurrent", "feedforward", "tau"])
def test_noise_is_that_of_equation_5(browser, shown, rng, name):
    module = shown[CHAIN].network.chain[1]
    value = getattr(module, name)
    xi = torch.from_numpy(rng.standard_normal(tuple(value.shape))).to(value)
    script = "return Array.from(modgrow.direction(modgrow.networks[0].modules[1], ...arguments))"
    found = torch.tensor(browser.execute_script(script, name, xi.ravel().tolist())).view_as(value)
    assert torch.allclose(found, disturbance.by_norm(value, xi, name), atol=1e-5)


LIVE = """
const coded = (x) => x && btoa(String.fromCharCode(...new Uint8Array(Float32Array.from(x).buffer)));
const inText = (module) => Object.fromEntries(Object.entries(module).map(([name, x]) => [name, coded(x)]));
return modgrow.page.live.modules.map(inText)
"""


def grown_in(browser):
    """The chain of 10 units that was grown in the page, as Python has it."""
    arm = small_arm(units=10)
    network = Network(arm)
    shapes = {"recurrent": (10, 10), "feedforward": (10, 10), "readout": (1, 2, 10), "readout_bias": (1, 2)}
    for written in browser.execute_script(LIVE):
        values = {}
        for name, theirs in NAMES.items():
            if written[theirs]:
                flat = np.frombuffer(base64.b64decode(written[theirs]), "<f4").copy()
                values[name] = torch.from_numpy(flat).view(shapes.get(name, (10,)))
        network.chain.append(LeakyModule(values, arm.negative_slope, arm.leak).requires_grad_(False))
    return Trained(network, 1, network.n_newest)


def test_a_chain_grows_live_and_python_finds_that_it_has_learnt(browser):
    """Referee: ones counted, and answers by Python's network with the page's weights."""
    browser.execute_script("document.getElementById('grow-n').value = '6'; modgrow.page.play(true)")
    press(browser, "grow")
    wait(lambda: "N = 2 to 6 solved" in text(browser, "events"))
    assert browser.execute_script("return modgrow.page.app.chain.modules.length") == 5
    wait(lambda: "grown here, 10 units" in text(browser, "chain-name"))
    trained = grown_in(browser)
    bits = np.random.default_rng(5).integers(0, 2, (20, 2000))
    right = bits[-6:].sum(0) % 2
    assert (trained.answers(bits)[4, -1].numpy() == right).mean() > 0.95
    found = browser.execute_script(RUN, None, BITS)
    activity = np.moveaxis(np.array(found["activity"]), 0, 1)
    assert np.abs(activity - in_doubles(trained, BITS)).max() < 1e-10
    assert np.array_equal(np.array(found["answers"]).T, trained.answers(BITS)[..., 0].numpy())


POLICY = """
const policy = {input: "copy train", recurrent: "copy freeze", feedforward: "copy train"};
Object.assign(policy, {bias: "random train", tau: "zero freeze", readout: "random train"});
const curriculum = new modgrow.Curriculum(
  {units: 5, nMax: 4, batchSize: 32, testBatches: 2, updatesPerTest: 10, threshold: 0, policy});
while (!curriculum.finished) curriculum.untilTest();
return curriculum.modules.map(({recurrent, input, tau}) => [recurrent, input, tau].map((x) => Array.from(x)))
"""


def test_what_growth_freezes_stays_as_it_was_born(browser):
    recurrent, inputs, tau = zip(*browser.execute_script(POLICY), strict=True)
    assert recurrent[0] == recurrent[1] == recurrent[2]
    assert inputs[0] != inputs[1] != inputs[2]
    assert tau[0] != [1.0] * 5 == tau[1] == tau[2]


MARKS = """
const {app} = modgrow.page;
app.plants = false;
app.show(app.chains[arguments[0]], app.flats[0]);
app.feed(arguments[1]);
const found = [];
while (app.queue.length) { app.step(); found.push(Array.from(app.tracks.chain.column(0))); }
return found
"""


@pytest.mark.parametrize("place", [CHAIN, MATCH])
def test_marks_are_those_of_the_picture_command(browser, shown, place):
    marks = np.array(browser.execute_script(MARKS, place, BITS)).T
    theirs = look.run(shown[place], np.array(list(BITS), float), [1])
    assert 0.1 < theirs.wrong.mean() < 0.9
    assert np.array_equal(marks & 4 > 0, theirs.wrong)
    assert np.array_equal(marks & 2 > 0, theirs.asked)


WRONG = """
const {app} = modgrow.page;
app.plants = false;
app.restart();
app.select(3);
for (let k = 0; k < 80; k++) app.step();
if (arguments[0] === "plant") app.plant();
else if (arguments[0] === "cut") app.cut("feedforward", true);
else app.hold(true);
const wrong = [];
for (let k = 0; k < 40; k++) {
  app.step();
  wrong.push(Array.from(app.tracks.exact.column(0), (mark) => mark >> 2));
}
return wrong
"""


def test_a_planted_error_runs_up_the_exact_chain_one_module_a_step(browser):
    wrong = np.array(browser.execute_script(WRONG, "plant"))  # (step, head)
    assert wrong.shape == (40, 29)
    assert {tuple(place) for place in np.argwhere(wrong)} == {(step, 3 + step) for step in range(26)}


@pytest.mark.parametrize("done", ["cut", "hold"])
def test_what_is_cut_or_stands_still_leaves_all_upstream_right_and_the_rest_guessing(browser, done):
    wrong = np.array(browser.execute_script(WRONG, done))
    assert not wrong[:, :3].any()
    assert 0.2 < wrong[:, 3].mean() < 0.8
    assert 0.2 < wrong[-10:, 4:10].mean() < 0.8


CLONES = """
const slider = document.getElementById("clones");
modgrow.page.app.plants = false;
slider.value = 100;
slider.dispatchEvent(new Event("input"));
let wrong = 0;
for (let k = 0; k < 1100; k++) {
  modgrow.page.app.step();
  if (k > 40) wrong += modgrow.page.app.tracks.exact.column(0).filter((mark) => mark & 4).length;
}
return [wrong, Array.from(modgrow.page.app.tracks.exact.column(0))]
"""


def test_clones_of_the_exact_chain_are_right_to_n_1000(browser):
    wrong, marks = browser.execute_script(CLONES)
    assert wrong == 0  # also while the clones are new, once the errors planted before have run out
    marks = np.array(marks)
    assert marks.shape == (999,)
    assert (marks & 2 > 0).all()
    assert not (marks & 4).any()


THERE = """
const found = Array.from(document.querySelectorAll(arguments[0]));
found.forEach((one, k) => one.dataset.k = k);
return found.filter((one) => !one.disabled && one.offsetParent).map((one) => one.dataset.k)
"""


def test_every_control_is_reached_by_keyboard(browser):
    there = browser.execute_script(THERE, CONTROLS)
    assert len(there) > 30
    seen = set()
    for _ in range(len(there) + 1):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        seen.add(browser.execute_script("return document.activeElement.dataset.k"))
    assert set(there) <= seen


@pytest.mark.parametrize(
    ("name", "key", "state"),
    [
        ("play", Keys.SPACE, "page.isPlaying"),
        ("step", Keys.ENTER, "page.app.labels.bits.length"),
        ("noise-recurrent", Keys.END, "page.app.epsilons.recurrent"),
        ("clones", Keys.END, "page.app.longestN()"),
        ("cut-input", Keys.SPACE, "page.app.cuts.size"),
        ("hold", Keys.SPACE, "page.app.held.size"),
        ("chain-choice", Keys.ARROW_DOWN, "page.app.chain.leak"),
        ("grow-units", Keys.ARROW_RIGHT, "page.controls.growth().units"),
        ("grow-feedforward", Keys.ARROW_DOWN, "page.controls.growth().policy.feedforward"),
    ],
)
def test_keys_move_what_they_should(browser, name, key, state):
    before = browser.execute_script(f"return modgrow.{state}")
    browser.execute_script("document.getElementById(arguments[0]).focus()", name)
    ActionChains(browser).send_keys(key).perform()
    assert browser.execute_script(f"return modgrow.{state}") != before


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_nothing(browser, address, width, theme):
    browsers.show_as(browser, width, {"prefers-color-scheme": theme})
    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach((part) => part.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_script((ROOT / "tests" / "vendor" / "axe.min.js").read_text())
    found = browser.execute_async_script("axe.run().then(arguments[0])")
    assert len(found["passes"]) > 15
    said = [(one["impact"], one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
    assert not said


def test_who_wants_less_motion_gets_a_page_that_stands_still(browser, address):
    browsers.show_as(browser, 1280, {"prefers-reduced-motion": "reduce"})
    browser.get(address)
    steps = "return modgrow.page.app.labels.bits.length"
    before = browser.execute_script(steps)
    time.sleep(0.5)
    assert browser.execute_script(steps) == before > 100
    assert text(browser, "play") == "Play"


def test_bits_of_ones_own_come_next_and_what_are_none_is_said(browser):
    browser.execute_script("document.getElementById('bits').value = '1101x 0'")
    press(browser, "feed")
    assert text(browser, "events") == "Bits of your own that are next: 5. Letters passed over: 1."
    for _ in range(5):
        press(browser, "step")
    assert browser.execute_script("return modgrow.page.app.labels.bits.slice(-5)") == [1, 1, 0, 1, 0]
    press(browser, "one")
    assert browser.execute_script("return modgrow.page.app.labels.bits.at(-1)") == 1


def test_a_page_without_networks_shows_those_built_by_hand(chromium, tmp_path):
    (tmp_path / "page.html").write_text(explorer.draw([]), encoding="utf-8")
    chromium.get((tmp_path / "page.html").as_uri())
    wait(lambda: "exact, 4 units" in text(chromium, "chain-told"), 10)
    assert "exact, 54 units" in text(chromium, "flat-told")
    assert chromium.get_log("browser") == []
