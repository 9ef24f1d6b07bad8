"""How results look in a notebook: SVG that is well-formed, safe, small, and shows what is in the arrays."""

import base64
import dataclasses
import re
import xml.etree.ElementTree as ElementTree
import zlib

import numpy as np
import pytest

import aureole

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def patterns(stack):
    file, poni = stack
    return aureole.integrate(file, poni=poni, bins=200, error_model="poisson")


@pytest.fixture(scope="module")
def cakes(stack):
    file, poni = stack
    return aureole.integrate(file, poni=poni, bins=50, azimuthal_bins=12, frames=(0, 5))


def drawing(one):
    """The SVG of what a notebook shows, and the line below."""
    shown = one._repr_html_()
    figure = ElementTree.fromstring(shown)
    return figure.find(f"{SVG}svg"), figure.find("figcaption").text, len(shown)


def curves(svg):
    paths = [path for path in svg.iter(f"{SVG}path") if path.get("class") == "curve"]
    return [np.array(re.findall(r"-?[\d.]+", path.get("d")), float).reshape(-1, 2) for path in paths]


def texts(svg):
    return [text.text for text in svg.iter(f"{SVG}text")]


def images(svg):
    return [base64.b64decode(image.get("href").split(",", 1)[1]) for image in svg.iter(f"{SVG}image")]


def size(png):
    assert png.startswith(b"\x89PNG")
    return tuple(int.from_bytes(png[at : at + 4], "big") for at in (16, 20))


def test_a_pattern_is_a_curve_with_its_errors_and_ticks(patterns):
    svg, caption, _ = drawing(patterns[3])
    drawn = np.concatenate(curves(svg))
    row = patterns.intensity[3]
    assert len(drawn) == np.isfinite(row).sum() and drawn[np.argmin(drawn[:, 1]), 1] < drawn[:, 1].mean()
    assert np.argmin(drawn[:, 1]) == np.argmax(row[np.isfinite(row)])
    assert any(path.get("fill-opacity") for path in svg.iter(f"{SVG}path"))
    assert patterns.unit.label in texts(svg) and "intensity" in texts(svg) and len(texts(svg)) > 8
    assert "200 bins" in caption and "frame 3" in caption


def test_a_stack_is_an_image_with_a_row_a_frame(patterns):
    svg, caption, length = drawing(patterns)
    stack, bar = images(svg)
    assert size(stack) == (200, 40) and size(bar)[0] == 1 and "frame" in texts(svg)
    assert caption.startswith("40 frames x 200 bins") and "none failed" in caption
    assert length < 60_000


def pixels(png):
    """The steps of a PNG with a palette and no filters, the upper row first."""
    width, height = size(png)
    at, data = 8, b""
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    return np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width + 1)[:, 1:]


def test_more_intensity_is_a_higher_step_and_nothing_the_last_one(patterns):
    rows = np.outer(np.arange(1, 41), np.linspace(5, 1, 200)).astype(np.float32)
    rows[7] = np.nan
    svg, *_ = drawing(dataclasses.replace(patterns, intensity=rows, sigma=None))
    steps = pixels(images(svg)[0])[::-1].astype(int)
    assert (steps[7] == 255).all() and (np.delete(steps, 7, 0) < 255).all()
    assert steps[39, 0] == 254 and steps[0, 199] == 0
    assert (np.diff(np.delete(steps, 7, 0), axis=0) >= 0).all() and (np.diff(steps[20]) <= 0).all()


def test_cakes_are_images_and_stacks_of_cakes_their_means(cakes):
    svg, caption, _ = drawing(cakes[0])
    assert size(images(svg)[0]) == (50, 12) and any("Azimuthal" in text for text in texts(svg))
    svg, caption, _ = drawing(cakes)
    assert size(images(svg)[0]) == (50, 5) and "means over all azimuths" in caption


def test_colours_are_those_of_the_page(patterns):
    for one in (patterns, patterns[0]):
        svg, *_ = drawing(one)
        assert svg.get("fill") == "currentColor" and not any(
            path.get("stroke") in {"black", "#000"} for path in svg.iter()
        )


def test_large_stacks_stay_small(patterns):
    noise = np.random.default_rng(1).normal(size=(2000, 200)).astype(np.float32)
    noise[100:300] = np.nan
    large = dataclasses.replace(patterns, frames=range(2000), intensity=noise, sigma=None)
    *_, length = drawing(large)
    assert length < 200_000


def test_a_spike_of_a_long_pattern_is_drawn(patterns):
    long = np.ones(50_000, np.float32)
    long[31_234], long[100:400] = 70.0, np.nan
    one = dataclasses.replace(patterns[0], radial=np.linspace(1, 5, 50_000), intensity=long, sigma=None)
    svg, _, length = drawing(one)
    drawn = curves(svg)
    top = min(curve[:, 1].min() for curve in drawn)
    assert top < 30 and len(drawn) == 2 and length < 60_000


def test_what_failed_or_is_empty_says_so_and_is_no_markup(patterns):
    nothing = np.full(200, np.nan, np.float32)
    failed = dataclasses.replace(patterns[0], intensity=nothing, error="<script>alert(1)</script>" + "x" * 5000)
    shown = failed._repr_html_()
    assert "no bin has a value" in shown and "<script" not in shown and "&lt;script&gt;" in shown and len(shown) < 2000
    unit = aureole._units.Unit.of_axis({"unit": "q", "units": "", "long_name": "<b>q & more</b>"})
    named = dataclasses.replace(patterns[0], unit=unit)
    assert "<b>" not in named._repr_html_() and "&lt;b&gt;q &amp; more" in named._repr_html_()
    empty = dataclasses.replace(patterns, frames=range(0), intensity=np.zeros((0, 200), np.float32), sigma=None)
    assert "no bin has a value" in empty._repr_html_()


def test_results_of_an_integrator_are_drawn_alike(geometry, image):
    integrator = aureole.load(geometry)
    svg, *_ = drawing(integrator.integrate1d(image, 100, error_model="poisson"))
    assert curves(svg)
    svg, *_ = drawing(integrator.integrate2d(image, 50, 36))
    assert size(images(svg)[0]) == (50, 36)
