"""Runs a command in a terminal of its own: pty.py COLUMNS ROWS COMMAND...

What comes on standard input is typed; what the command shows goes to standard output as it is. Ends as the command ends,
and ends the command when its own standard input is closed.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

columns, rows, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    # In the child, so that the size is there before the command asks for it.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(command[0], command)


def read(source):
    try:
        return os.read(source, 65536)
    except OSError:  # Linux's word for "nobody has the terminal open any more"
        return b""


while True:
    ready, _, _ = select.select([0, terminal], [], [])
    if terminal in ready:
        shown = read(terminal)
        if not shown:
            break
        sys.stdout.buffer.write(shown)
        sys.stdout.buffer.flush()
    elif 0 in ready:
        typed = read(0)
        if not typed:
            os.kill(pid, signal.SIGKILL)
            break
        os.write(terminal, typed)

sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
