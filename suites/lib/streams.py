"""Clients that stay connected, over TLS: a WebSocket and server-sent events (see IdServer).

Each sees to it that what it gets is whole and in order, and comes back when its stream has ended in
order: a WebSocket by a Close frame with status 1001 or 1012, events by the end of the body between
two of them. Everything else is a failure, and is told as such. Standard library only.
"""

import base64
import collections
import hashlib
import os
import socket
import ssl
import struct
import threading
import time

# began, last: of the connection and of the last message in it, by time.monotonic().
Life = collections.namedtuple("Life", "kind began last messages outcome")
MOVED = ("1001", "1012", "end")
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Streams:
    """Some of each kind, until they are asked what came of them."""

    def __init__(self, port, names, certificates):
        self.port = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for path in certificates:
            self.context.load_verify_locations(path)
        self.lives = []
        self.over = threading.Event()
        self.threads = []
        for name in names:
            for client in (WebSocket, Events):
                thread = threading.Thread(target=self.run, args=(client, name), daemon=True)
                thread.start()
                self.threads.append(thread)

    def run(self, client, name):
        while not self.over.is_set():
            began = last = time.monotonic()
            messages = 0
            try:
                plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
                with self.context.wrap_socket(plain, server_hostname=name) as secured:
                    stream = client(secured, name)
                    while not self.over.is_set() and stream.message():
                        last = time.monotonic()
                        messages += 1
                    outcome = stream.outcome or "over"
            except (OSError, ValueError, EOFError) as e:
                outcome = f"{type(e).__name__}: {e}"
            self.lives.append(Life(client.__name__, began, last, messages, outcome))
            if outcome not in MOVED and outcome != "over":
                # Nobody is to be asked a thousand times for what does not work.
                self.over.wait(0.5)

    def finish(self):
        """All lives but those that were still going on."""
        self.over.set()
        for thread in self.threads:
            thread.join(30)
        return [life for life in self.lives if life.outcome != "over"]


class Stream:
    def __init__(self, connection, name, path, *fields):
        self.connection = connection
        self.input = connection.makefile("rb")
        self.outcome = ""
        head = [f"GET {path} HTTP/1.1", f"Host: {name}", *fields, "", ""]
        connection.sendall("\r\n".join(head).encode())
        self.status = int(self.line().split()[1])
        self.fields = {}
        while line := self.line():
            key, _, value = line.partition(":")
            self.fields[key.lower()] = value.strip()

    def line(self):
        line = self.input.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError("cut in a line")
        return line[:-2].decode()

    def bytes(self, count):
        got = self.input.read(count)
        if len(got) < count:
            raise EOFError("cut in a message")
        return got


class WebSocket(Stream):
    def __init__(self, connection, name):
        key = base64.b64encode(os.urandom(16)).decode()
        super().__init__(
            connection,
            name,
            "/echo",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        )
        digest = hashlib.sha1((key + GUID).encode()).digest()
        if self.status != 101 or self.fields.get("sec-websocket-accept") != (
            base64.b64encode(digest).decode()
        ):
            raise ValueError(f"no WebSocket: {self.status}")
        self.sent = 0

    def send(self, first, payload):
        mask = os.urandom(4)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.connection.sendall(bytes([first, 0x80 | len(payload)]) + mask + masked)

    def message(self):
        """Sends one, and waits for it to come back; False when the other side closes instead."""
        time.sleep(0.05)
        self.sent += 1
        wanted = f"message {self.sent}".encode()
        self.send(0x81, wanted)
        first, length = self.bytes(2)
        payload = self.bytes(length)
        if first == 0x88:
            self.outcome = str(struct.unpack(">H", payload[:2])[0]) if payload else "no status"
            self.send(0x88, payload)
            return False
        if first != 0x81 or payload != wanted:
            raise ValueError(f"another message: {first} {payload}")
        return True


class Events(Stream):
    def __init__(self, connection, name):
        super().__init__(connection, name, "/events", "Accept: text/event-stream")
        if self.status != 200 or self.fields.get("transfer-encoding") != "chunked":
            raise ValueError(f"no events: {self.status}")
        self.count = 0
        self.body = b""

    def message(self):
        """Waits for an event; False when the body has ended between two."""
        while b"\n\n" not in self.body:
            size = int(self.line(), 16)
            self.body += self.bytes(size)
            if self.line():
                raise ValueError("a chunk without an end")
            if size == 0:
                if self.body:
                    raise EOFError("cut in an event")
                self.outcome = "end"
                return False
        event, self.body = self.body.split(b"\n\n", 1)
        self.count += 1
        if event != f"id: {self.count}\ndata: 0123456789abcdef".encode():
            raise ValueError(f"another event: {event}")
        return True
