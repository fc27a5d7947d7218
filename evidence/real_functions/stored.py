"""Files and formats: sqlite, JSON, CSV, source files of the standard library."""

import ast
import csv
import io
import json
import os
import random
import sqlite3
import tempfile
from pathlib import Path

# Built by the first who asks for it, and kept: 4 MB.
_DATABASE = Path(tempfile.gettempdir()) / f"real-functions-{os.getuid()}.sqlite"


def query_database(path, region):
    """Return the three products of a region that earned most."""
    with sqlite3.connect(path) as connection:
        found = connection.execute(
            "SELECT product, SUM(price * amount) AS earned FROM orders WHERE region = ?"
            " GROUP BY product ORDER BY earned DESC, product LIMIT 3",
            (region,),
        ).fetchall()
    connection.close()
    return found


def query_database_tasks():
    """Return 80 regions, and where the database is."""
    if not _DATABASE.exists():
        _build(_DATABASE)
    return [(str(_DATABASE), region) for region in range(80)]


def _build(path):
    dice = random.Random(4)
    rows = [
        (dice.randrange(80), dice.randrange(500), dice.randrange(1, 900), dice.randrange(1, 9)) for _ in range(120_000)
    ]
    unfinished = path.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(unfinished) as connection:
        connection.execute("CREATE TABLE orders (region INT, product INT, price INT, amount INT)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    connection.close()
    unfinished.replace(path)


def _orders(dice, count):
    return [
        {"id": dice.randrange(10**6), "name": f"customer {dice.randrange(1000)}", "items": dice.sample(range(100), 5)}
        for _ in range(count)
    ]


def parse_json(text):
    """Return how many items all orders have together."""
    return sum(sum(order["items"]) for order in json.loads(text))


def parse_json_tasks():
    """Return 600 texts of about 20 kB."""
    dice = random.Random(6)
    return [json.dumps(_orders(dice, 250)) for _ in range(600)]


def write_json(seed):
    """Return orders as a text of about 50 kB."""
    return json.dumps(_orders(random.Random(seed), 500), indent=1)


def write_json_tasks():
    """Return 120 seeds."""
    return list(range(120))


def read_sources(path):
    """Return how many functions a source file defines."""
    tree = ast.parse(Path(path).read_bytes())
    return sum(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def read_sources_tasks():
    """Return the 90 first files of the standard library, of 0 to 100 kB."""
    return [str(path) for path in sorted(Path(ast.__file__).parent.glob("*.py"))[:90]]


def aggregate_csv(text):
    """Return the sums of a table by its first column."""
    sums = {}
    for row in csv.DictReader(io.StringIO(text)):
        sums[row["city"]] = sums.get(row["city"], 0.0) + float(row["sales"]) * int(row["weight"])
    return sums


def aggregate_csv_tasks():
    """Return 60 tables of 2,000 rows."""
    dice = random.Random(7)
    lines = (
        [f"city{dice.randrange(50)},{dice.random():.4f},{dice.randrange(9)}" for _ in range(2000)] for _ in range(60)
    )
    return ["\n".join(["city,sales,weight", *table]) for table in lines]
