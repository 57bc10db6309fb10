"""What runs in a pod of the comparison: a small HTTP service, of the standard library alone.

    pod.py SECONDS_TO_START SECONDS_OF_WORK SECONDS_OF_A_LONG_REQUEST

It listens at $POD_IP:8080 once it has started. It has one worker, and a request takes that for
SECONDS_OF_WORK: what comes meanwhile waits. The work is time that passes, not CPU that is burnt,
so that a busy machine is not what is measured; `/busy` says for how many seconds the worker has
been busy up to now, as a kubelet would read it from a cgroup. `/long` waits for something else,
and takes no work. At SIGTERM it behaves as well as a service can: it answers what it has, closes
connections that wait for nothing, accepts no new ones, and ends.
"""

import asyncio
import os
import signal
import sys

TO_START, WORK, LONG = (float(a) for a in sys.argv[1:])


class Service:
    def __init__(self):
        self.free = 0.0
        self.worked = 0.0
        self.ending = asyncio.Event()
        self.open = set()

    def busy(self):
        """What is promised to those that wait has not been worked yet."""
        return self.worked - max(0.0, self.free - asyncio.get_running_loop().time())

    async def answer(self, path):
        loop = asyncio.get_running_loop()
        if path == "/busy":
            return f"{self.busy():.6f}"
        if path == "/long":
            await asyncio.sleep(LONG)
        elif path != "/ready":
            now = loop.time()
            self.free = max(now, self.free) + WORK
            self.worked += WORK
            await asyncio.sleep(self.free - now)
        return "ok"

    async def connection(self, reader, writer):
        task = asyncio.current_task()
        self.open.add(task)
        try:
            while not self.ending.is_set():
                head = await self.head(reader)
                if head is None:
                    break
                body = await self.answer(head.split(b" ", 2)[1].decode())
                end = "Connection: close\r\n" if self.ending.is_set() else ""
                writer.write(
                    f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{end}\r\n{body}".encode()
                )
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # The other side has gone, or is none that speaks HTTP.
        finally:
            writer.close()
            self.open.discard(task)

    async def head(self, reader):
        """A request's head, or nothing if the end comes first."""
        read = asyncio.ensure_future(reader.readuntil(b"\r\n\r\n"))
        end = asyncio.ensure_future(self.ending.wait())
        try:
            await asyncio.wait({read, end}, return_when=asyncio.FIRST_COMPLETED)
            return await read if read.done() else None
        finally:
            read.cancel()
            end.cancel()


async def main():
    service = Service()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, service.ending.set)
    await asyncio.sleep(TO_START)
    server = await asyncio.start_server(
        service.connection, os.environ["POD_IP"], 8080, backlog=1000
    )
    await service.ending.wait()
    server.close()
    if service.open:
        await asyncio.wait(set(service.open))


asyncio.run(main())
