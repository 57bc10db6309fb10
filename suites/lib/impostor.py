"""A successor that goes wrong: it speaks the protocol of an upgrade up to a step, and then dies, or
says nothing more, or says that it failed.

usage: impostor.py STEP HOW run FILE ... --take-over DIR; HOW is die, mute or fail
"""

import os
import signal
import socket
import sys
import time


def main():
    step, how, folder = sys.argv[1], sys.argv[2], sys.argv[-1]
    lines = None

    def reached(name):
        if name != step:
            return
        if how == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "fail":
            lines.sendall(b"failed it does not want to\n")
            sys.exit(1)
        # For as long as it is not ended; nobody waits for this.
        time.sleep(120)

    reached("start")
    lines = socket.socket(socket.AF_UNIX)
    lines.connect(os.path.join(folder, "lines"))
    reached("connect")
    lines.sendall(f"ebb-upgrade 1 impostor {os.getpid()}\n".encode())
    heard = lines.makefile()
    listeners = 0
    while (line := heard.readline().strip()) != "end":
        listeners += line.startswith("listener ")
    reached("greeting")
    sockets = socket.socket(socket.AF_UNIX)
    sockets.connect(os.path.join(folder, "sockets"))
    taken = []
    while len(taken) < listeners:
        taken += socket.recv_fds(sockets, 1, 1)[1]
    lines.sendall(b"received\n")
    reached("received")
    lines.sendall(b"prepared\n")
    if heard.readline().strip() != "released":
        sys.exit(1)
    reached("released")
    lines.sendall(b"ready\n")
    if heard.readline().strip() != "yours":
        sys.exit(1)
    reached("yours")


main()
