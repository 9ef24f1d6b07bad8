"""Runs a command and writes the most memory that it had, in bytes, to a file.

usage: peak.py FILE COMMAND...

The system counts for a process what the one that started it had in memory, too, until the command is loaded. So this one
stands between, and imports nothing large.
"""

import os
import sys

process = os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(process, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss * 1024))
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
