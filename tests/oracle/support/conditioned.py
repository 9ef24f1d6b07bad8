"""pyFAI's own splitting, fed with corners that its 32-bit floats can hold.

pyFAI computes the areas of pixel parts in 32-bit floats, from azimuths counted from zero, and so loses up to 1e-4 of a
pixel's share. The same code loses nothing when the corners are 64-bit floats whose azimuths are counted from the pixel.
It keeps the positions of corners in 32-bit floats for all units but 2θ, q and r, which moves bounding boxes as much.
"""

import numpy
import pyFAI
from pyFAI.ext import _geometry, splitBBoxCSR, splitPixelFullCSC, splitPixelFullCSR

FULL = {"CSR": splitPixelFullCSR.FullSplitCSR_1d, "CSC": splitPixelFullCSC.FullSplitCSC_1d}


def lattice(ai, shape):
    """The corners between pixels in the laboratory: z, y and x in m."""
    rows, columns = (numpy.arange(count + 1.0) for count in shape)
    grid = numpy.meshgrid(rows, columns, indexing="ij")
    along_y, along_x, _ = ai.detector.calc_cartesian_positions(*grid, center=False)
    return _geometry.calc_pos_zyx(ai.dist, ai.poni1, ai.poni2, ai.rot1, ai.rot2, ai.rot3, along_y, along_x, None)


def four(lattice):
    """The four corners of each pixel, in the order of its outline."""
    return [lattice[:-1, :-1], lattice[1:, :-1], lattice[1:, 1:], lattice[:-1, 1:]]


def corners_of(ai, shape, unit):
    """Position and azimuth of the four corners of each pixel."""
    z, y, x = lattice(ai, shape)
    return numpy.stack(four(numpy.stack([unit.equation(x, y, z, ai.wavelength), numpy.arctan2(y, x)], axis=-1)), axis=2)


def full_splitting(ai, shape, bins, unit, mask, algorithm="CSR"):
    """pyFAI's engine for frames of `shape`, with the bins that pyFAI itself would take."""
    unit = pyFAI.units.to_unit(unit)
    corners = corners_of(ai, shape, unit)
    azimuth = corners[..., 1]
    from_first = azimuth - azimuth[:, :, :1]
    from_first -= 2 * numpy.pi * numpy.round(from_first / (2 * numpy.pi))
    # The beam's own pixel, whose corners lie all round, is left as it is.
    around = numpy.ptp(from_first, axis=2, keepdims=True) > numpy.pi
    corners[..., 1] = numpy.where(around, azimuth, from_first - from_first.mean(axis=2, keepdims=True))
    mask = numpy.zeros(shape, "int8") if mask is None else mask.astype("int8")
    usual = ai.setup_sparse_integrator(shape, bins, mask, unit=unit, split="full", algo=algorithm)
    ends = (usual.pos0_min, usual.pos0_maxin)
    return FULL[algorithm](corners, bins=bins, pos0_range=ends, mask=mask, allow_pos0_neg=not unit.positive,
                           orientation=int(ai.detector.orientation))


def bounding_boxes(ai, shape, bins, unit, mask):
    """pyFAI's engine of bounding boxes, around corners that were never 32-bit positions."""
    z, y, x = lattice(ai, shape)
    positions = unit.equation(x, y, z, ai.wavelength).astype("float32").astype("float64")
    centre = ai.center_array(shape, unit=unit, scale=False)
    reach = numpy.max([numpy.abs(corner - centre) for corner in four(positions)], axis=0)
    return splitBBoxCSR.HistoBBox1d(centre, reach, bins=bins, mask=mask, allow_pos0_neg=not unit.positive)
