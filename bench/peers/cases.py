"""What is compared: stacks, what is computed of them, by which programs, and what the design asks for."""

from dataclasses import dataclass, field

# Programs, by the names that results and tables use.
PYFAI_SERIAL = "pyFAI serial"
PYFAI_THREADS = "pyFAI threads"
AUREOLE_SERIAL = "Aureole serial"
AUREOLE_THREADS = "Aureole threads"
LIBLZ4 = "C liblz4"

BOTH = (PYFAI_THREADS, AUREOLE_THREADS)
ALL = (PYFAI_SERIAL, PYFAI_THREADS, AUREOLE_SERIAL, AUREOLE_THREADS)


@dataclass
class Case:
    """One row of the page for each number of threads."""

    name: str
    title: str
    # A kind of stacks.py, or the name of a real stack.
    stack: str
    # Options of `aureole integrate` beside files, layout and threads.
    options: tuple = ()
    # The same for pyfai_worker.py.
    pyfai: dict = field(default_factory=dict)
    programs: tuple = BOTH
    # On one thread as well as on all cores.
    one_thread: bool = False
    # Times that a short stack is read in one run.
    repeat: int = 1
    # What the design asks for, as a sentence for people.
    asked: str = ""


POISSON = ("--error-model", "poisson")

CASES = [
    Case("tutorial", "tutorial, uint32", "tutorial", programs=(*ALL, LIBLZ4), one_thread=True,
         asked="12 times pyFAI's threads (goal: 16); one core at most 1.5 times the time of C liblz4 alone (goal: 1.2); "
         "two threads at least 1.85 times one"),
    Case("gaps", "tutorial, gaps written as 2^32 - 1", "gaps",
         asked="at most 1.25 times the time without gaps"),
    Case("sparse", "sparse, 0.05 photons a pixel, uint32", "sparse", asked="16 times pyFAI's threads"),
    Case("uint16", "tutorial, uint16", "uint16", asked="10 times pyFAI's threads"),
    Case("poisson", "tutorial, Poisson errors", "tutorial", POISSON, {"error_model": "poisson"},
         asked="at most 1.25 times the time without errors"),
    Case("bbox", "tutorial, bbox splitting", "tutorial", ("--split", "bbox"), {"split": "bbox"}),
    Case("no", "tutorial, no splitting", "tutorial", ("--split", "no"), {"split": "no"}),
    Case("cake", "tutorial, cake of 360 x 1000 bins", "tutorial", ("--azimuthal-bins", "360"), {"azimuthal_bins": 360},
         asked="8 times pyFAI's threads"),
    Case("dark", "tutorial, dark image", "tutorial", ("--dark", "{dark}"), {"dark": "{dark}"},
         asked="as fast as without: a dark image is a constant of the plan"),
    Case("float32", "tutorial, float32", "float32"),
    Case("int32", "tutorial, int32", "int32", programs=(AUREOLE_THREADS,)),
    Case("uint8", "5 photons a pixel, uint8", "uint8", programs=(AUREOLE_THREADS,)),
    Case("i15-1", "real: Eiger2 CdTe 500k at I15-1, 20 frames 16 times over", "i15-1", ("--dummy", "4294967295"),
         {"dummy": 4294967295}, repeat=16),
]

# Real stacks: file, dataset and PONI file in the folder that AUREOLE_DATA names. Never copied.
REAL = {
    "i15-1": ("xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5", "/data", "xrpd_toolbox/i15-1-100245_frame0.poni"),
}
