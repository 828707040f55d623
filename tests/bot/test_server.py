"""The HTTP side takes the next port if it may, waits for nobody's headers, and at its end cuts nobody short."""

import asyncio
import socket

import aiohttp
import pytest
from aiohttp import web

from bot.server import began, serve_http


async def test_a_taken_port_is_refused_or_the_next_one_is_taken() -> None:
    async with serve_http("127.0.0.1", 0, ways_in=()) as taken:
        with pytest.raises(OSError, match="address already in use"):
            async with serve_http("127.0.0.1", taken, ways_in=()):
                pass
        async with serve_http("127.0.0.1", taken, ways_in=(), spare=20) as port:
            assert taken < port <= taken + 20


@pytest.mark.parametrize("earlier", [b"", b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"], ids=["first", "next"])
async def test_who_never_ends_the_headers_is_cut_off(earlier: bytes) -> None:
    async with serve_http("127.0.0.1", 0, ways_in=(), head_seconds=0.1) as port:
        answers = await until_cut_off(port, earlier + b"POST /webhooks/github HTTP/1.1\r\nHost: here\r\nX-More: ")
    assert answers.count(b"HTTP/1.1 404") == answers.count(b"HTTP/1.1") == bool(earlier)


async def test_who_waits_for_an_answer_is_not_cut_off() -> None:
    may_answer = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await may_answer.wait()
        return web.Response(text="done")

    def register(app: web.Application) -> None:
        app.router.add_get("/", slow)

    async with serve_http("127.0.0.1", 0, ways_in=[register], head_seconds=0.1) as port:
        asking = asyncio.create_task(until_cut_off(port, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"))
        await until_cut_off(port, b"")
        await until_cut_off(port, b"")  # begun after the first, so its time is over as well
        may_answer.set()
        assert (await asking).endswith(b"done")


async def test_a_request_begins_with_its_first_byte_and_the_next_one_with_its_own() -> None:
    asked: list[float] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(began(request))
        return web.Response(text="done")

    def register(app: web.Application) -> None:
        app.router.add_get("/", note)

    async with serve_http("127.0.0.1", 0, ways_in=[register]) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(2):
            writer.write(b"GET / HTTP/1.1\r\n")
            for _ in range(100):  # rounds of the loop that both sides share: it is there by then
                await asyncio.sleep(0)
            half = asyncio.get_running_loop().time()
            writer.write(b"Host: here\r\n\r\n")
            assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200")
            assert asked[number] < half
        assert asked[0] < asked[1]
        writer.close()
        await writer.wait_closed()


async def until_cut_off(port: int, sent: bytes) -> bytes:
    """What comes back on a connection before the other side closes it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


async def test_at_its_end_it_accepts_nothing_more_and_lets_open_requests_finish() -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        asked.set()
        await may_answer.wait()
        return web.Response(text="done")

    def register(app: web.Application) -> None:
        app.router.add_get("/", slow)

    async with aiohttp.ClientSession() as session:
        serving = serve_http("127.0.0.1", 0, ways_in=[register])
        port = await serving.__aenter__()
        url = f"http://127.0.0.1:{port}/"

        async def ask() -> str:
            async with session.get(url) as answer:
                return await answer.text()

        asking = asyncio.create_task(ask())
        await asked.wait()
        ending = asyncio.create_task(serving.__aexit__(None, None, None))
        await refused(url)
        assert not ending.done()
        may_answer.set()
        assert await asking == "done"
        await ending


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost: he"], ids=["nothing", "half a head"])
async def test_at_its_end_who_has_connected_may_still_ask(before: bytes) -> None:
    closing = asyncio.Event()

    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="too late" if closing.is_set() else "hello")

    def register(app: web.Application) -> None:
        app.router.add_get("/", hello)

    serving = serve_http("127.0.0.1", 0, ways_in=[register], closing=closing)
    port = await serving.__aenter__()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(before)
    ending = asyncio.create_task(serving.__aexit__(None, None, None))
    await refused(f"http://127.0.0.1:{port}/")
    assert not closing.is_set()
    writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n".removeprefix(before))
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Connection: close" in answer  # what is asked next comes on a connection to somebody else
    assert answer.endswith(b"hello")
    writer.close()
    await ending
    assert closing.is_set()


async def test_at_its_end_who_waits_to_be_accepted_is_answered() -> None:
    serving = serve_http("127.0.0.1", 0, ways_in=())
    port = await serving.__aenter__()
    with socket.create_connection(("127.0.0.1", port)) as waiting:  # the server has had no turn since
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await serving.__aexit__(None, None, None)
        assert waiting.recv(1000).startswith(b"HTTP/1.1 404 ")


async def refused(url: str) -> None:
    """Wait until nobody listens there."""
    async with asyncio.timeout(20):
        while True:
            try:
                async with aiohttp.ClientSession() as session, session.get(url, timeout=aiohttp.ClientTimeout(0.2)):
                    pass
            except aiohttp.ClientConnectorError:
                return
            except TimeoutError:
                await asyncio.sleep(0)
