"""Compiles the kernels with NVRTC, which needs neither a GPU nor a driver.

usage: compile.py            writes aureole.ptx, which the crate embeds
       compile.py --check    compiles for each architecture of ARCHITECTURES, and says whether aureole.ptx is up to date

The version of NVRTC is pinned in requirements-test.txt: it decides which drivers can load its PTX (12.0: from 525 on).
"""

import ctypes
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
PTX = HERE / "aureole.ptx"
# The driver compiles the PTX of the oldest for whatever GPU it has.
ARCHITECTURES = ["compute_75", "compute_80", "compute_86", "compute_89", "compute_90"]


def library():
    import nvidia

    folders = [pathlib.Path(folder) / "cuda_nvrtc" / "lib" for folder in nvidia.__path__]
    return ctypes.CDLL(str(next(folder / "libnvrtc.so.12" for folder in folders if folder.is_dir())))


def text_of(nvrtc, program, kind):
    """The log or the PTX of a program."""
    size = ctypes.c_size_t()
    getattr(nvrtc, f"nvrtcGet{kind}Size")(program, ctypes.byref(size))
    text = ctypes.create_string_buffer(size.value)
    getattr(nvrtc, f"nvrtcGet{kind}")(program, text)
    return text.value.decode()


def compile(nvrtc, architecture):
    headers = sorted(HERE.glob("*.cuh"))
    sources = (ctypes.c_char_p * len(headers))(*(header.read_bytes() for header in headers))
    names = (ctypes.c_char_p * len(headers))(*(header.name.encode() for header in headers))
    program = ctypes.c_void_p()
    source = (HERE / "aureole.cu").read_bytes()
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, b"aureole.cu", len(headers), sources, names)
    options = [f"--gpu-architecture={architecture}".encode(), b"--std=c++17", b"--fmad=false"]
    status = nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
    if status != 0:
        sys.exit(f"{architecture}: {text_of(nvrtc, program, 'ProgramLog')}")
    return text_of(nvrtc, program, "PTX")


def main():
    nvrtc = library()
    if sys.argv[1:] != ["--check"]:
        PTX.write_text(compile(nvrtc, ARCHITECTURES[0]))
        return
    compiled = {architecture: compile(nvrtc, architecture) for architecture in ARCHITECTURES}
    current = PTX.read_text() == compiled[ARCHITECTURES[0]]
    if not current:
        print(f"{PTX.name} is not what its sources give; run {pathlib.Path(__file__).name}")
    print(f"kernels: {len(compiled) + current} passed, {1 - current} failed")
    sys.exit(not current)


if __name__ == "__main__":
    main()
