#!/usr/bin/env python3
"""A service that becomes slow when it is busy, for examples/objective.yaml.

    examples/busy.py PORT [--workers N] [--ms TIME]

It works on N requests at once (4), as one does whose database has so many connections. Each takes
TIME milliseconds in the mean (20): half of it always, the rest by chance. What comes meanwhile waits
in line, and that is what makes it slow. /health is answered at once. Needs Python 3.8 or later.
"""
import argparse
import http.server
import random
import socketserver
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write for each answer
    workers = threading.Semaphore(4)
    seconds = 0.02

    def do_GET(self):
        if self.path == "/health":
            return self.answer(b"well\n")
        with self.workers:
            time.sleep(self.seconds / 2 + random.expovariate(2 / self.seconds))
        return self.answer(b"served\n")

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted.add_argument("port", type=int)
    wanted.add_argument("--workers", type=int, default=4)
    wanted.add_argument("--ms", type=float, default=20)
    given = wanted.parse_args()
    Handler.workers = threading.Semaphore(given.workers)
    Handler.seconds = given.ms / 1000
    Server(("127.0.0.1", given.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
