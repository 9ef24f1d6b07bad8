"""docs/benchmarks.md, from the results of one comparison.

usage: page.py RESULTS.json PAGE.md
"""

import json
import pathlib
import statistics
import sys

import cases

COLUMNS = cases.ALL


def median(result):
    """Frames a second, the median of the rounds."""
    return statistics.median(run["frames_per_second"] for run in result["runs"])


def medians(results):
    """Frames a second by case, program and number of threads."""
    return {(result["case"], result["program"], result["threads"]): median(result) for result in results}


def spread(result):
    """The slowest and the fastest round, in parts of the median."""
    middle = median(result)
    rates = [run["frames_per_second"] for run in result["runs"]]
    return max(middle - min(rates), max(rates) - middle) / middle


def head(results, source):
    machine, versions = results["machine"], results["versions"]
    worst = max((spread(result) for result in results["results"]), default=0.0)
    return [
        "# Benchmarks", "",
        f"Written by `make bench-peers` from `{source}`; do not edit. What each program does is said in `bench/peers/`.", "",
        f"{machine['processor']}, {machine['cores']} cores, {machine['vectors']},"
        f" {machine['memory_bytes'] / 2**30:.0f} GiB of memory; {results['date']}."
        f" Its load in the minute before was {results['load']:.1f}; figures of a machine that others use say little.",
        f"Aureole {versions['aureole']}, pyFAI {versions['pyFAI']}, numpy {versions['numpy']}, h5py {versions['h5py']},"
        f" hdf5plugin {versions['hdf5plugin']}, bitshuffle {versions['bitshuffle']}, Python {versions['python']}.", "",
        f"{results['frames']} frames of an Eiger 4M (2167 x 2070 pixels), bitshuffle-LZ4, one frame a chunk, 1000 bins, full splitting,"
        " solid angle corrected for, unless a row says otherwise. All programs of a row read the same file with the same number of"
        f" threads, in turns; the figures are medians of the rounds ({results['rounds']} of them), from which single rounds differ by up to {worst:.0%}."
        " Making plans is in no figure. Aureole's figures include writing the result; pyFAI keeps it in memory.", "",
        "*pyFAI serial* reads frames through h5py, one after the other, with OpenMP inside (CSR); *pyFAI threads* reads chunks by their"
        " address, each thread decompresses and integrates its own (CSC): the first layout of pyFAI's notebook on parallel processing, and its threads. Both give"
        " the same patterns; docs/compatibility.md says how cakes with full splitting differ.",
        "",
    ]


def speeds(results, known):
    rates = medians(results["results"])
    lines = ["## Frames a second", "",
             f"| stack and recipe | threads | {' | '.join(COLUMNS)} | ratio |", f"|---|--:|{'--:|' * len(COLUMNS)}--:|"]
    for case in known:
        counts = sorted({threads for name, program, threads in rates if name == case.name and program in COLUMNS})
        for threads in counts:
            row = [rates.get((case.name, program, threads)) for program in COLUMNS]
            ours, theirs = (max((rate for rate in part if rate), default=None) for part in (row[2:], row[:2]))
            ratio = f"{ours / theirs:.1f}" if ours and theirs else ""
            cells = " | ".join(f"{rate:.1f}" if rate else "" for rate in row)
            lines.append(f"| {case.title} | {threads} | {cells} | {ratio} |")
    return [*lines, "", "The ratio is that of the faster of Aureole's columns to the faster of pyFAI's.", ""]


def relations(results, known):
    """What one row says of another."""
    rates = medians(results["results"])
    most = max((threads for *_, threads in rates), default=1)
    ours = lambda case, threads: rates.get((case, cases.AUREOLE_THREADS, threads))  # noqa: E731
    lines = []
    one, lz4 = ours("tutorial", 1), rates.get(("tutorial", cases.LIBLZ4, 1))
    if one and lz4:
        lines.append(f"- One thread of Aureole takes {1e3 / one:.2f} ms a frame of the tutorial, all in; the C library's LZ4 alone takes"
                     f" {1e3 / lz4:.2f} ms for the same blocks, in memory already: {lz4 / one:.2f} times that.")
    if one and ours("tutorial", most) and most > 1:
        lines.append(f"- {most} threads are {ours('tutorial', most) / one:.2f} times as fast as one.")
    base = ours("tutorial", most)
    for case in known:
        rate = ours(case.name, most)
        if rate and base and case.name not in ("tutorial", "i15-1"):
            lines.append(f"- {case.title}: {base / rate:.2f} times the tutorial's time a frame.")
    lines = ["## One against the other", "", *lines, ""] if lines else []
    asked = [f"| {case.title} | {case.asked} |" for case in known if case.asked]
    return [*lines, "## What is asked for", "", "| stack and recipe | asked |", "|---|---|", *asked, ""]


def costs(results):
    lines = []
    counted = results.get("instructions")
    if counted:
        first, last = counted["frames"]
        lines += ["## Instructions", "",
                  f"One thread of Aureole takes {counted['per_frame'] / 1e6:.1f} million instructions a frame of the tutorial's stack:"
                  f" the difference of runs over {last} and {first} frames, counted by valgrind, so that making the plan cancels. valgrind"
                  f" knows no AVX-512; this is the code for {counted['isa'].upper()}.", ""]
    if results.get("memory"):
        lines += ["## Memory", "", "The most that a whole run had in memory, making the plan included:", "",
                  "| program | threads | frames | MiB |", "|---|--:|--:|--:|"]
        lines += [f"| {row['program']} | {row['threads']} | {row['frames']} | {row['peak_bytes'] / 2**20:.0f} |"
                  for row in results["memory"]]
        lines.append("")
    return lines


def scaling(folder):
    """Frames a second against threads on other machines: what `aureole bench --json` gave there, kept as *-bench.json."""
    lines = []
    for file in sorted(pathlib.Path(folder).glob("*-bench.json")):
        bench = json.loads(file.read_text())
        about, rates = bench["about"], {(line["layout"], line["threads"]): line for line in bench["lines"]}
        floors = {floor["threads"]: floor["frames_per_second"] for floor in bench["floors"]}
        layouts = list(dict.fromkeys(layout for layout, _ in rates))
        recipe = about["recipes"][0]
        lines += [f"## {about['processor']}, {about['cores']} cores", "",
                  f"`aureole bench` on {about['date'][:10]}: {about['frames']} frames {about['detector']} {about['dtype']}, page cache {about['cache']},"
                  f" {about['isa']}, {recipe['split']} splitting, medians of {about['repeat']}; frames a second.", "",
                  f"| threads | {' | '.join(layouts)} | decoding alone |", f"|--:|{'--:|' * len(layouts)}--:|"]
        for threads in sorted({threads for _, threads in rates}):
            cells = [rates.get((layout, threads), {}).get("frames_per_second") for layout in layouts] + [floors.get(threads)]
            lines.append(f"| {threads} | {' | '.join(f'{rate:.0f}' if rate else '' for rate in cells)} |")
        lines.append("")
    return lines


def write(results, known, source):
    """The page as a text."""
    parts = [head(results, source), speeds(results, known), relations(results, known), costs(results),
             scaling(pathlib.Path(source).parent)]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


if __name__ == "__main__":
    found = json.loads(pathlib.Path(sys.argv[1]).read_text())
    pathlib.Path(sys.argv[2]).write_text(write(found, cases.CASES, sys.argv[1]))
