"""What the WebSocket suite talks to, directly and through the gateway: every message comes back.

usage: echo_service.py PORT; listens on 127.0.0.1 until it is ended.
"""

import asyncio
import logging
import sys

from websockets.asyncio.server import serve

MESSAGE_MAX = 64 << 20


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main():
    # A suite about protocol errors would fill the log with them.
    logging.getLogger("websockets.server").setLevel(logging.CRITICAL)
    port = int(sys.argv[1])
    async with serve(
        echo, "127.0.0.1", port, max_size=MESSAGE_MAX, ping_interval=None, close_timeout=5
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
