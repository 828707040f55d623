"""Runs jobs: reserves them, keeps their leases alive, retries what failed, buries what cannot succeed."""

from bot.worker.delays import backoff
from bot.worker.loop import ROUND_SECONDS, Worker
from bot.worker.run import Handler, Kind, OnDead, Run

__all__ = ["ROUND_SECONDS", "Handler", "Kind", "OnDead", "Run", "Worker", "backoff"]
