"""The machine that a comparison ran on, and the versions of what was compared."""

import importlib.metadata
import os
import platform
import re
import subprocess


def describe():
    """Processor, cores that may be used and memory; nothing that names the host."""
    with open("/proc/cpuinfo") as file:
        text = file.read()
    name = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    flags = re.search(r"^flags\s*:\s*(.+)$", text, re.MULTILINE)
    flags = set(flags.group(1).split()) if flags else set()
    vectors = "AVX-512" if {"avx512f", "avx512vbmi", "gfni"} <= flags else "AVX2" if "avx2" in flags else "none"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"processor": name.group(1).strip() if name else platform.machine(),
            "cores": len(os.sched_getaffinity(0)), "vectors": vectors, "memory_bytes": memory}


def slug(machine):
    """A name for files: `amd-epyc-2-cores`."""
    name = f"{machine['processor']} {machine['cores']} cores".lower()
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-")


def versions(aureole):
    """Versions by the names of programs and packages."""
    said = subprocess.run([aureole, "--version"], capture_output=True, text=True, check=True).stdout
    found = {"aureole": said.split()[-1], "python": platform.python_version()}
    for package in ("pyFAI", "numpy", "h5py", "hdf5plugin", "bitshuffle"):
        found[package] = importlib.metadata.version(package)
    return found
