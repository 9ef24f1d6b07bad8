"""Modes and error models by their definition (docs/physics.md), in float64, on a matrix of shares that pyFAI made.

For what pyFAI's engines compute otherwise than they document, or differently from each other.
"""

import numpy

ROUNDING = 1e-6


class Definition:
    """The entries of a pyFAI engine's matrix: a share of a pixel each, in the order of pixels within a bin."""

    def __init__(self, engine):
        self.share, self.pixel, first = (numpy.asarray(part) for part in engine.lut)
        self.share = self.share.astype(float)
        self.bins = len(first) - 1
        self.bin = numpy.repeat(numpy.arange(self.bins), numpy.diff(first))

    def parts(self, raw, norm, dark=None, variance=None, masked=None):
        """What each entry adds to its bin; `variance` is that of the pixels, `max(1, raw)` if nothing is said."""
        raw, norm = raw.astype(float).ravel(), norm.ravel()
        signal = raw - (0 if dark is None else dark.astype(float).ravel())
        variance = numpy.maximum(raw, 1) if variance is None else variance.astype(float).ravel()
        kept = numpy.ones(len(self.pixel), bool) if masked is None else ~masked.ravel()[self.pixel]
        bin, pixel, share = self.bin[kept], self.pixel[kept], self.share[kept]
        with numpy.errstate(divide="ignore", invalid="ignore"):
            value = signal[pixel] / norm[pixel]
        return Parts(self.bins, bin, share, share * norm[pixel], share * signal[pixel], value, share**2 * variance[pixel])


class Parts:
    """Parts of pixels in bins; sums over them are the results.

    `undecided` tells the bins in which a pixel met a limit so closely that the rounding of corrections to 32 bits decides.
    """

    def __init__(self, bins, bin, share, weight, signal, value, variance, undecided=None):
        self.bins, self.bin, self.share, self.weight = bins, bin, share, weight
        self.signal, self.value, self.variance = signal, value, variance
        self.undecided = numpy.zeros(bins, bool) if undecided is None else undecided

    def keep(self, kept, close=None):
        """Some of the parts; `close` tells those that a limit all but cuts."""
        of = (self.bin, self.share, self.weight, self.signal, self.value, self.variance)
        undecided = self.undecided.copy()
        if close is not None:
            undecided[self.bin[close]] = True
        return Parts(self.bins, *(values[kept] for values in of), undecided)

    def sum(self, values):
        return numpy.bincount(self.bin, weights=values, minlength=self.bins)

    def mean(self):
        with numpy.errstate(divide="ignore", invalid="ignore"):
            return self.sum(self.signal) / self.sum(self.weight)

    def total_variance(self, by_spread):
        if not by_spread:
            return self.sum(self.variance)
        return self.sum((self.weight * (self.value - self.mean()[self.bin])) ** 2)

    def errors(self, by_spread, kind="sem"):
        """Standard error of the mean, or standard deviation of a pixel."""
        with numpy.errstate(divide="ignore", invalid="ignore"):
            if kind == "std":
                return numpy.sqrt(self.total_variance(by_spread) / self.sum(self.weight**2))
            return numpy.sqrt(self.total_variance(by_spread)) / self.sum(self.weight)

    def clipped(self, by_spread, threshold=5.0, iterations=5):
        """What lies within so many standard deviations of the mean; pixels that go are not looked at again."""
        parts = self
        for _ in range(iterations):
            number = numpy.maximum(parts.sum(parts.share), 3)
            furthest = numpy.maximum(threshold, numpy.sqrt(2 * numpy.log(number / numpy.sqrt(2 * numpy.pi))))
            limit = furthest * parts.errors(by_spread, "std")
            away, limit = numpy.abs(parts.value - parts.mean()[parts.bin]), limit[parts.bin]
            kept = away <= limit
            parts = parts.keep(kept, numpy.abs(away - limit) < ROUNDING * limit)
            if kept.all():
                break
        return parts

    def between(self, low, high):
        """What lies wholly between two percentiles of the weight, or across both."""
        parts = self.keep(numpy.lexsort((self.value, self.bin)))
        first = numpy.searchsorted(parts.bin, numpy.arange(self.bins + 1))
        kept = numpy.zeros(len(parts.bin), bool)
        for start, stop in zip(first[:-1], first[1:]):
            to = numpy.cumsum(parts.weight[start:stop])
            if not len(to):
                continue
            come = numpy.concatenate([[0], to[:-1]])
            low_at, high_at = to[-1] * (low / 100), to[-1] * (high / 100)
            kept[start:stop] = ((come >= low_at) & (to <= high_at)) | ((come <= low_at) & (to >= high_at))
        return parts.keep(kept)
