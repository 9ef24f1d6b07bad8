"""Units of axes."""

from __future__ import annotations

from typing import Any


class Unit(str):
    """A unit by its name, such as ``q_nm^-1`` or ``2th_deg``: a text that knows its axis.

    ``units`` is what NeXus calls it (``1/nm``), ``long_name`` what the axis measures, ``label`` both, for plots.
    """

    units: str
    long_name: str

    @classmethod
    def of_axis(cls, axis: dict[str, Any]) -> Unit:
        """The unit of an axis as a job describes it."""
        unit = cls(axis["unit"])
        unit.units, unit.long_name = axis["units"], axis["long_name"]
        return unit

    @property
    def name(self) -> str:
        """The name itself."""
        return str(self)

    @property
    def label(self) -> str:
        """What the axis measures and its unit, for plots."""
        return f"{self.long_name} ({self.units})" if self.units else self.long_name

    def __reduce__(self) -> tuple[Any, ...]:
        return _unit, (str(self), self.units, self.long_name)


def _unit(name: str, units: str, long_name: str) -> Unit:
    return Unit.of_axis({"unit": name, "units": units, "long_name": long_name})


def named(unit: Any) -> str:
    """The name of a unit: a text, or an object of pyFAI's."""
    return str(unit)
