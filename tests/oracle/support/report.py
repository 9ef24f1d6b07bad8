"""The rows of docs/parity.md: collected by the scripts of this folder, written as one page.

usage: report.py FOLDER PAGE

FOLDER is where scripts that were called with `--rows FOLDER` left their rows. Exits with 1 where a row misses the limits.
"""

import argparse
import json
import pathlib
import sys

import numpy

OF_MAXIMUM, OF_BIN, LEAST_PIXELS = 1e-6, 1e-5, 10

# What a row was compared with, where that is not pyFAI's own result.
CONDITIONED, DEFINITION = "pyFAI, 64-bit corners", "definition"


def arguments(usage):
    """The command, the folder of real files, and the folder for rows (`None`: a quick subset, and no rows)."""
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("aureole", help="the command")
    parser.add_argument("data", nargs="?", default="../shared/data", type=pathlib.Path, help="the folder of real files")
    parser.add_argument("--rows", type=pathlib.Path, help="compare everything, and leave rows for the page in this folder")
    return parser.parse_args()


def apart(mine, theirs):
    """Worst difference relative to the maximum, and relative to the bin; infinite where only one of both is a number."""
    mine, theirs = numpy.asarray(mine, float), numpy.asarray(theirs, float)
    with numpy.errstate(invalid="ignore"):
        difference = numpy.where(mine == theirs, 0, numpy.abs(mine - theirs))
    difference = numpy.where(numpy.isnan(mine) & numpy.isnan(theirs), 0, difference)
    difference = numpy.nan_to_num(difference, nan=numpy.inf)
    scale = numpy.abs(theirs)
    largest = numpy.nanmax(scale, initial=0) or 1
    return difference.max(initial=0) / largest, (difference / numpy.where(scale > 0, scale, largest)).max(initial=0)


def worst_of(pairs, kept):
    """The worst of several (ours, theirs), in the bins that are kept."""
    return tuple(max(values) for values in zip(*(apart(mine[kept], theirs[kept]) for mine, theirs in pairs)))


def within(worst):
    """True for (of the maximum, of a bin) within the limits."""
    return worst[0] <= OF_MAXIMUM and worst[1] <= OF_BIN


class Rows:
    """One table of the page: cases that share the values of its columns make a row."""

    def __init__(self, section, columns, again=False):
        """`again`: the cases are those of another table, which counts them."""
        self.section, self.columns, self.again, self.rows = section, columns, again, {}
        self.passed = self.failed = 0

    def add(self, values, worst, usual=None, beside="pyFAI", note="", allowed=within):
        """A case: its worst differences (of the maximum, of a bin) from what it is compared with, and those from pyFAI
        as it is. Only where a `note` says why may a case miss the limits: then it must keep to `allowed`."""
        good = bool(allowed(worst))
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        if not good:
            print(f"MISS {self.section} {' '.join(map(str, values))}: {worst[0]:.1e} of the maximum, {worst[1]:.1e} of a bin")
        row = self.rows.setdefault((*values, beside, note), {"cases": 0, "missed": 0, "worst": (0, 0), "usual": None})
        row["cases"], row["missed"] = row["cases"] + 1, row["missed"] + (not good)
        row["worst"] = tuple(map(max, row["worst"], worst))
        if usual is not None:
            row["usual"] = tuple(map(max, row["usual"] or (0, 0), usual))
        return good

    def summary(self):
        """One line: the worst of all rows."""
        worst = [max(values) for values in zip(*(row["worst"] for row in self.rows.values()))] or [0, 0]
        return f"{self.section}: {self.passed + self.failed} cases, worst {worst[0]:.1e} of the maximum, {worst[1]:.1e} of a bin"


def finish(script, tables, folder, passed=0, failed=0):
    """Prints the summaries and the count, leaves the rows where a folder is named, and returns the exit code."""
    for table in tables:
        print(table.summary())
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        kept = [{"section": table.section, "columns": table.columns, "again": table.again,
                 "rows": [[list(key), row] for key, row in table.rows.items()]} for table in tables]
        (folder / f"{script}.json").write_text(json.dumps(kept, default=float))
    counted = [table for table in tables if not table.again]
    passed, failed = passed + sum(table.passed for table in counted), failed + sum(table.failed for table in counted)
    print(f"{script}: {passed} passed, {failed} failed")
    return int(failed > 0)


# The tables in their order on the page, with what is said above each.
SECTIONS = {
    "Patterns": "1000 bins; with and without a mask, polarization, solid angle and Poisson errors.",
    "Cakes": "100 x 36 bins, intensities and Poisson errors. With full splitting sums over the azimuth are compared, since pyFAI "
             "shares pixels wrongly along that axis.",
    "Units": "200 bins, or 50 x 40 where there is an azimuthal unit; fibre units with a sample that is turned by 0.4 and 3 degrees.",
    "Modes and error models": "Every mode x splitting x error model, each over every correction of the next tables and 3 units; "
                              "intensities and errors.",
    "Corrections": "Every correction x splitting, each over every mode, error model and 3 units.",
    "Cakes: error models": "Every splitting x error model, each over every correction that pyFAI has for cakes, and 3 units.",
    "Cakes: corrections": "The same cases by correction.",
    "Pixel types": "Every type of a frame's elements x splitting, with and without all corrections together and Poisson errors.",
    "Standard deviations": "`--errors std`: the standard deviation of a pixel.",
    "Irregular detectors": "Pixels on no plane grid, distortion and parallax. pyFAI keeps such positions as 32-bit floats: without "
                           "splitting, bins whose counts differ are left out, less than one pixel in 10,000.",
    "Detectors": "Every detector class of pyFAI with at most 5 million pixels, the detector as it is, turned; positions of all others are "
                 "compared by tests/oracle/detectors.py.",
    "Ranges": "Radial ranges and sectors, in the bins that lie wholly inside; pyFAI adds pixels of the outside to the others.",
}


def figures(pair):
    return [f"{value:.0e}" for value in pair] if pair else ["", ""]


def table_of(columns, rows):
    """The lines of a table."""
    head = [*columns, "beside", "cases", "of the maximum", "of a bin", "pyFAI as it is: of the maximum", "of a bin", "remark"]
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for (*values, beside, note), row in rows:
        remark = "**MISSES**" if row["missed"] else note
        if not row["missed"] and not within(row["worst"]):
            remark = f"**outside**: {note}"
        cells = [*map(str, values), beside, str(row["cases"]), *figures(row["worst"]), *figures(row["usual"]), remark]
        yield "| " + " | ".join(cells) + " |"


def page(tables, version):
    """The whole page, and the number of cases that missed."""
    counted = [row for table in tables if not table["again"] for _, row in table["rows"]]
    cases, missed = (sum(row[of] for row in counted) for of in ("cases", "missed"))
    beyond = sum(not within(row["worst"]) and not row["missed"] for row in counted)
    lines = ["# Parity with pyFAI", "",
             f"Written by `make parity`, beside pyFAI {version}: {cases:,} cases. {beyond} rows lie beyond what is allowed for a reason that they name,",
             f"and {missed} cases for none. Each row has the worst",
             f"relative difference of intensities and errors over its cases, in bins that hold at least {LEAST_PIXELS} pixels. Allowed:",
             f"{OF_MAXIMUM:.0e} of the maximum and {OF_BIN:.0e} of a bin; a row beyond that says **outside**, and why. A case is compared",
             "with pyFAI's own result, or else with what the column *beside* says; the last two figures are then the distance of pyFAI as",
             f"it is. *{CONDITIONED}*: pyFAI's own code fed with well-conditioned corners of pixels. *{DEFINITION}*: the formula of",
             "[physics.md](physics.md) evaluated by numpy on pyFAI's matrix of shares. [compatibility.md](compatibility.md) has the reasons."]
    for section, said in SECTIONS.items():
        for table in tables:
            if table["section"] == section and table["rows"]:
                lines += ["", f"## {section}", said, "", *table_of(table["columns"], table["rows"])]
    return "\n".join(lines) + "\n", missed


def main():
    import pyFAI

    folder, path = map(pathlib.Path, sys.argv[1:3])
    tables = [table for file in sorted(folder.glob("*.json")) for table in json.loads(file.read_text())]
    text, missed = page(tables, pyFAI.version)
    path.write_text(text)
    print(f"{path}: {sum(len(table['rows']) for table in tables)} rows, {missed} cases missed")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
