"""An integrator of single images, with pyFAI's names."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from . import _calls, _native, _recipe
from ._calls import Call
from ._geometry import description
from ._plans import Plans
from ._results import Integrate1dResult, Integrate2dResult

METHOD = ("bbox", "csr", "cython")


def load(geometry: Any) -> Integrator:
    """An integrator for a PONI file, a dictionary of its keys, or an AzimuthalIntegrator of pyFAI's.

    Args:
        geometry: the file's name; or ``{"detector": "Eiger4M", "dist": 0.2, "poni1": ..., "wavelength": 1e-10}``, lengths
            in m and angles in rad; or an object with pyFAI's ``get_config``.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds no geometry.
    """
    return Integrator(geometry)


class Integrator:
    """Integrates images (rows, columns) of one geometry azimuthally; takes the arguments of pyFAI's AzimuthalIntegrator.

    Plans are made when first needed and kept; they are never changed, and nothing else is shared: any number of threads may
    use one integrator, and get the same bits as one thread. It can be pickled.
    """

    def __init__(self, geometry: Any) -> None:
        self._geometry = description(geometry)
        self._read = _native.read_geometry(json.dumps(self._geometry))
        self._plans = Plans()
        self._mask: Any = None
        self._dark: Any = None
        self._flat: Any = None
        #: What bins without pixels hold. NaN: 0 would be a measurement. (pyFAI: 0.)
        self.empty = float("nan")
        #: ``serial``, ``threads`` or ``auto``: how the work on an image is spread; no bit depends on it.
        self.layout = "auto"
        #: Threads to use; None for one a physical core that the process may use.
        self.threads: int | None = None
        own = getattr(getattr(geometry, "detector", None), "mask", None)
        if own is not None and not isinstance(geometry, dict):
            self.mask = own

    dist = property(lambda self: self._read["dist"], doc="Distance from the sample to the PONI, in m.")
    poni1 = property(lambda self: self._read["poni1"], doc="The PONI's place along the slow axis, in m.")
    poni2 = property(lambda self: self._read["poni2"], doc="The PONI's place along the fast axis, in m.")
    rot1 = property(lambda self: self._read["rot1"], doc="First rotation, in rad.")
    rot2 = property(lambda self: self._read["rot2"], doc="Second rotation, in rad.")
    rot3 = property(lambda self: self._read["rot3"], doc="Third rotation, in rad.")
    wavelength = property(lambda self: self._read["wavelength"], doc="Wavelength in m; None where it is not known.")
    poni = property(lambda self: self._read["poni"], doc="The geometry as the text of a PONI file.")

    @property
    def detector(self) -> str:
        """The detector's name."""
        return self._read["detector"]

    @property
    def shape(self) -> tuple[int, int] | None:
        """Rows and columns of the detector, where its name gives them."""
        return self._read["shape"]

    @property
    def mask(self) -> Any:
        """Pixels that every call leaves out (not zero: masked), added to the detector's own gaps; an array or a file."""
        return self._mask

    @mask.setter
    def mask(self, mask: Any) -> None:
        self._mask = mask if mask is None or isinstance(mask, str) else np.array(mask)

    def set_mask(self, mask: Any) -> None:
        """Sets ``mask``."""
        self.mask = mask

    @property
    def darkcurrent(self) -> Any:
        """Counts to subtract in calls that give no dark of their own."""
        return self._dark

    def set_darkcurrent(self, dark: Any) -> None:
        """Sets ``darkcurrent``: an array (rows, columns), the name of a file, or None."""
        self._dark = dark if dark is None or isinstance(dark, str) else np.array(dark)

    @property
    def flatfield(self) -> Any:
        """Sensitivities of pixels in calls that give no flat of their own."""
        return self._flat

    def set_flatfield(self, flat: Any) -> None:
        """Sets ``flatfield``: an array (rows, columns), the name of a file, or None."""
        self._flat = flat if flat is None or isinstance(flat, str) else np.array(flat)

    def integrate1d(
        self,
        data: Any,
        npt: int,
        *,
        filename: str | os.PathLike[str] | None = None,
        correctSolidAngle: bool = True,
        variance: Any = None,
        error_model: Any = None,
        radial_range: tuple[float, float] | None = None,
        azimuth_range: tuple[float, float] | None = None,
        mask: Any = None,
        dummy: float | None = None,
        delta_dummy: float | None = None,
        polarization_factor: Any = None,
        dark: Any = None,
        flat: Any = None,
        absorption: Any = None,
        method: Any = METHOD,
        unit: Any = "q_nm^-1",
        safe: bool = True,
        normalization_factor: float = 1.0,
        metadata: Any = None,
    ) -> Integrate1dResult:
        """Integrates an image along circles: ``radial, intensity = integrate1d(data, npt)``.

        Args:
            data: the image (rows, columns) of any plain type of numbers, in counts.
            npt: number of bins.
            filename: a text file to write the columns to, too.
            correctSolidAngle: divide by the solid angle of each pixel.
            variance: variances of the pixels (rows, columns); sets ``error_model="variance"``.
            error_model: ``poisson``, ``azimuthal``, ``variance`` or None; others are refused.
            radial_range: part of the axis, in ``unit``; what lies outside is left out.
            azimuth_range: sector in degrees, may cross 180.
            mask: pixels to leave out (not zero: masked), beside the detector's gaps and ``self.mask``.
            dummy: value of pixels without a measurement; the detector's own marker if nothing is said.
            delta_dummy: how far from ``dummy`` such a value may lie.
            polarization_factor: −1 to 1, or ``(factor, offset in rad)``; no correction if None.
            dark: counts to subtract from each pixel.
            flat: sensitivity of each pixel.
            absorption: factor by which each pixel sees less than arrives.
            method: pyFAI's method; its splitting is used, ``no``, ``bbox``, ``pseudo`` or ``full``.
            unit: of the bins' axis, such as ``q_nm^-1`` or ``2th_deg``.
            safe: has no meaning here: arrays are always compared with those that a plan was made of.
            normalization_factor: what the intensities are divided by (a monitor).
            metadata: handed through to the result.

        Raises:
            ValueError: an argument makes no sense, or its shape is not the image's.
            TypeError: an array of a type that holds no plain numbers.
        """
        given = dict(locals())
        return Call(self, given, _calls.arguments(self, npt, unit, given)).result(
            data, Integrate1dResult, "integrate1d"
        )

    #: pyFAI's other name for the same.
    integrate1d_ng = integrate1d

    def integrate2d(
        self,
        data: Any,
        npt_rad: int,
        npt_azim: int = 360,
        *,
        filename: str | os.PathLike[str] | None = None,
        correctSolidAngle: bool = True,
        variance: Any = None,
        error_model: Any = None,
        radial_range: tuple[float, float] | None = None,
        azimuth_range: tuple[float, float] | None = None,
        mask: Any = None,
        dummy: float | None = None,
        delta_dummy: float | None = None,
        polarization_factor: Any = None,
        dark: Any = None,
        flat: Any = None,
        absorption: Any = None,
        method: Any = METHOD,
        unit: Any = "q_nm^-1",
        safe: bool = True,
        normalization_factor: float = 1.0,
        metadata: Any = None,
    ) -> Integrate2dResult:
        """Rebins an image into a cake: ``intensity, radial, azimuthal = integrate2d(data, npt_rad, npt_azim)``.

        Args:
            npt_rad: number of radial bins.
            npt_azim: number of azimuthal bins.
            unit: of the radial axis, or of both: ``("q_nm^-1", "chi_deg")``.
            azimuth_range: part of the azimuthal axis, in its unit.

        The others are those of ``integrate1d``; intensities are (azimuthal, radial).
        """
        if filename is not None:
            raise ValueError(
                "filename: cakes are not written as EDF; use aureole.integrate(..., output=) or numpy.save"
            )
        given = dict(locals())
        radial_unit, azimuthal_unit = unit if isinstance(unit, (tuple, list)) else (unit, "chi_deg")
        arguments = _calls.arguments(self, npt_rad, radial_unit, given)
        arguments.put("cake", {"bins": _recipe.whole("npt_azim", npt_azim), "unit": str(azimuthal_unit)})
        return Call(self, given, arguments).result(data, Integrate2dResult, "integrate2d")

    #: pyFAI's other name for the same.
    integrate2d_ng = integrate2d

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_plans"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._plans = Plans()

    def __repr__(self) -> str:
        return f"<aureole.Integrator: {self.detector}, {self.dist:g} m>"


#: pyFAI's name.
AzimuthalIntegrator = Integrator
