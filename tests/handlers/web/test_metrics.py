"""An operator measures what happened: the counts of the stories that were just told, in both forms."""

from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from tests.team import Bot, report


async def figures(port: int) -> dict[tuple[str, frozenset[str]], float]:
    """(name, label values) -> value, as Prometheus reads them."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
        text = await answer.text()
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.values())): one.value for family in families for one in family.samples}


async def as_json(port: int) -> Any:
    headers = {"Accept": "application/json"}
    url = f"http://127.0.0.1:{port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return await answer.json()


async def test_a_report_is_counted_from_its_arrival_to_its_card(bot: Bot) -> None:
    before = await figures(bot.port)
    await report(bot, "frank", "redis is down")
    after = await figures(bot.port)

    def grown(name: str, *labels: str) -> float:
        key = (f"chargehand_{name}", frozenset(labels))
        return after.get(key, 0.0) - before.get(key, 0.0)

    assert grown("deliveries_total", "slack", "message", "stored") == 1
    assert grown("deliveries_total", "slack", "message", "duplicate") == 1  # Slack tells of a mention twice
    assert grown("ack_seconds_count") >= 1
    assert grown("jobs_total", "slack.message", "done") == 1
    assert grown("job_seconds_count", "slack.message") == 1
    assert grown("job_wait_seconds_count", "interactive") >= 1
    assert grown("end_to_end_seconds_count", "message") == 1
    assert grown("effects_total", "slack.post", "intended") >= 1
    assert grown("effects_total", "slack.post", "intended") == grown("effects_total", "slack.post", "confirmed")
    assert grown("api_requests_total", "slack", "ok") >= 2
    assert grown("db_seconds_count", "write") > 0
    assert after["chargehand_db_bytes", frozenset()] > 0
    assert after["chargehand_worker_heartbeat_age_seconds", frozenset()] < 60
    assert after["chargehand_process_resident_memory_bytes", frozenset()] > 0


async def test_people_read_percentiles(bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    told = await as_json(bot.port)
    of_the_report = told["chargehand_end_to_end_seconds"]["message"]
    assert of_the_report["samples"] >= 1
    assert 0 < of_the_report["p50"] <= of_the_report["p95"] <= of_the_report["p99"] < 60
    assert told["chargehand_jobs_total"]["slack.message,done"] >= 1


async def test_every_name_is_served_and_no_other(bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    served = {name for name in await as_json(bot.port) if not name.startswith("chargehand_process_")}
    assert served <= {metric.name for metric in metrics.catalogue()}
    assert {metric.name for metric in metrics.catalogue() if not metric.labels} <= served
