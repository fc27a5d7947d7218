"""`--count-instructions`: the instructions of a call, counted by valgrind's callgrind around the call alone.

A program under valgrind talks to it by a sequence of instructions without any effect, which valgrind recognizes (its
manual, "The Client Request mechanism"). The macros of valgrind.h need a compiler; these few bytes of machine code need
none, and nothing but the call is counted: neither imports nor pytest.
"""

import ctypes
import gc
import mmap
import os
import platform
import re
from collections.abc import Callable, Sequence
from pathlib import Path

# valgrind.h for x86-64, as a function of (arguments, default): it puts them where valgrind expects them.
_X86_64 = bytes.fromhex(
    "4889f8"  # mov rax, rdi
    "4889f2"  # mov rdx, rsi
    "48c1c703 48c1c70d 48c1c73d 48c1c733"  # rol rdi, 3; 13; 61; 51: together a whole turn
    "4887db"  # xchg rbx, rbx
    "4889d0"  # mov rax, rdx
    "c3"  # ret
)
_MACHINES = ("x86_64", "AMD64")

# Requests, as in valgrind.h and callgrind.h.
_RUNNING_ON_VALGRIND = 0x1001
_CALLGRIND = (ord("C") << 24) | (ord("T") << 16)
_ZERO_STATS, _DUMP_STATS_AT = _CALLGRIND + 1, _CALLGRIND + 3
_START = _CALLGRIND + 4

# Calls are counted until this many of the smallest counts agree, and at most so many times; `analysis.instructions`
# judges them.
_AGREEING, _TOLERANCE, _MOST_CALLS = 3, 0.0015, 8

# Calls before: CPython's interpreter adapts to what it runs (PEP 659), and the first count after callgrind has started
# holds more than the call.
_WARMUPS = 2

# A part of callgrind's file: what triggered it, and its sum.
_PART = re.compile(rb"^desc: Trigger: Client Request: call (\d+)$.*?^summary: (\d+)$", re.MULTILINE | re.DOTALL)


class NotCounting(Exception):
    """Instructions can't be counted in this process; the message says why."""


class InstructionCounter:
    """Counts the instructions of single calls in this process, its threads included.

    `prefix` is where callgrind writes: its --callgrind-out-file without the process id. Raises NotCounting.
    """

    def __init__(self, prefix: str) -> None:
        if platform.machine() not in _MACHINES:
            raise NotCounting(f"instructions are counted on x86-64 only; this machine is {platform.machine()}")
        self._path = Path(f"{prefix}.{os.getpid()}")
        self._calls = 0
        self._code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self._code.write(_X86_64)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._code))
        self._function = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64)(address)
        if not self._request(_RUNNING_ON_VALGRIND):
            raise NotCounting("not running under valgrind")

    def examine(self, prepare: Callable[[], None], call: Callable[[], object], finish: Callable[[], None]) -> list[int]:
        """Make calls until the smallest counts agree; return each call's count. Only `call` is counted."""
        # Never stopped again: counts of threads that live on when it is started once more are wrong.
        self._request(_START)
        was_enabled = gc.isenabled()
        gc.collect()
        gc.disable()
        try:
            return self._counts(prepare, call, finish)
        finally:
            if was_enabled:
                gc.enable()

    def _counts(self, prepare: Callable[[], None], call: Callable[[], object], finish: Callable[[], None]) -> list[int]:
        counts: list[int] = []
        for number in range(_WARMUPS + _MOST_CALLS):
            prepare()
            count = self._count(call)
            finish()
            if number >= _WARMUPS:
                counts.append(count)
            if agreeing(counts):
                break
        return counts

    def _count(self, call: Callable[[], object]) -> int:
        self._calls += 1
        name = ctypes.create_string_buffer(f"call {self._calls}".encode())
        self._request(_ZERO_STATS)
        call()
        self._request(_DUMP_STATS_AT, ctypes.addressof(name))
        return read_counts(self._path.read_bytes())[self._calls]

    def _request(self, code: int, argument: int = 0) -> int:
        """Send a request; return valgrind's answer, 0 without valgrind."""
        arguments = (ctypes.c_uint64 * 6)(code, argument, 0, 0, 0, 0)
        answer: int = self._function(ctypes.addressof(arguments), 0)
        return answer


def agreeing(counts: Sequence[int]) -> bool:
    """Return whether enough of the smallest counts agree; larger ones are calls that had to wait."""
    smallest = sorted(counts)[:_AGREEING]
    return len(smallest) == _AGREEING and smallest[-1] <= smallest[0] * (1 + _TOLERANCE)


def read_counts(content: bytes) -> dict[int, int]:
    """Return the instructions of each call in a file of callgrind's (written with --combine-dumps=yes)."""
    return {int(number): int(count) for number, count in _PART.findall(content)}
