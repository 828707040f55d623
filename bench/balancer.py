"""One address in front of several processes: a connection goes to any of them that is there to take it."""

import asyncio
import random
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

HOST = "127.0.0.1"
CHUNK = 65_536  # bytes


@asynccontextmanager
async def balancer(ports: Sequence[int], chance: random.Random) -> AsyncIterator[str]:
    """The URL of it. Who finds nobody behind it is cut off; who finds a stopped process waits, as with a real one."""

    async def take(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            for port in chance.sample(ports, len(ports)):
                with suppress(OSError):
                    theirs, ours = await asyncio.open_connection(HOST, port)
                    await _join((reader, ours), (theirs, writer))
                    return
        finally:
            writer.close()

    async with await asyncio.start_server(take, HOST) as server:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"


async def _join(*ways: tuple[StreamReader, StreamWriter]) -> None:
    """Carry bytes both ways until either side is gone."""
    carrying = [asyncio.create_task(_carry(*way)) for way in ways]
    try:
        await asyncio.wait(carrying, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)
        ways[0][1].close()


async def _carry(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
