"""Runs a command in a terminal of its own: pty.py COLUMNS ROWS COMMAND...

What comes on standard input is typed; what the command shows goes to standard output as it is; a line `COLUMNS ROWS` on
descriptor 3 is another size, and the name of a signal there is sent to the command alone. Ends as the command ends, with
250 when that has left the terminal otherwise than it was, and ends the command when its own standard input is closed.
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


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


def manners(terminal):
    """Whether lines, echo and signals are the terminal's own affair, and new lines made whole."""
    _, output, _, local, *_ = termios.tcgetattr(terminal)
    return output & termios.OPOST, local & (termios.ICANON | termios.ECHO | termios.ISIG)


pid, terminal = pty.fork()
if pid == 0:
    # In the child, so that the size is there before the command asks for it.
    resize(0, columns, rows)
    os.close(3)
    os.execvp(command[0], command)

before = manners(terminal)


def read(source):
    try:
        return os.read(source, 65536)
    except OSError:  # Linux's word for "nobody has the terminal open any more"
        return b""


killed = False
while True:
    ready, _, _ = select.select([0, 3, terminal], [], [])
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
            killed = True
            break
        os.write(terminal, typed)
    elif 3 in ready:
        for line in read(3).decode().splitlines():
            if line.startswith("SIG"):
                os.kill(pid, getattr(signal, line))
            else:
                resize(terminal, *line.split())

code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF
if not killed and manners(terminal) != before:
    sys.exit(250)
sys.exit(code)
