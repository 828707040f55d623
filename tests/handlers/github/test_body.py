"""Few large bodies are in memory at once, and a body has only the time that its head has left of the request's."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import ClientSession, web

from bot.server import Connection, Refusal, serve_http
from handlers.github.body import LARGE, Reader


async def send(http: ClientSession, url: str, body: BytesIO | AsyncIterator[bytes]) -> None:
    async with http.post(url, data=body) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("is_declared", [False, True])
async def test_a_large_body_waits_for_the_one_before_and_a_small_one_does_not(is_declared: bool) -> None:
    reader, seen, enough = Reader(8.0, most_large=1), asyncio.Queue[int](), asyncio.Event()

    async def keep(request: web.Request) -> web.Response:
        async with reader.read(request) as body:
            seen.put_nowait(len(body))
            await enough.wait()
        return web.Response()

    async def chunks(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // LARGE):
            yield b" " * LARGE
        yield b" " * (size % LARGE)

    def post(app: web.Application) -> None:
        app.router.add_post("/", keep)

    async with (
        serve_http("127.0.0.1", 0, ways_in=[post]) as port,
        ClientSession() as http,
        asyncio.TaskGroup() as tasks,
    ):
        for size in (2 * LARGE, 3 * LARGE, 5):
            body = BytesIO(b" " * size) if is_declared else chunks(size)
            tasks.create_task(send(http, f"http://127.0.0.1:{port}/", body))
            if size != 3 * LARGE:
                assert await seen.get() == size
        assert seen.empty()
        enough.set()
        assert await seen.get() == 3 * LARGE


async def test_a_head_that_came_slowly_leaves_less_time_for_its_body() -> None:
    reader, refused = Reader(20.0), asyncio.Event()

    async def keep(request: web.Request) -> web.Response:
        assert isinstance(request.protocol, Connection)
        assert request.protocol.began is not None
        request.protocol.began -= 20.0
        with pytest.raises(Refusal, match="has to arrive within 20 s") as refusal:
            async with reader.read(request):
                pass
        refused.set()
        return web.Response(status=refusal.value.status)

    def post(app: web.Application) -> None:
        app.router.add_post("/", keep)

    async def never_ends() -> AsyncIterator[bytes]:
        yield b"{"
        await refused.wait()

    async with (
        asyncio.timeout(15),
        serve_http("127.0.0.1", 0, ways_in=[post]) as port,
        ClientSession() as http,
        http.post(f"http://127.0.0.1:{port}/", data=never_ends()) as answer,
    ):
        assert answer.status == 408
