"""The command ``aureole``, as the package installs it; also ``python -m aureole``."""

import sys


def main() -> int:
    """Does what was typed and returns the exit code."""
    from aureole import _native

    return _native.command(["aureole", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
