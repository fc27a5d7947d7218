"""The steps of a bisection: each is a gate of the one slower case, recorded like any other gate."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.verdict import Verdict
from benchmarks.errors import GateError
from benchmarks.gate.bisect_record import BisectRecord, Step
from benchmarks.gate.bisection import Answer
from benchmarks.gate.explain import explain, explanation_lines
from benchmarks.gate.hypotheses import judge_record
from benchmarks.gate.judgement import judgement
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import BuiltRecord, Request, build_sides, new_record, side_specs
from benchmarks.gate.pair_loop import Gate, measure
from benchmarks.gate.record import Record, read_record
from benchmarks.gate.schedule import NextPairs, next_pairs

# A candidate is bad if it is slower by about as much as bad: what is slower by less than this part of it is not.
_PART = 0.75

_ANSWERS = {
    Verdict.REGRESSION: Answer.BAD,
    Verdict.OVER_LIMIT: Answer.BAD,
    Verdict.UNCHANGED: Answer.GOOD,
    Verdict.IMPROVEMENT: Answer.GOOD,
}


@dataclass(frozen=True)
class Bisection:
    """A bisection: its folder and record; `root` is this repository, `work` what gates share, `tell` shows progress."""

    folder: Path
    record: BisectRecord
    root: Path
    work: Path
    tell: Callable[[str], None]

    def find_case(self) -> bool:
        """Gate bad against good and keep the case that became slower most; return whether there is one."""
        record = self.record
        if record.case is None:
            gate, judged = self._gate("whole", 0, len(record.specs) - 1)
            slower = [row for row in judged.rows if row.verdict is Verdict.REGRESSION and _is_case(row, gate)]
            if not slower:
                return False
            record.case = next(case for case in gate.cases if case.nodeid == slower[0].fullname)
            record.effect = _effect(slower[0])
            record.save(self.folder)
        return True

    def try_next(self) -> bool:
        """Gate the next candidate against good and keep the answer; return whether there was one to try."""
        search = self.record.search
        number = search.following
        if number is None:
            return False
        self.tell(f"{self.record.titles[number]}: about {search.steps_left} to try")
        step = self._step(number)
        self.tell(f"{self.record.titles[number]}: {step.answer.value}: {step.reason}")
        self.record.steps.append(step)
        self.record.save(self.folder)
        return True

    def _step(self, number: int) -> Step:
        try:
            _, judged = self._gate(f"candidate-{number}", 0, number)
        except GateError as error:
            return Step(number, Answer.SKIPPED, str(error).splitlines()[0])
        row = self._row(judged)
        answer = _ANSWERS.get(row.verdict, Answer.SKIPPED)
        return Step(number, answer, f"{row.verdict.value}, {_change(row)}")

    def confirm(self) -> tuple[bool, str, list[str]]:
        """Gate the first bad candidate against the last good one.

        Returns whether it is slower, by how much, and the lines that explain it.
        """
        search = self.record.search
        gate, judged = self._gate(f"confirmation-{search.bad}", search.good, search.bad)
        row = self._row(judged)
        confirmed = _ANSWERS.get(row.verdict) is Answer.BAD
        if confirmed and not gate.explanations:
            self._explain(gate, self.folder / f"confirmation-{search.bad}")
        return confirmed, f"{row.verdict.value}, {_change(row)}", explanation_lines(gate, judged.rows)

    def _explain(self, gate: Record, folder: Path) -> None:
        sides = build_sides(gate, folder, side_specs(gate), self.root, self.work)
        try:
            explain(BuiltRecord(folder, gate, sides, self.tell), gate.cases)
        except GateError as error:
            self.tell(str(error))

    def _gate(self, name: str, base: int, head: int) -> tuple[Record, Judgement]:
        """Return the record of a gate of two candidates and its judgement; an interrupted gate is resumed."""
        folder = self.folder / name
        gate = read_record(folder) if (folder / "gate.json").exists() else self._new_gate(base, head)
        if gate.state != "done":
            sides = build_sides(gate, folder, side_specs(gate), self.root, self.work)
            measure(Gate(folder, gate, sides, self.tell, self.work, _choose))
        return gate, judgement(folder, gate, Measurements(folder, gate), ())

    def _new_gate(self, base: int, head: int) -> Record:
        asked = self.record
        gate = new_record(
            Request(
                purpose="gate",
                base=[asked.specs[base]],
                head=[asked.specs[head]],
                alpha=asked.alpha,
                min_effect=asked.min_effect if asked.effect is None else _PART * asked.effect,
                budget_s=asked.budget_s,
                keyword=asked.keyword,
                interpreter=asked.interpreter,
                session_options=asked.session_options,
            )
        )
        gate.cases = [asked.case] if asked.case else []
        return gate

    def _row(self, judged: Judgement) -> Row:
        assert self.record.case is not None
        wanted = self.record.case.nodeid
        return next(row for row in judged.rows if row.fullname == wanted and row.quantity is Quantity.TIME)


def _choose(record: Record, measurements: Measurements) -> NextPairs:
    return next_pairs(record, judge_record(record, measurements, ()))


def _is_case(row: Row, gate: Record) -> bool:
    return row.quantity is Quantity.TIME and row.fullname in {case.nodeid for case in gate.cases}


def _effect(row: Row) -> float:
    assert row.comparison is not None
    return row.comparison.ratio - 1


def _change(row: Row) -> str:
    if row.comparison is None:
        return row.note or "not measured"
    interval = row.comparison.interval
    bounds = f" (95 %: {(interval[0] - 1) * 100:+.1f} to {(interval[1] - 1) * 100:+.1f} %)" if interval else ""
    return f"{_effect(row) * 100:+.1f} %{bounds}"
