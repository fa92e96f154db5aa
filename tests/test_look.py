"""The picture of a running network: right marks at planted errors, in the picture as on disk."""

import sys

import numpy as np
import pytest
import torch
from matplotlib.image import imread
from PIL import Image

from modgrow import __main__
from modgrow.cli import look as command
from modgrow.errors import ModgrowError
from modgrow.figures import look, moving, style
from modgrow.model import exact
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.model.trained import Trained
from modgrow.store import networks
from tests.conftest import small_arm

DAMAGED = 6  # the module of a chain whose W^I is zero


def damaged(n=20):
    """An exact chain in which one module takes every bit for 0, and hands up what is wrong at every 1."""
    trained = exact.chain(4, n)
    trained.network.chain[DAMAGED - 1].input.zero_()
    return trained


@pytest.fixture(scope="module")
def running():
    bits = (np.random.default_rng(0).random(80) < 0.2).astype(float)
    return command.run(damaged(), bits, [1, 6])


def by_counting(bits, n, t):
    """Parity of the last `n` of the bits up to the one at `t`, from 0."""
    return sum(int(bit) for bit in bits[t - n + 1 : t + 1]) % 2


def test_every_answer_is_marked_as_counting_ones_says(running):
    assert running.answers.shape == running.asked.shape == running.wrong.shape == (19, 80)
    for head, n in enumerate(range(2, 21)):
        for t in range(80):
            assert running.asked[head, t] == (t + 1 >= n)
            right = running.answers[head, t] == by_counting(running.bits, n, t) if t + 1 >= n else True
            assert running.wrong[head, t] == (not right)


def test_the_errors_of_a_damaged_module_run_along_the_diagonal(running):
    first = DAMAGED - 1  # its head
    assert not running.wrong[:first].any()
    assert 5 < running.bits.sum() < 40
    for head in range(first, 19):
        for t in range(head + 1, 80):
            misread = running.bits[t - (head - first)] == 1.0
            assert running.wrong[head, t] == misread


def test_the_picture_has_its_marks_where_the_errors_are(running):
    shown = look.fields(running)
    assert (np.isclose(shown, look.COLOURS["wrong"]).all(-1) == running.wrong).all()
    assert (np.isclose(shown, look.COLOURS["not asked yet"]).all(-1) == ~running.asked).all()
    ones = running.asked & ~running.wrong & (running.answers == 1)
    assert (np.isclose(shown, look.COLOURS["answer 1"]).all(-1) == ones).all()
    panel = look.draw(running, "a title").axes[-1]
    (image,) = panel.images
    assert np.allclose(image.get_array(), shown)
    assert image.get_extent() == [0.5, 80.5, 20.5, 1.5]  # head 2 on top, the first bit at step 1


def test_every_error_is_seen_in_the_file(running, tmp_path):
    """Referee: pixels at the places that the axes give to (step, N)."""
    path = tmp_path / "picture.png"
    figure = look.draw(running, "a title")
    style.save(figure, None, path)
    pixels = imread(path)[..., :3]
    to_pixel = figure.axes[-1].transData
    scale = 200 / figure.dpi
    for head, t in np.argwhere(running.asked):
        column, row = to_pixel.transform((t + 1, head + 2)) * scale
        colour = pixels[len(pixels) - 1 - int(row), int(column)]
        assert np.allclose(colour, look.COLOURS["wrong"], atol=0.03) == running.wrong[head, t], (head, t)


def test_the_panels_are_the_bits_the_modules_and_the_heads(running):
    bits, first, sixth, heads = look.draw(running, "$ and 5% of it").axes
    assert bits.get_title(loc="left") == r"\$ and 5% of it"
    assert bits.images[0].get_array().ravel().tolist() == running.bits.tolist()
    assert (first.get_ylabel(), sixth.get_ylabel()) == ("module 1\n$N$ = 2", "module 6\n$N$ = 7")
    states = damaged().activity(running.bits)[5, :, :, 0].numpy()
    assert np.array_equal(sixth.images[0].get_array(), states.T)
    assert heads.get_xlabel() == "step"


@pytest.mark.parametrize(("units", "n"), [(3, 2), (54, 28)])
def test_a_flat_network_shows_its_one_population_and_all_heads(units, n):
    found = command.run(exact.flat(units), np.ones(40), [1])
    assert found.answers.shape == (n - 1, 40)
    assert not found.wrong.any()
    population = look.draw(found, "flat").axes[1]
    assert population.get_ylabel() == f"all {units}\nunits"
    assert population.images[0].get_array().shape == (units, 40)


@pytest.mark.parametrize(("steps", "width"), [(1, 3.5), (150, 3.5), (151, 7.0), (1000, 12.0)])
def test_long_runs_take_more_room(steps, width):
    figure = look.draw(command.run(exact.chain(2, 4), np.zeros(steps), [1, 2]), "long")
    assert figure.get_size_inches()[0] == pytest.approx(width)


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_command_draws_what_it_says(tmp_path, monkeypatch, capsys, suffix):
    networks.write(tmp_path / "n.safetensors", damaged())
    picture = tmp_path / f"picture.{suffix}"
    words = ["look", str(tmp_path / "n.safetensors"), "--modules", "6,1", "--output", str(picture)]
    monkeypatch.setattr(sys, "argv", ["modgrow", *words])
    __main__.main()
    said = capsys.readouterr().out
    assert said.startswith(f"{picture}: modular, 4 units, seed 0, N = 2 to 20, on 80 bits: ")
    assert said.endswith("% of answers wrong\n")
    assert picture.stat().st_size > 5000
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("picture")] == [picture.name]
    before = picture.read_bytes()
    __main__.main()
    assert picture.read_bytes() == before


def test_random_bits_follow_the_seed_and_given_ones_are_taken(tmp_path):
    path = str(tmp_path / "n.safetensors")
    networks.write(path, exact.chain(2, 5))
    output = tmp_path / "look.png"
    pictures = []
    for bits, seed in (("random:90", 0), ("random:90", 1), ("0" * 90, 0), ("0" * 90, 1)):
        assert "on 90 bits: no answer wrong" in command.picture(path, bits, seed, None, str(output))
        pictures.append(output.read_bytes())
    assert len(set(pictures)) == 3
    assert pictures[2] == pictures[3]


def test_a_network_that_ended_in_an_unsolved_n_is_shown_as_it_was_when_it_had_solved_its_last(tmp_path):
    network = Network(small_arm())
    for _ in range(3):
        grow(network, 0)
    path = str(tmp_path / "n.safetensors")
    for n_solved, said in ((3, "N = 2 to 3"), (4, "N = 2 to 4")):
        networks.write(path, Trained(network, 0, n_solved))
        assert said in command.picture(path, None, 0, None, str(tmp_path / "look.png"))


def test_a_network_that_solved_nothing_is_shown_as_it_is(tmp_path):
    network = Network(small_arm())
    grow(network, 0)
    networks.write(tmp_path / "n.safetensors", Trained(network, 0, 1))
    said = command.picture(str(tmp_path / "n.safetensors"), None, 0, None, str(tmp_path / "look.png"))
    assert "N = 2 to 2, on 62 bits" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bits": "012"}, "bits: '2' is no bit; text may hold 0 and 1 alone"),
        ({"bits": ""}, "bits: none are given; give at least one"),
        ({"bits": "random:x"}, "--bits random:x: is no number of bits; write random:200"),
        ({"bits": "random:0"}, "--bits random:0: is no number of bits"),
        ({"bits": "random:-5"}, "--bits random:-5: is no number of bits"),
        ({"bits": "random:2001"}, "--bits: 2001 bits are more than a picture shows; give 2000 at most"),
        ({"modules": "2,5"}, "--modules: '5' is no module of this network; there are 1 to 4"),
        ({"modules": "0"}, "--modules: '0' is no module"),
        ({"modules": "1,,2"}, "--modules: '' is no module"),
        ({"modules": "one"}, "--modules: 'one' is no module"),
        (
            {"output": "look.pdf"},
            "look.pdf: a picture is a .png or .svg file, a moving one a .gif; name it so",
        ),
        ({"path": "t.parquet"}, "t.parquet: is no network; name a .safetensors file"),
        ({"path": "none.safetensors"}, "none.safetensors: no such network"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(tmp_path, monkeypatch, changes, said):
    monkeypatch.chdir(tmp_path)
    networks.write("n.safetensors", exact.chain(2, 5))
    asked = {"path": "n.safetensors", "bits": None, "seed": 0, "modules": None, "output": "look.png"}
    with pytest.raises(ModgrowError) as refused:
        command.picture(**{**asked, **changes})
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "look.png").exists()


def test_a_network_that_diverged_and_solved_nothing_is_refused(tmp_path):
    network = Network(small_arm())
    grow(network, 0)
    with torch.no_grad():
        network.newest.bias.fill_(float("nan"))
    networks.write(tmp_path / "n.safetensors", Trained(network, 0, 1, diverged=True))
    with pytest.raises(ModgrowError, match="this network diverged in training"):
        command.picture(str(tmp_path / "n.safetensors"), None, 0, None, str(tmp_path / "look.png"))


@pytest.fixture(scope="module")
def all_modules():
    bits = (np.random.default_rng(0).random(60) < 0.2).astype(float)
    return command.run(damaged(), bits, list(range(1, 20)))


def test_a_moving_picture_shows_each_answer_once_its_module_is_there(all_modules):
    frames = list(moving.draw(all_modules))
    births = moving.births_of(all_modules)
    assert len(frames) == 60
    orange = tuple(round(255 * part) for part in look.COLOURS["wrong"])
    left = moving.MARGIN + moving.NAME + moving.DOT * 4 + 12
    for step in (20, 59):
        for head, t in zip(*np.nonzero(all_modules.wrong), strict=True):
            x = left + moving.CELL[0] * int(t) + moving.CELL[0] // 2
            y = moving.TOP + moving.CELL[1] * int(head) + 5
            assert (frames[step].getpixel((x, y)) == orange) == (births[head] <= t <= step)


def test_a_moving_picture_is_an_animation_of_as_many_frames(tmp_path):
    file = tmp_path / "chain.safetensors"
    networks.write(file, exact.chain(4, 8))
    said = command.picture(str(file), "random:30", 0, None, str(tmp_path / "a.gif"), n=6)
    assert "N = 2 to 6" in said
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 30
        shown = [np.asarray(image.convert("RGB")).mean() for _ in map(image.seek, (0, 1))]
        assert shown[0] < shown[1]  # the finished picture, then an empty one


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({"modules": "2"}, "leave --modules out"),
        ({"n": 9}, "--n 9: this network has not solved it; it came to N = 8"),
        ({"n": 1}, "--n 1"),
    ],
)
def test_what_a_moving_picture_cannot_show_is_refused(tmp_path, asked, what):
    file = tmp_path / "chain.safetensors"
    networks.write(file, exact.chain(4, 8))
    with pytest.raises(ModgrowError, match=what):
        command.picture(str(file), None, 0, asked.get("modules"), str(tmp_path / "a.gif"), asked.get("n"))
    assert not (tmp_path / "a.gif").exists()
