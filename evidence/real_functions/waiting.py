"""Tasks that wait, as for a server."""

import asyncio
import json
import random
import time


def request(delay_s):
    """Wait for an answer."""
    time.sleep(delay_s)
    return round(delay_s * 1000)


def request_tasks():
    """Return 100 delays: most of some milliseconds, few of over a hundred."""
    dice = random.Random(16)
    return [0.003 + min(dice.expovariate(1 / 0.006) ** 2 * 60, 0.15) for _ in range(100)]


def request_and_parse(delay_s, rows):
    """Wait for two answers at a time, then compute."""

    async def answers():
        return await asyncio.gather(asyncio.sleep(delay_s), asyncio.sleep(delay_s / 2))

    asyncio.run(answers())
    text = json.dumps([{"row": row, "square": row * row} for row in range(rows)])
    return sum(entry["square"] for entry in json.loads(text))


def request_and_parse_tasks():
    """Return 80 delays of 4 to 12 ms, each with 1,500 rows."""
    dice = random.Random(17)
    return [(dice.uniform(0.004, 0.012), 1500) for _ in range(80)]
