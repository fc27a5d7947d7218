"""Cost models made to measure."""

from dataclasses import asdict, replace

from benchmarks import machine
from benchmarks.advise.model import Constants, Costs, PoolCosts
from benchmarks.advise.probing import this_machine
from benchmarks.advise.stored import PACKAGES, Probed, keep

# A pool of two workers whose constants are easy to add up.
PLAIN = Constants(start=0.1, call=0.0, task=1e-6, batch=1e-4, loaded=2e-4, byte=1e-9, held=0.5, released=0.5)
THREADS = replace(PLAIN, start=0.001, batch=2e-5, loaded=4e-5, byte=0.0, held=1.1)


def drawn(constants, spread):
    """Constants somewhat smaller and somewhat larger than these."""
    factors = (1 - spread, 1.0, 1 + spread)
    return tuple(Constants(**{name: value * one for name, value in asdict(constants).items()}) for one in factors)


def pool(backend, n_jobs, constants, spread=0.02):
    """A pool's costs."""
    return PoolCosts(backend, n_jobs, constants, drawn(constants, spread), 100e6)


COSTS = Costs(
    (pool("threading", 2, THREADS), pool("loky", 2, PLAIN), pool("loky", 4, replace(PLAIN, start=0.2, held=0.49))),
    poll_s=0.01,
    noise=0.05,
    cores=2,
)


def stored_model(folder):
    """The model above as this machine's own."""
    return keep(
        folder,
        Probed(this_machine().folder, machine.installed(PACKAGES), "2026-11-24T12:00:00+00:00", COSTS, ()),
    )
