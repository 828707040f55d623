"""A GitHub in a process of its own, until SIGTERM: `python -m bot.sandbox.github --port 8081`."""

import argparse
import asyncio
import json
import signal
import sys

from bot.sandbox.github import control
from bot.sandbox.github.sandbox import GitHubSandbox
from bot.sandbox.github.seed import default_seed, many_repositories


async def serve(port: int, repositories: int) -> None:
    """Say on one line of JSON where it is, then serve."""
    stop = asyncio.Event()
    for which in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(which, stop.set)
    seed = default_seed().plus(repositories=many_repositories(repositories))
    async with GitHubSandbox.start(port=port, seed=seed, routes=control.routes) as github:
        sys.stdout.write(json.dumps({"url": github.url}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.github", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--repositories", type=int, default=0, help="how many of acme/r1, acme/r2, … there are besides")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.repositories))


if __name__ == "__main__":
    main()
