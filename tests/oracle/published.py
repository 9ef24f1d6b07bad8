"""Patterns that others published beside their images: CeO2 by Dioptas, LaB6 by pyFAI at SSRL.

usage: published.py AUREOLE DATA

Those programs were older pyFAIs, so the limits are how far pyFAI 2026.9.0 itself is from the files (DATA's index): 1.2e-5 and
1.8e-3 of the root mean square.
"""

import pathlib
import subprocess
import sys
import tempfile

if len(sys.argv) < 3 or not pathlib.Path(sys.argv[2]).is_dir():
    print("SKIPPED: published patterns: no folder of real files")
    sys.exit(0)
import fabio
import h5py
import numpy

AUREOLE, DATA = sys.argv[1], pathlib.Path(sys.argv[2])
CASES = [
    # image, turned upside down or not, geometry, pattern, options, allowed
    ("dioptas/CeO2_Pilatus1M.tif", True, "dioptas/CeO2_Pilatus1M.poni", "dioptas/CeO2_Pilatus1M.xy", ["--polarization", "0.99"], 1.5e-5),
    ("ssrl_th3/b_toney_lab6_th3_scan1_0008.tif", False, "ssrl_th3/frame_0008_derived_from_azim_header.poni",
     "ssrl_th3/b_toney_lab6_th3_scan1_0008.xy", [], 2e-3),
]


def distance(folder, image, turned, poni, pattern, options):
    """Root mean square of the difference, relative to that of the published pattern."""
    published = numpy.loadtxt(DATA / pattern)
    frame = fabio.open(str(DATA / image)).data
    numpy.save(folder / "frame.npy", numpy.ascontiguousarray(frame[::-1] if turned else frame))
    command = [AUREOLE, "integrate", str(folder / "frame.npy"), "--poni", str(DATA / poni), "--unit", "2th_deg", "--split", "bbox",
               "--bins", str(len(published)), "-o", str(folder / "out.h5"), "--force", *options]
    subprocess.run(command, check=True, capture_output=True)
    with h5py.File(folder / "out.h5") as file:
        axis, intensity = file["entry/data/radial_axis"][()], file["entry/data/I"][0]
    step = axis[1] - axis[0]
    assert numpy.abs(axis - published[:, 0]).max() < 0.01 * step, "the axes differ"
    filled = numpy.isfinite(intensity)
    apart = intensity[filled] - published[filled, 1]
    return numpy.sqrt((apart**2).mean() / (published[filled, 1] ** 2).mean())


missed = 0
with tempfile.TemporaryDirectory() as name:
    for *case, allowed in CASES:
        found = distance(pathlib.Path(name), *case)
        print(f"{case[3]}: {found:.1e} of the root mean square, allowed {allowed:.1e}")
        missed += not found <= allowed
print(f"published patterns: {len(CASES) - missed} passed, {missed} failed")
sys.exit(missed > 0)
