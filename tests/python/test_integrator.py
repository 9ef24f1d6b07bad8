"""Integrators: threads, caches, pickles, and what is refused."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import aureole

from conftest import same


def test_64_threads_with_one_integrator_get_the_bits_of_one_thread(geometry, image):
    images = [np.roll(image, shift, axis=1) for shift in range(64)]
    alone = [aureole.load(geometry).integrate1d(each, 300, error_model="poisson") for each in images[:3]]
    shared = aureole.load(geometry)
    expected = [shared.integrate1d(each, 300, error_model="poisson") for each in images]
    assert all(same(a.intensity, b.intensity) for a, b in zip(alone, expected[:3], strict=True))
    # A fresh one: 64 threads also want the same plan at once.
    fresh = aureole.load(geometry)
    with ThreadPoolExecutor(64) as pool:
        for _ in range(3):
            got = list(pool.map(lambda each: fresh.integrate1d(each, 300, error_model="poisson"), images))
            assert all(same(a.intensity, b.intensity) for a, b in zip(got, expected, strict=True))
            assert all(same(a.sigma, b.sigma) for a, b in zip(got, expected, strict=True))


def test_an_array_that_was_changed_makes_another_plan(geometry, image):
    integrator, mask = aureole.load(geometry), np.zeros(image.shape, bool)
    before = integrator.integrate1d(image, 100, mask=mask)
    mask[:100] = True
    after = integrator.integrate1d(image, 100, mask=mask)
    assert before.count.sum() > 1.5 * after.count.sum()
    assert same(after.intensity, aureole.load(geometry).integrate1d(image, 100, mask=mask.copy()).intensity)


def test_masks_darks_and_flats_of_the_integrator_count_in_every_call(geometry, image):
    integrator, mask = aureole.load(geometry), np.zeros(image.shape, bool)
    mask[:50] = True
    now = np.zeros_like(mask)
    now[100:] = True
    integrator.set_mask(mask)
    integrator.set_darkcurrent(np.full(image.shape, 2.5))
    integrator.set_flatfield(np.full(image.shape, 1.25))
    plain = aureole.load(geometry)
    expected = plain.integrate1d(
        image, 100, mask=mask | now, dark=np.full(image.shape, 2.5), flat=np.full(image.shape, 1.25)
    )
    assert same(integrator.integrate1d(image, 100, mask=now).intensity, expected.intensity)
    assert integrator.mask is not mask, "a copy: what is done to the array later does not count"


@pytest.mark.parametrize(
    "dtype", ["uint8", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "float16", "bool"]
)
def test_every_type_of_numbers_is_read(geometry, image, dtype):
    integrator = aureole.load(geometry)
    counts = (np.abs(image) % 2).astype(dtype)
    expected = integrator.integrate1d(counts.astype(np.float64), 50).intensity
    np.testing.assert_allclose(integrator.integrate1d(counts, 50, dummy=-7).intensity, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "layout", [lambda a: a.astype(">i4"), np.asfortranarray, lambda a: np.repeat(a, 2, axis=1)[:, ::2]]
)
def test_arrays_may_lie_in_memory_as_they_like(geometry, image, layout):
    integrator = aureole.load(geometry)
    assert same(integrator.integrate1d(layout(image), 50).intensity, integrator.integrate1d(image, 50).intensity)


def test_pickles_of_an_integrator_and_of_results(geometry, image):
    integrator = aureole.load(geometry)
    integrator.set_mask(image < 20)
    expected = integrator.integrate1d(image, 100, error_model="poisson")
    copy = pickle.loads(pickle.dumps(integrator))
    assert same(copy.integrate1d(image, 100, error_model="poisson").intensity, expected.intensity)
    result = pickle.loads(pickle.dumps(expected))
    assert same(result.intensity, expected.intensity) and same(result.std, expected.std)
    assert (result.unit, result.unit.label) == ("q_nm^-1", expected.unit.label)


def test_bins_without_pixels_hold_what_is_asked_for(geometry, image):
    integrator = aureole.load(geometry)
    limits = {"radial_range": (0.0, 100.0), "error_model": "poisson"}
    assert np.isnan(integrator.integrate1d(image, 100, **limits).intensity[-1])
    integrator.empty = 0.0
    radial, intensity, sigma = integrator.integrate1d(image, 100, **limits)
    assert (intensity[-1], sigma[-1]) == (0.0, 0.0) and radial.shape == intensity.shape == sigma.shape


def test_columns_are_written_as_text(geometry, image, tmp_path):
    result = aureole.load(geometry).integrate1d(image, 50, error_model="poisson", filename=tmp_path / "p.dat")
    columns = np.loadtxt(tmp_path / "p.dat")
    np.testing.assert_allclose(columns, np.column_stack(list(result)), rtol=1e-6)
    last = [line for line in (tmp_path / "p.dat").read_text().splitlines() if line.startswith("#")][-1]
    assert last.split()[1:] == ["q_nm^-1", "I", "sigma"]


REFUSED = {
    "unit": ({"unit": "furlong"}, ValueError, "furlong"),
    "splitting": ({"method": ("bboxx", "csr", "cython")}, ValueError, "bboxx"),
    "algorithm": ({"method": ("bbox", "crs", "cython")}, ValueError, "crs"),
    "error model": ({"error_model": "poison"}, ValueError, "poison"),
    "mask of another shape": ({"mask": np.zeros((3, 4))}, ValueError, "3 x 4"),
    "variance of another shape": ({"variance": np.ones((3, 4))}, ValueError, r"\(3, 4\)"),
    "everything masked": ({"mask": np.ones((195, 487))}, ValueError, "no pixel is left"),
    "a range of one number": ({"radial_range": (1.0,)}, ValueError, "not enough values"),
    "no monitor": ({"normalization_factor": 0.0}, None, "normalization factor is 0"),
    "a missing file": ({"mask": "no_such_mask.npy"}, FileNotFoundError, "no_such_mask.npy"),
    "an option that there is not": ({"polarisation": 0.9}, TypeError, "polarisation"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_makes_no_sense_is_refused_by_name(what, geometry, image):
    options, error, words = REFUSED[what]
    if error is None:
        assert words in aureole.load(geometry).integrate1d(image, 100, **options).error
        return
    with pytest.raises(error, match=words):
        aureole.load(geometry).integrate1d(image, 100, **options)


@pytest.mark.parametrize(
    "data", [np.zeros(5), np.zeros((2, 2, 2)), np.zeros((195, 487), complex), np.zeros((195, 486))]
)
def test_what_is_no_image_is_refused(geometry, data):
    with pytest.raises((TypeError, ValueError)):
        aureole.load(geometry).integrate1d(data, 100)


@pytest.mark.parametrize("bins", [0, -3, 2.5])
def test_numbers_of_bins_that_are_none(geometry, image, bins):
    with pytest.raises(ValueError, match="npt"):
        aureole.load(geometry).integrate1d(image, bins)
