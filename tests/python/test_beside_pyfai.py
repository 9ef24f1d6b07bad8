"""Calls as pyFAI's documentation has them, through both programs."""

import numpy as np
import pyFAI
import pyFAI.integrator.azimuthal
import pytest
from pyFAI import units
from pyFAI.method_registry import IntegrationMethod

import aureole

#: Agreement of intensities, relative to the pattern's maximum; bins that hold fewer pixels are compared there only.
TOLERANCE, PIXELS = 2e-6, 10

CSR = {split: (split, "csr", "cython") for split in ("no", "bbox", "full")}
TABLE_1D = {
    "quick start": ((1000,), {"unit": "2th_deg"}),
    "default unit and method": ((500,), {}),
    "q in 1/A": ((300,), {"unit": "q_A^-1"}),
    "unit as an object": ((300,), {"unit": units.TTH_RAD}),
    "radius in mm": ((300,), {"unit": "r_mm", "method": CSR["no"]}),
    "method as text": ((300,), {"method": "bbox_csr"}),
    "method as an object": (
        (300,),
        {"method": IntegrationMethod.select_method(1, "full", "csr", "cython")[0], "unit": "2th_deg"},
    ),
    "no splitting": ((300,), {"method": CSR["no"], "error_model": "poisson"}),
    "full splitting": ((300,), {"method": CSR["full"], "error_model": "poisson"}),
    "Poisson errors": ((300,), {"error_model": "poisson"}),
    "azimuthal errors": ((300,), {"error_model": "azimuthal", "method": CSR["no"]}),
    "variances": ((300,), {"variance": "variance"}),
    "a mask": ((300,), {"mask": "mask"}),
    "dark and flat": ((300,), {"dark": "dark", "flat": "flat"}),
    "absorption": ((300,), {"absorption": "flat"}),
    "polarization": ((300,), {"polarization_factor": 0.95}),
    "no solid angle": ((300,), {"correctSolidAngle": False}),
    "a dummy": ((300,), {"dummy": 30, "delta_dummy": 0.5}),
    "a monitor": ((300,), {"normalization_factor": 1234.5, "error_model": "poisson"}),
    "a sector": ((300,), {"azimuth_range": (-30.0, 60.0), "method": CSR["no"]}),
    "a range": ((300,), {"radial_range": (2.0, 20.0), "method": CSR["no"]}),
    "safe and metadata": ((300,), {"safe": False, "metadata": {"sample": "LaB6"}}),
}
TABLE_2D = {
    "quick start": ((400, 360), {"unit": "2th_deg", "method": CSR["no"]}),
    "default azimuthal bins": ((100,), {"method": CSR["no"]}),
    "bbox": ((100, 36), {"error_model": "poisson"}),
    "a mask and a range": ((100, 36), {"mask": "mask", "radial_range": (2.0, 20.0), "method": CSR["no"]}),
}


@pytest.fixture(scope="module")
def both(geometry):
    return aureole.load(geometry), pyFAI.load({**geometry, "poni_version": 2, "detector_config": {}})


@pytest.fixture(scope="module")
def arrays(image):
    random = np.random.default_rng(3)
    mask = np.zeros(image.shape, dtype=np.int8)
    mask[80:100, 200:260] = 1
    return {
        "mask": mask,
        "dark": random.uniform(0.0, 2.0, image.shape).astype(np.float32),
        "flat": random.uniform(0.8, 1.2, image.shape).astype(np.float32),
        "variance": random.uniform(1.0, 50.0, image.shape).astype(np.float32),
    }


def inner(result, options):
    """Pixels of bins that both programs mean alike, see docs/compatibility.md.

    pyFAI puts what lies below a range into its first bin, and some of what lies above into the last; of a cake, pixels
    across 180 degrees are split by one program and not by the other.
    """
    count = result.count.copy()
    if count.ndim == 2:
        count[0] = count[-1] = 0
    if "radial_range" in options:
        count[..., 0] = count[..., -1] = 0
    return count


def called(options, arrays):
    return {key: arrays.get(value, value) if isinstance(value, str) else value for key, value in options.items()}


def agree(ours, theirs, count, tolerance=TOLERANCE):
    """In bins that hold some pixels."""
    filled = count >= PIXELS
    assert filled.any()
    off = np.abs(ours[filled] - theirs[filled])
    assert np.nanmax(off) <= tolerance * np.abs(theirs[filled]).max()
    assert not np.isnan(ours[filled]).any()


@pytest.mark.parametrize("call", TABLE_1D)
def test_integrate1d(call, both, image, arrays):
    (npt, *_), options = TABLE_1D[call]
    options = called(options, arrays)
    ours, theirs = (integrator.integrate1d(image, npt, **options) for integrator in both)
    count = inner(theirs, options)
    # Errors of the azimuthal model depend on the order of pixels in pyFAI; full splitting is done in 32-bit floats there.
    loose = "method" in options and options["method"] != CSR["no"] and "full" in str(options["method"]).lower()
    # pyFAI divides by its range, the last edge raised: see docs/compatibility.md.
    np.testing.assert_allclose(ours.radial, theirs.radial, rtol=2e-7)
    agree(ours.intensity, theirs.intensity, count, 2e-5 if loose else TOLERANCE)
    assert len(ours) == len(theirs) and isinstance(ours, tuple)
    assert str(ours.unit) == str(theirs.unit) and ours.intensity.dtype == theirs.intensity.dtype
    if theirs.sigma is not None and options.get("error_model") != "azimuthal":
        agree(ours.sigma, theirs.sigma, count, 2e-5 if loose else TOLERANCE)
        agree(ours.std, theirs.std, count, 2e-5 if loose else TOLERANCE)
        agree(ours.sum_variance, theirs.sum_variance, count, 2e-5 if loose else TOLERANCE)
    agree(ours.sum_signal, theirs.sum_signal, count, 2e-4 if loose else 1e-6)
    agree(ours.sum_normalization, theirs.sum_normalization, count, 2e-4 if loose else 1e-6)
    agree(ours.count, theirs.count, count, 2e-4 if loose else 1e-6)
    assert ours.metadata == theirs.metadata and ours.normalization_factor == theirs.normalization_factor


@pytest.mark.parametrize("call", TABLE_2D)
def test_integrate2d(call, both, image, arrays):
    bins, options = TABLE_2D[call]
    options = called(options, arrays)
    ours, theirs = (integrator.integrate2d(image, *bins, **options) for integrator in both)
    count = inner(theirs, options)
    assert [part.shape for part in ours] == [part.shape for part in theirs]
    np.testing.assert_allclose(ours.radial, theirs.radial, rtol=1e-6)
    np.testing.assert_allclose(ours.azimuthal, theirs.azimuthal, rtol=1e-6, atol=1e-5)
    agree(ours.intensity, theirs.intensity, count, 2e-4)
    agree(ours.count, theirs.count, count, 2e-4)
    assert tuple(map(str, ours.unit)) == tuple(map(str, theirs.unit))


def test_every_attribute_of_a_result_of_pyfai_is_there(both, image):
    ours, theirs = (integrator.integrate1d(image, 100, error_model="poisson") for integrator in both)
    public = {name for name in dir(theirs) if name[0] not in "_ABCDEFGHIJKLMNOPQRSTUVWXYZ"} - set(dir(tuple))
    # Sums of squares are not kept; two results are joined, and spots counted, by other means.
    missing = public - set(dir(ours)) - {"sum_normalization2", "renormalize", "union", "calc_spottiness"}
    assert missing == set()


def test_an_integrator_of_pyfai_and_a_file_give_the_same(both, image, tmp_path):
    ours, theirs = both
    theirs.save(str(tmp_path / "one.poni"))
    expected = ours.integrate1d(image, 200).intensity
    for source in (theirs, tmp_path / "one.poni", str(tmp_path / "one.poni")):
        loaded = aureole.load(source)
        assert loaded.integrate1d(image, 200).intensity.tobytes() == expected.tobytes()
        assert (loaded.dist, loaded.detector, loaded.shape) == (0.1, "Pilatus100k", (195, 487))
