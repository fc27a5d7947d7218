"""A recommendation as JSON."""

import json
from dataclasses import asdict
from typing import Any

from benchmarks.advise.certainty import unprobed
from benchmarks.advise.cost_model import CostModel
from benchmarks.advise.prediction import Prediction
from benchmarks.advise.recommendation import Recommendation
from benchmarks.report.pasting import paste

FORMAT = 1


def document(recommendation: Recommendation, warm: Recommendation | None, model: CostModel) -> str:
    """Return the answer as JSON. If the measurement was disturbed, what it can't tell is null."""
    best, trusted = recommendation.best, recommendation.certainty is None
    second, need = recommendation.runner_up if trusted else None, recommendation.memory
    content = {
        "format": FORMAT,
        "machine": model.machine,
        "versions": dict(model.versions),
        "probed": model.when,
        "profile": {**asdict(recommendation.profile), "lengths": len(recommendation.profile.lengths)},
        "warm": recommendation.warm,
        "disturbed": recommendation.disturbance,
        "not_probed": unprobed(recommendation.probed),
        "certain": recommendation.certainty and asdict(recommendation.certainty),
        "best": best and _prediction(best),
        "runner_up": second and {**_prediction(second), "told_apart": recommendation.told_apart(second)},
        "within_a_tenth": [prediction.case.label for prediction in recommendation.flat] if trusted else [],
        "break_even_task_s": recommendation.break_even_s,
        "memory_bytes": need and need.total,
        "memory": need and asdict(need),
        "memory_limit": recommendation.limit and asdict(recommendation.limit),
        "improvements": _improvements(recommendation) if trusted else None,
        "tried": [
            {"name": trial.prediction.case.label, "measured_s": trial.measured_s, "loop_s": trial.loop_s}
            for trial in recommendation.tried
        ],
        "paste": best and paste(best.case, recommendation.profile.libraries),
        "again": _prediction(warm.first) if warm and trusted else None,
        "ranked": [_prediction(prediction) for prediction in recommendation.ranked],
    }
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _improvements(recommendation: Recommendation) -> dict[str, Any]:
    better = recommendation.improvements
    return {
        "longest_first": better.longest_first and _prediction(better.longest_first),
        "unshared": better.unshared and _prediction(better.unshared),
        "auto_trap": better.auto_trap,
    }


def _prediction(prediction: Prediction) -> dict[str, Any]:
    return {
        "name": prediction.case.label,
        "backend": prediction.case.backend,
        "n_jobs": prediction.case.n_jobs,
        "batch_size": prediction.case.batch_size,
        "inner_threads": prediction.case.inner_threads,
        "time_s": prediction.time_s,
        "interval_s": [prediction.lo_s, prediction.hi_s],
        "parts_s": asdict(prediction.parts),
    }
