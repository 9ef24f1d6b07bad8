"""Cakes of `aureole integrate` beside pyFAI's integrate2d, over splitting, unit and position of the discontinuity.

usage: cakes.py AUREOLE [DATA]

Agreement is asked for as docs/compatibility.md states it, in bins that hold at least ten pixels. Pixels across the
discontinuity of the azimuth count on both of its sides here and on one there, so the first and the last azimuthal bin are
left out where there are any.

pyFAI's full splitting fills azimuthal bins from below: `diamond` shows it a pixel that it shares rightly when it is moved
along one axis and wrongly along the other. Sums over the azimuth are right there, and are what full splitting is compared
by; pyFAI's own code is fed with corners in 64-bit floats for it, since 32 bits move the shares of small pixels. Its pseudo
splitting loses pixels, and its discontinuity at 0 makes axes that run backwards: there are numbers of both, side by side.
Prints the worst of each case; exits with 1 when any missed.
"""

import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

try:
    import fabio
    import h5py
    import hdf5plugin  # noqa: F401, registers the filters
    import numpy
    import pyFAI
    from pyFAI.ext import _geometry, splitPixelFullCSC
except ImportError as error:
    print(f"SKIPPED: cakes against pyFAI: {error}")
    sys.exit(0)

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
AUREOLE = sys.argv[1]
DATA = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "../shared/data")
OF_MAXIMUM, OF_BIN, LEAST_PIXELS = 1e-6, 1e-5, 10
BINS = (100, 36)


class Case:
    """An image with its geometry, as files for the command and as arrays for pyFAI."""

    def __init__(self, name, folder, image, poni):
        self.name, self.poni, self.image = name, poni, numpy.ascontiguousarray(image)
        self.ai = pyFAI.load(str(poni))
        self.ai.empty = numpy.nan
        self.file = folder / f"{name}.npy"
        numpy.save(self.file, self.image)

    def ours(self, folder, *options, bins=BINS):
        """The two axes, intensity, errors and count of a run."""
        output = folder / "cake.h5"
        command = [AUREOLE, "integrate", str(self.file), "--poni", str(self.poni), "--bins", str(bins[0])]
        command += ["--azimuthal-bins", str(bins[1]), "--error-model", "poisson", "--sums", "--force"]
        command += ["-o", str(output), *options]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            raise SystemExit(f"{' '.join(command)}\nexit {run.returncode}: {run.stderr}")
        with h5py.File(output) as file:
            data = file["entry/data"]
            assert list(data.attrs["axes"]) == [".", "azimuthal_axis", "radial_axis"], list(data.attrs["axes"])
            count = data["count_per_frame"][0] if "count_per_frame" in data else data["count"][()]
            axes = data["radial_axis"][()], data["azimuthal_axis"][()]
            norm = data["norm_per_frame"][0] if "norm_per_frame" in data else data["norm"][()]
            self.over_azimuth = data["signal"][0].sum(axis=0) / norm.sum(axis=0)
            return *axes, data["I"][0].astype(float), data["I_errors"][0].astype(float), count

    def crosses(self):
        """True when some pixel lies across the discontinuity of the azimuth."""
        corners = self.ai.corner_array(self.image.shape, unit="chi_rad", scale=False)[..., 1]
        return bool((numpy.ptp(corners, axis=2) > numpy.pi).any())


def well_conditioned(case, unit, usual):
    """The cake summed over azimuths by pyFAI's full splitting, from corners in 64-bit floats."""
    ai, unit = case.ai, pyFAI.units.to_unit(unit)
    rows, columns = (numpy.arange(count + 1.0) for count in case.image.shape)
    along_y, along_x, _ = ai.detector.calc_cartesian_positions(*numpy.meshgrid(rows, columns, indexing="ij"), center=False)
    z, y, x = _geometry.calc_pos_zyx(ai.dist, ai.poni1, ai.poni2, ai.rot1, ai.rot2, ai.rot3, along_y, along_x, None)
    lattice = numpy.stack([unit.equation(x, y, z, ai.wavelength), numpy.arctan2(y, x)], axis=-1)
    corners = numpy.stack([lattice[:-1, :-1], lattice[1:, :-1], lattice[1:, 1:], lattice[:-1, 1:]], axis=2)
    step = [numpy.diff(axis).mean() for axis in (usual.radial, usual.azimuthal)]
    scales = unit.scale, pyFAI.units.CHI_DEG.scale
    ends = [((axis[0] - width / 2) / scale, (axis[-1] + width / 2) / scale / (1 + numpy.finfo("float32").eps))
            for axis, width, scale in zip((usual.radial, usual.azimuthal), step, scales)]
    mask = ai.detector.mask if ai.detector.mask is not None else numpy.zeros(case.image.shape, "int8")
    engine = splitPixelFullCSC.FullSplitCSC_2d(corners.copy(), bins=BINS, pos0_range=ends[0], pos1_range=ends[1],
                                               mask=mask.astype("int8"), orientation=int(ai.detector.orientation))
    dummy, delta = ai.detector.get_dummies(case.image)
    result = engine.integrate_ng(case.image, solidangle=ai.solidAngleArray(case.image.shape), dummy=dummy, delta_dummy=delta)
    return result.signal.sum(axis=0) / result.normalization.sum(axis=0)


def diamond(along):
    """The share of a diamond of area 2, moved by 0.3 along one axis, in the three bins of that axis: exactly 0.245, 0.71
    and 0.045."""
    corners = numpy.array([[1.0, 2], [2, 3], [3, 2], [2, 1]])
    corners[:, along] += 0.3
    # The first pixel that pyFAI takes may hold rubbish.
    speck = numpy.array([[1.0, 1], [1, 1.001], [1.001, 1.001], [1.001, 1]])
    engine = splitPixelFullCSC.FullSplitCSC_2d(
        numpy.array([speck, speck, corners]), bins=(4, 4), pos0_range=(0, 4), pos1_range=(0, 4),
        mask=numpy.zeros(3, "int8"), pos1_period=0, allow_pos0_neg=True,
    )
    signal = engine.integrate_ng(numpy.array([[0, 0, 1]], "float32")).signal
    return signal.sum(axis=along)[1:]


def compare(case, folder, split, unit, *options):
    """Worst difference of one combination, of the maximum and of the bin."""
    method = ("full", "csc", "cython") if split == "full" else (split, "csr", "cython")
    theirs = case.ai.integrate2d(case.image, *BINS, unit=unit, method=method, error_model="poisson")
    radial, azimuthal, intensity, errors, count = case.ours(folder, "--unit", unit, "--split", split, *options)
    for mine, other in ((radial, theirs.radial), (azimuthal, theirs.azimuthal)):
        if not numpy.allclose(mine, other, rtol=0, atol=1e-6 * numpy.diff(other).mean()):
            return numpy.inf, numpy.inf
    held = (count >= LEAST_PIXELS) & (theirs.count >= LEAST_PIXELS)
    if case.crosses() and split != "no":
        held[[0, -1]] = False
    assert held.sum() > 100, f"{case.name}: {held.sum()} bins to compare"
    pairs = [(intensity, theirs.intensity), (errors, theirs.sigma)]
    if split == "full":
        own = numpy.abs(intensity[held] - theirs.intensity[held]).max() / theirs.intensity[held].max()
        print(f"{case.name} full {unit}: pyFAI's bins are off by up to {own:.1e} of the maximum")
        held = count.sum(axis=0) >= LEAST_PIXELS
        with numpy.errstate(all="ignore"):
            pairs = [(case.over_azimuth, well_conditioned(case, unit, theirs))]
    of_maximum = of_bin = 0.0
    for mine, other in pairs:
        apart = numpy.abs(mine[held] - other[held])
        of_maximum = max(of_maximum, apart.max() / numpy.abs(other[held]).max())
        of_bin = max(of_bin, (apart / numpy.maximum(numpy.abs(other[held]), 1e-9)).max())
    return of_maximum, of_bin


def cases(folder):
    if not DATA.is_dir():
        print(f"SKIPPED: cakes of real images: no folder {DATA}")
        return
    th3 = fabio.open(str(DATA / "ssrl_th3/b_toney_lab6_th3_scan1_0008.tif")).data
    yield Case("th3", folder, th3, DATA / "ssrl_th3/frame_0008_derived_from_azim_header.poni")
    image = fabio.open(str(DATA / "dioptas/CeO2_Pilatus1M.tif")).data[::-1]
    yield Case("CeO2", folder, image, DATA / "dioptas/CeO2_Pilatus1M.poni")


def stored_cake(case, folder):
    """The largest difference of the cake of pair E that others computed, of its maximum."""
    stored = fabio.open(str(DATA / "ssrl_th3/b_toney_lab6_th3_scan1_0008.azim")).data
    _, _, intensity, _, count = case.ours(folder, "--unit", "2th_deg", "--split", "bbox", bins=stored.shape[::-1])
    inside = count > 0
    return numpy.abs(intensity[inside] - stored[inside]).max() / stored.max()


def main():
    passed = failed = 0

    def check(what, *pairs):
        nonlocal passed, failed
        good = all(value <= allowed for value, allowed in pairs)
        passed, failed = passed + good, failed + (not good)
        print(f"{'' if good else 'MISS '}{what}: " + ", ".join(f"{value:.1e} of {allowed:.0e}" for value, allowed in pairs))

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for case in cases(folder):
            for split in ("no", "bbox", "full"):
                for unit in ("2th_deg", "q_A^-1", "r_mm"):
                    of_maximum, of_bin = compare(case, folder, split, unit)
                    check(f"cake {case.name} {split} {unit}", (of_maximum, OF_MAXIMUM), (of_bin, OF_BIN))
            case.ai.reset()
            case.ai.setChiDiscAtZero()
            theirs = case.ai.integrate2d(case.image, *BINS, unit="2th_deg", method=("bbox", "csr", "cython")).azimuthal
            azimuthal = case.ours(folder, "--unit", "2th_deg", "--split", "bbox", "--chi-at-0")[1]
            ends = f"{azimuthal[0]:.2f} to {azimuthal[-1]:.2f}, by pyFAI {theirs[0]:.2f} to {theirs[-1]:.2f}"
            print(f"{case.name} chi at 0: azimuths from {ends}")
            case.ai.setChiDiscAtPi()
            case.ai.reset()
            pseudo = case.ai.integrate2d(case.image, *BINS, unit="2th_deg", method=("pseudo", "histogram", "cython"))
            count = case.ours(folder, "--unit", "2th_deg", "--split", "pseudo")[4]
            print(f"{case.name} pseudo: {count.sum():.2f} pixels, {pseudo.count.sum():.2f} by pyFAI")
            exact = case.ours(folder, "--unit", "2th_deg", "--split", "no")[4].sum()
            check(f"cake {case.name} pseudo keeps all pixels", (abs(count.sum() / exact - 1), 1e-9))
            if case.name == "th3":
                check("stored cake of pair E", (stored_cake(case, folder), 2e-4))
    for along, name in ((0, "radial"), (1, "azimuthal")):
        print(f"diamond along the {name} axis by pyFAI: {diamond(along).round(4)}, exactly [0.245 0.71 0.045]")
    print(f"cakes: {passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
