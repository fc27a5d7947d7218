"""Damaged and hostile gate records and cost models: one clear line each, or an answer that is all text."""

import json
import random

from benchmarks.advise.cost_model import encode, read_model
from benchmarks.advise.disturbance import disturbance
from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.errors import SuiteError
from benchmarks.gate.judgement import judgement
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.record import read_record
from benchmarks.report.recommendation import text as text_of
from benchmarks.report.recommendation_json import document
from benchmarks.text.printable import unprintable
from tests.advise.costs import MODEL
from tests.gate.records import measured
from tests.soak import size
from tests.soak.outputs import check_outputs
from tests.soak.test_fuzz import bounded, mutate, replace

PROFILE = TaskProfile(2e-3, 1000, 1.0, 0.0, 0.0, 0.0)


def judge_record(folder):
    """Judge a record and parse what is printed of it."""
    record = read_record(folder)
    check_outputs(judgement(folder, record, Measurements(folder, record), ()))


def ask_model(path):
    """Ask a cost model and parse what is printed of its answer."""
    model = read_model(path)
    answer = recommend(model.costs, PROFILE, False, disturbance(model))
    text = text_of(answer, None, model)
    assert not unprintable(text.replace("\n", "")), text
    json.loads(document(answer, None, model))


def damage(path, source, use, times, seed):
    """Damage a JSON file in many ways, use each, and return how many were refused."""
    generator, refused = random.Random(seed), 0
    content = json.dumps(source).encode()
    for number in range(times):
        changed = mutate(content, generator) if number % 2 else json.dumps(replace(source, generator)).encode()
        path.write_bytes(changed)
        with bounded(changed[:200]):
            try:
                use()
            except SuiteError as error:
                said = str(error)
                assert not unprintable(said), said
                assert len(said) < 700, said
                refused += 1
    return refused


def test_damaged_records(tmp_path):
    """What a record says is refused or judged; every output of a judgement can be parsed."""
    measured(tmp_path, (0.01,) * 4, pairs=3)
    path = tmp_path / "gate.json"
    times = size(150, 10_000)
    refused = damage(path, json.loads(path.read_text()), lambda: judge_record(tmp_path), times, seed=31)
    assert 0.3 * times < refused < times


def test_damaged_cost_models(tmp_path):
    """A model is refused or answers; the answer is printable text and valid JSON."""
    path = tmp_path / "model.json"
    times = size(300, 10_000)
    refused = damage(path, json.loads(encode(MODEL)), lambda: ask_model(path), times, seed=37)
    assert 0.3 * times < refused < times
