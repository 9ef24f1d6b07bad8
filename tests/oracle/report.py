"""The pages of aureole report: HTML that is closed and loads nothing, with the numbers of the file, of bounded size.

usage: report.py AUREOLE [CHECK...]
"""

import base64
import html.parser
import json
import math
import pathlib
import re
import zlib

import h5py
import numpy as np
from support.checks import call, run_all

#: Elements that have no end.
VOID = {"meta", "link", "br", "img", "hr", "input"}
#: What would fetch or run something.
FORBIDDEN = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "audio", "video", "source"}


class Page(html.parser.HTMLParser):
    """A page taken apart: rows of tables, pictures, and everything that breaks a rule."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.rows, self.pictures = [], [], [], []
        self.ids, self.texts, self.tiles, self.json = set(), [], [], None
        self.path, self.source = path, path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        self.faults += [f"<{name}> is not closed" for name in self.open]

    def handle_starttag(self, name, attributes):
        self.see(name, attributes)
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name, attributes):
        self.see(name, attributes)

    def see(self, name, attributes):
        found = dict(attributes)
        if len(found) != len(attributes):
            self.faults.append(f"<{name}> has an attribute twice")
        if name in FORBIDDEN:
            self.faults.append(f"<{name}>")
        for key, value in found.items():
            fetches = key in {"src", "href", "xlink:href", "srcset", "action", "data"}
            if key.startswith("on") or (fetches and not (value or "").startswith("data:image/png;base64,")):
                self.faults.append(f"<{name} {key}={value!r:.60}>")
        if "id" in found:
            if found["id"] in self.ids:
                self.faults.append(f"two elements are {found['id']}")
            self.ids.add(found["id"])
        if name == "svg":
            self.pictures.append({"curves": [], "images": [], "texts": [], "marks": 0})
        elif self.pictures and "svg" in self.open:
            self.draw(name, found)
        elif name == "tr":
            self.rows.append([])
        elif name in {"td", "th"} and self.rows:
            self.rows[-1].append("")

    def draw(self, name, found):
        picture = self.pictures[-1]
        if name == "path" and found.get("class") == "marks":
            picture["marks"] = found["d"].count("M")
        elif name == "path" and found.get("stroke-width") == "1.1":
            picture["curves"].append(np.array(re.findall(r"-?[\d.]+", found["d"]), float).reshape(-1, 2))
        elif name == "image":
            picture["images"].append(base64.b64decode(found["href"].split(",", 1)[1]))

    def handle_endtag(self, name):
        if not self.open or self.open.pop() != name:
            self.faults.append(f"</{name}> closes another element")

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        if inside in {"td", "th"} and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data
        elif inside == "b":
            self.tiles.append(data)
        elif inside == "text":
            self.pictures[-1]["texts"].append(data)
        elif inside == "pre":
            self.json = (self.json or "") + data
        self.texts.append(data)

    def fact(self, name):
        """The values of all rows of that name."""
        return [row[1] for row in self.rows if len(row) == 2 and row[0] == name]


class Room:
    """A folder with a stack and results."""

    def __init__(self, aureole, folder):
        self.aureole, self.folder = aureole, pathlib.Path(folder)
        self.run("simulate", "stack.h5", "--detector", "Pilatus100k", "--frames", "12")
        with h5py.File(self.folder / "stack.h5", "r+") as file:
            file["entry/data/data"].id.write_direct_chunk((4, 0, 0), b"no chunk")
        poni = ("stack.h5", "--poni", "stack.poni", "--bins", "60")
        self.run("integrate", *poni, "--error-model", "poisson", "-o", "out.h5", code=3)
        self.run(
            "integrate", *poni, "--azimuthal-bins", "8", "--map", "3x4", "--frames", "0:12", "-o", "map.h5", code=3
        )

    def run(self, *words, code=0):
        return call(self.aureole, self.folder, words, code)

    def page(self, result, *options):
        self.run("report", result, "-o", "page.html", "--force", *options)
        page = Page(self.folder / "page.html")
        assert not page.faults, page.faults[:10]
        return page


def number(text):
    return float(text.split(",")[0])


def near(shown, expected):
    assert math.isclose(shown, expected, rel_tol=1e-6), f"{shown} instead of {expected}"


def numbers_are_those_of_the_file(room):
    page = room.page("out.h5")
    with h5py.File(room.folder / "out.h5") as file:
        rows = file["entry/data/I"][()].astype(float)
        assert page.tiles[:3] == ["11", "1", "0"], page.tiles
        means = np.nanmean(rows[np.arange(12) != 4], axis=1)
        frames = [frame for frame in range(12) if frame != 4]
        for name, at in (("Least mean", np.argmin(means)), ("Greatest mean", np.argmax(means))):
            (said,) = page.fact(name)
            near(number(said), means[at])
            assert said.endswith(f"frame {frames[at]}"), said
        near(number(page.fact("Mean intensity")[0]), means.mean())
        reason = file["entry/frames/reason"][4].decode()
        assert ["4", reason] in page.rows and reason, reason
        for role, dataset in file["entry/reduction/files"].items():
            assert [role, dataset[()].decode(), dataset.attrs["sha256"], "the same"] in page.rows, role
        assert page.fact("Began") == [file["entry/start_time"][()].decode()]
        assert json.loads(page.json) == json.loads(file["entry/reduction/job"][()])


def curves_are_those_of_the_file(room):
    page = room.page("out.h5")
    patterns = page.pictures[0]
    with h5py.File(room.folder / "out.h5") as file:
        rows = file["entry/data/I"][()].astype(float)
    mean = np.nanmean(rows, axis=0)
    assert len(patterns["curves"]) == 4 and "mean, extremes" in patterns["texts"], patterns["texts"]
    for curve, expected in zip(patterns["curves"], [rows[0], rows[6], rows[11], mean], strict=True):
        # A linear axis: places are an offset and a factor away from the intensities.
        assert len(curve) == 60
        factor, offset = np.polyfit(expected, curve[:, 1], 1)
        assert factor < 0 and np.abs(np.polyval((factor, offset), expected) - curve[:, 1]).max() < 0.1
    assert {"frame 0", "frame 6", "frame 11"} <= set(patterns["texts"]), patterns["texts"]
    assert page.pictures[2]["marks"] == 1
    assert sum(len(curve) for curve in page.pictures[2]["curves"]) == 11


def pixels(png):
    """The steps of a PNG with a palette."""
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    at, data, palette = 8, b"", None
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + length]
        data += body if kind == b"IDAT" else b""
        palette = np.frombuffer(body, np.uint8).reshape(-1, 3) if kind == b"PLTE" else palette
        at += 12 + length
    raw = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width + 1)
    steps = np.zeros((height, width), np.uint8)
    for row in range(height):
        line, kind = raw[row, 1:], raw[row, 0]
        above = steps[row - 1] if row else np.zeros(width, np.uint8)
        if kind == 0:
            steps[row] = line
        elif kind == 2:
            steps[row] = line + above
        else:
            steps[row] = unfiltered(line, above, kind)
    return steps, palette


def unfiltered(line, above, kind):
    """A line of a PNG whose pixels are differences."""
    out = [0] * len(line)
    for at, value in enumerate(line):
        left, upper = (out[at - 1] if at else 0), int(above[at])
        corner = int(above[at - 1]) if at else 0
        guess = left + upper - corner
        paeth = min((left, upper, corner), key=lambda one: abs(guess - one))
        out[at] = (int(value) + {1: left, 3: (left + upper) // 2, 4: paeth}[kind]) % 256
    return np.array(out, np.uint8)


def images_have_the_frames_upwards(room):
    page = room.page("out.h5")
    steps, palette = pixels(page.pictures[1]["images"][0])
    with h5py.File(room.folder / "out.h5") as file:
        rows = file["entry/data/I"][()].astype(float)
    assert steps.shape == (12, 60), steps.shape
    empty = len(palette) - 1
    assert (steps[::-1][4] == empty).all() and (np.delete(steps[::-1], 4, 0) != empty).all()
    low, high = np.nanmin(rows), np.nanmax(rows)
    expected = np.round((np.delete(rows, 4, 0) - low) / (high - low) * (empty - 1))
    assert np.abs(np.delete(steps[::-1], 4, 0) - expected).max() <= 1


def cakes_and_maps_are_drawn(room):
    page = room.page("map.h5", "--scale", "sqrt")
    captions = " ".join(page.texts)
    assert "The mean of all cakes." in captions and "The map: the mean intensity of each point" in captions
    with h5py.File(room.folder / "map.h5") as file:
        rows = file["entry/data/I"][()].astype(float)
        points = file["entry/map/map_ptr"][()]
    shapes = [pixels(picture["images"][0])[0].shape for picture in page.pictures if picture["images"]]
    assert shapes == [(8, 60), (12, 60), (3, 4)], shapes
    steps, palette = pixels(page.pictures[2]["images"][0])
    means = np.sqrt([[np.nanmean(rows[frame]) if frame != 4 else np.nan for frame in line] for line in points])
    level = (means - np.nanmin(means)) / (np.nanmax(means) - np.nanmin(means)) * (len(palette) - 2)
    shown = steps[::-1].astype(float)
    shown[shown == len(palette) - 1] = np.nan
    assert np.array_equal(np.isnan(shown), np.isnan(level)) and np.nanmax(np.abs(shown - level)) <= 1


def large(room, frames, bins):
    """A result of so many frames made of a small one: noise, which no image compresses."""
    path = room.folder / "large.h5"
    room.run("integrate", "stack.h5", "--poni", "stack.poni", "--bins", str(bins), "--force", "-o", "large.h5", code=3)
    with h5py.File(path, "r+") as file:
        noise = np.random.default_rng(3)
        entry = file["entry"]
        for dataset in (entry["data/I"], entry["frames/status"], entry["frames/reason"]):
            dataset.resize(frames, axis=0)
        for first in range(0, frames, 4096):
            end = min(frames, first + 4096)
            entry["data/I"][first:end] = noise.gamma(2.0, 10.0, (end - first, bins))
        status = np.ones(frames, np.uint8)
        status[::97] = 2
        entry["frames/status"][...] = status
        entry["frames/reason"][::97] = "the chunk is cut off: " + "long " * 200
        entry["frames"].attrs["planned"] = np.uint64(frames)
        entry["data/I"][54_321, 7] = 9000.0
        entry["data/I"][::97] = np.nan
    return path


def a_hundred_thousand_frames_make_a_small_page(room):
    large(room, 100_000, 100)
    page = room.page("large.h5")
    size = len(page.source.encode())
    print(f"  100,000 frames x 100 bins of noise: {size:,} bytes")
    assert size < 3_000_000, size
    failed = 1 + (100_000 - 1) // 97
    assert page.tiles[:2] == [f"{100_000 - failed:,}", f"{failed:,}"], page.tiles
    assert f"The first 200 frames of {failed:,} frames" in " ".join(page.texts)
    assert len([row for row in page.rows if len(row) == 2 and row[0].isdigit()]) == 200
    said = page.fact("Greatest mean")
    assert said and said[0].endswith("frame 54321"), said


def many_recipes_make_a_small_page(room):
    recipes = [word for n in range(12) for word in ("--recipe", f"r{n} --bins {50 + n}")]
    room.run("integrate", "stack.h5", "--poni", "stack.poni", *recipes, "--force", "-o", "recipes.h5", code=3)
    page = room.page("recipes.h5")
    assert len(page.pictures) == 36 and {f"recipe-r{n}" for n in range(12)} <= page.ids
    assert len(page.source.encode()) < 3_000_000


if __name__ == "__main__":
    checks = [numbers_are_those_of_the_file, curves_are_those_of_the_file, images_have_the_frames_upwards]
    checks += [cakes_and_maps_are_drawn, a_hundred_thousand_frames_make_a_small_page, many_recipes_make_a_small_page]
    run_all("report", Room, checks)
