"""pyFAI's own full splitting, fed with corners that its 32-bit sums can hold.

pyFAI computes the areas of pixel parts in 32-bit floats, from azimuths counted from zero, and so loses up to 1e-4 of a
pixel's share. The same code loses nothing when the corners are 64-bit floats whose azimuths are counted from the pixel.
"""

import numpy
import pyFAI
from pyFAI.ext import _geometry, splitPixelFullCSC


def full_splitting(ai, shape, bins, unit, mask):
    """pyFAI's CSC engine for frames of `shape`, with the bins that pyFAI itself would take."""
    unit = pyFAI.units.to_unit(unit)
    rows, columns = (numpy.arange(count + 1.0) for count in shape)
    grid = numpy.meshgrid(rows, columns, indexing="ij")
    along_y, along_x, _ = ai.detector.calc_cartesian_positions(*grid, center=False)
    place = (ai.dist, ai.poni1, ai.poni2, ai.rot1, ai.rot2, ai.rot3, along_y, along_x, None)
    z, y, x = _geometry.calc_pos_zyx(*place)
    lattice = numpy.stack([unit.equation(x, y, z, ai.wavelength), numpy.arctan2(y, x)], axis=-1)
    corners = numpy.stack([lattice[:-1, :-1], lattice[1:, :-1], lattice[1:, 1:], lattice[:-1, 1:]], axis=2)
    azimuth = corners[..., 1]
    from_first = azimuth - azimuth[:, :, :1]
    from_first -= 2 * numpy.pi * numpy.round(from_first / (2 * numpy.pi))
    # The beam's own pixel, whose corners lie all round, is left as it is.
    around = numpy.ptp(from_first, axis=2, keepdims=True) > numpy.pi
    corners[..., 1] = numpy.where(around, azimuth, from_first - from_first.mean(axis=2, keepdims=True))
    mask = numpy.zeros(shape, "int8") if mask is None else mask.astype("int8")
    usual = ai.setup_sparse_integrator(shape, bins, mask, unit=unit, split="full", algo="CSC")
    return splitPixelFullCSC.FullSplitCSC_1d(
        corners, bins=bins, pos0_range=(usual.pos0_min, usual.pos0_maxin), mask=mask, orientation=int(ai.detector.orientation)
    )
