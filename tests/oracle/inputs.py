"""What the program says of every file in a folder of real ones, as docs/inputs.md.

    python tests/oracle/inputs.py PATH/TO/aureole FOLDER [--check]

Writes docs/inputs.md; with --check compares it with what the program says now, and ends with 1 where they differ.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "inputs.md"

#: Geometries that belong to a file; all others are integrated with a made-up one of their frames' shape.
GEOMETRIES = {
    "dioptas/CeO2_Pilatus1M.tif": "dioptas/CeO2_Pilatus1M.poni",
    "dioptas/testasapo1_1009_00002_m1_part00000.nxs": "dioptas/L2.poni",
    "dioptas/testasapo1_1009_00002_m1_part00001.nxs": "dioptas/L2.poni",
    "ssrl_th3/b_toney_lab6_th3_scan1_0008.tif": "ssrl_th3/frame_0008_derived_from_azim_header.poni",
    "xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5": "xrpd_toolbox/i15-1-100245_frame0.poni",
    "xrpd_toolbox/i15-1-100245.nxs": "xrpd_toolbox/i15-1-100245_frame0.poni",
}

#: Files that are no data of a detector, and that are not looked at.
OTHERS = {".md", ".xy", ".json", ".poni", ".spline", ".npz", ""}

HEAD = """# Inputs

What `aureole info` and `aureole integrate` say of real files by many programs, some of them odd or broken on purpose. Made by
`python tests/oracle/inputs.py target/debug/aureole FOLDER`; `make test` compares it with what the program says (where the folder is there).
Where no geometry belongs to a file, one is made up of its frames' shape.

| file | `aureole info` | `aureole integrate` |
|---|---|---|
"""


def run(program, folder, *words):
    """Exit code, output and errors of the command in the folder of files, so that names in messages are relative."""
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def first(lines, *starts):
    return next((line for line in lines if line.startswith(starts)), lines[0] if lines else "nothing")


def looked_into(program, folder, name):
    """One line of `aureole info`, and the shape of the frames, if there are any."""
    code, out, err = run(program, folder, "info", name)
    if code:
        return said(err), None
    line = re.sub(r"^(no stack|stack) +", lambda found: f"{found[1]}: ", first(out.splitlines(), "stack", "no stack"))
    shape = re.search(r"of (\d+) x (\d+) ", line) if line.startswith("stack") else None
    return line, shape and tuple(map(int, shape.groups()))


def said(errors):
    """The error, without the notes before it."""
    lines = [line for line in errors.splitlines() if line and not line.startswith("note: ")]
    return first(lines, "error: ").removeprefix("error: ")


def made_up(folder, shape):
    """A geometry of pixels of 100 µm, 0.2 m from the sample, with the beam in the corner."""
    path = pathlib.Path(folder) / "made_up.poni"
    config = json.dumps({"pixel1": 1e-4, "pixel2": 1e-4, "max_shape": shape})
    path.write_text(
        f"poni_version: 2\nDetector: Detector\nDetector_config: {config}\n"
        "Distance: 0.2\nPoni1: 0\nPoni2: 0\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n"
    )
    return str(path)


def integrated(program, folder, name, shape, scratch):
    """What a run says in the end: its frames, or why there was none."""
    if shape is None:
        shape = (100, 100)
    poni = GEOMETRIES.get(name) or made_up(scratch, shape)
    words = [
        "integrate",
        name,
        "--poni",
        poni,
        "-o",
        f"{scratch}/out.h5",
        "--force",
        "--summary",
        "json",
        "--layout",
        "threads",
    ]
    code, out, err = run(program, folder, *words)
    notes = [line.removeprefix("note: ") for line in err.splitlines() if line.startswith("note: ")]
    if code not in (0, 3):
        return f"exit {code}: {said(err)}"
    summary = json.loads(out)
    failed = [line.removeprefix("failed: ") for line in err.splitlines() if line.startswith("failed: ")]
    text = f"{summary['frames']} frame{'s' * (summary['frames'] != 1)}, {summary['failed']} failed"
    return "; ".join([text, *failed[:1], *(f"note: {note}" for note in notes)])


def table(program, folder):
    files = sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file() and path.suffix not in OTHERS)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for path in files:
            name = str(path.relative_to(folder))
            info, shape = looked_into(program, folder, name)
            done = integrated(program, folder, name, shape, scratch)
            rows.append([f"`{name}`", *(text.replace(f" {name}: ", " ") for text in (info, done))])
        text = HEAD + "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)
        for place in (str(folder), scratch):
            assert place not in text, f"{place} would be in {DOCUMENT.name}"
    return text, len(rows)


def main():
    program, folder = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    if not folder.is_dir():
        print(f"SKIPPED: inputs: no folder of real files at {folder.name} (set AUREOLE_DATA)")
        return 0
    text, count = table(str(program), folder)
    if "--check" not in sys.argv:
        DOCUMENT.write_text(text)
        print(f"{DOCUMENT.name}: {count} files")
        return 0
    there = set(DOCUMENT.read_text().splitlines()) if DOCUMENT.exists() else set()
    changed = [line for line in text.splitlines() if line not in there]
    gone = len(there - set(text.splitlines()))
    for line in changed:
        print(f"CHANGED: {line}")
    wrong = max(len(changed), gone)
    print(f"inputs as docs/inputs.md has them: {max(count - wrong, 0)} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
