"""Runs a program in a terminal and types into it: terminal.py <seconds to start> <seconds to answer> <text> <keys to leave> <command…>"""

import os
import pty
import select
import sys
import time

start, answer, text, leave, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")
    os.execvp(command[0], command)


def read(seconds: float) -> bool:
    """Takes what the program shows, so that it goes on; answers what terminals are asked. False: it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown = os.read(terminal, 65536)
            except OSError:
                return False
            if not shown:
                return False
            sys.stdout.buffer.write(shown)
            if b"\x1b[6n" in shown:
                os.write(terminal, b"\x1b[1;1R")
            if b"\x1b[c" in shown:
                os.write(terminal, b"\x1b[?62;c")
    return True


if read(float(start)):
    os.write(terminal, text.encode())
    read(1)
    os.write(terminal, b"\r")
    read(float(answer))
for key in leave.encode().decode("unicode_escape").split("|"):
    try:
        os.write(terminal, key.encode())
    except OSError:
        break
    if not read(1.5):
        break
read(10)
os.waitpid(pid, 0)
