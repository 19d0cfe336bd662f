"""`/healthz` and `/metrics`: what they say, and that nobody can hold them up."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot import health
from bot.app import running
from bot.context import Deps
from bot.demo.botapi import BotApi
from bot.demo.stage import Stage
from bot.liveness import Liveness
from tests.clocks import JumpingClock
from tests.test_app import config_for

SAMPLE = re.compile(r'[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? -?\d+(\.\d+)?')


def served(stage: Stage) -> tuple[Deps, Liveness]:
    """The running parts, with a free port to serve on."""
    deps = stage.service.deps
    return replace(deps, config=replace(deps.config, http=("127.0.0.1", 0))), Liveness(stage.clock)


async def get(address: tuple[str, int] | None, path: str) -> tuple[int, str]:
    """The status and the text of a path."""
    assert address is not None
    url = f"http://{address[0]}:{address[1]}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_the_metrics_are_the_documented_ones(stage: Stage) -> None:
    deps, liveness = served(stage)
    async with health.serving(deps, liveness) as address:
        status, text = await get(address, "/metrics")
    assert status == 200
    assert [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")] == [
        metric.name for metric in health.METRICS
    ]
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples)
    assert 'schoolbell_feed_failures{school="saules",system="optivum"} 0' in samples
    assert not [metric.name for metric in health.METRICS if f"\n{metric.name}" not in text]


async def test_labels_are_escaped() -> None:
    metric = health.Metric("m", "gauge", "Help.", ("school",))
    assert health.exposition({"m": [(('a"b\\c\nd',), 2.5)]}, [metric]).splitlines()[-1] == (
        'm{school="a\\"b\\\\c\\nd"} 2.500'
    )


async def test_health_turns_bad_only_when_a_restart_helps(stage: Stage) -> None:
    deps, _ = served(stage)
    clock = JumpingClock()
    liveness = Liveness(clock)
    async with health.serving(deps, liveness) as address:
        liveness.answered("getUpdates", 200)
        assert await get(address, "/healthz") == (200, "ok, polling: alive\n")
        clock.elapsed += 400
        assert await get(address, "/healthz") == (200, "ok, polling: outage\n")
        liveness.answered("sendMessage", 200)
        clock.elapsed += 80
        liveness.answered("sendMessage", 200)
        assert (await get(address, "/healthz"))[0] == 503


async def test_health_is_bad_when_the_database_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deps, liveness = served(stage)

    async def fails(*_: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    async with health.serving(deps, liveness) as address:
        monkeypatch.setattr(deps.db, "value", fails)
        assert await get(address, "/healthz") == (503, "database: database disk image is malformed\n")


async def test_other_paths_and_methods_are_refused(stage: Stage) -> None:
    deps, liveness = served(stage)
    async with health.serving(deps, liveness) as address:
        assert (await get(address, "/"))[0] == 404
        assert address is not None
        async with aiohttp.ClientSession() as session:
            url = f"http://{address[0]}:{address[1]}/metrics"
            async with session.post(url) as answer:
                assert answer.status == 405
            async with session.head(url) as answer:
                assert (answer.status, await answer.read()) == (200, b"")


async def test_noise_and_floods_are_dropped(stage: Stage) -> None:
    deps, liveness = served(stage)
    async with health.serving(deps, liveness) as address:
        assert address is not None
        for noise in (b"\x00\xff\r\n\r\n", b"GET /healthz\r\n\r\n", b"x" * 20_000):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(noise)
            assert not (await reader.read()).startswith(b"HTTP/1.1 200")
            writer.close()
        assert (await get(address, "/healthz"))[0] == 200


async def test_an_address_that_is_taken_stops_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    deps, liveness = served(stage)
    async with health.serving(deps, liveness) as address:
        second = replace(deps, config=replace(deps.config, http=address))
        async with health.serving(second, liveness) as none:
            assert none is None
    assert "cannot be used" in caplog.text


async def test_the_service_serves_it_before_telegram_answers(tmp_path: Path, unused_tcp_port: int) -> None:
    from bot.clock import SystemClock

    async with BotApi() as api:
        await api.refuse()
        stop = asyncio.Event()
        config = replace(config_for(api, tmp_path), http=("127.0.0.1", unused_tcp_port))

        async def look() -> None:
            async with asyncio.timeout(10):
                while True:
                    try:
                        assert (await get(config.http, "/healthz"))[0] == 200
                    except aiohttp.ClientConnectorError:
                        await asyncio.sleep(0.01)
                    else:
                        stop.set()
                        return

        looking = asyncio.create_task(look())
        async with running(config, SystemClock(), {}, stop) as service:
            assert service is None
        await looking
