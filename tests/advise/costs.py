"""Cost models with constants that are easy to add up."""

from dataclasses import asdict, replace

from benchmarks import machine
from benchmarks.advise.cost_model import PACKAGES, CostModel, store_model
from benchmarks.advise.costs import Constants, Costs, PoolCosts
from benchmarks.advise.probe_session import this_machine

# A pool of two workers.
PLAIN = Constants(start=0.1, call=0.0, task=1e-6, batch=1e-4, loaded=2e-4, byte=1e-9, held=0.5, released=0.5)
THREADS = replace(PLAIN, start=0.001, batch=2e-5, loaded=4e-5, byte=0.0, held=1.1)


def drawn(constants, spread):
    """Return constants `spread` smaller than these, these, and `spread` larger ones."""
    factors = (1 - spread, 1.0, 1 + spread)
    return tuple(Constants(**{name: value * factor for name, value in asdict(constants).items()}) for factor in factors)


def pool(backend, n_jobs, constants, spread=0.02):
    """Return the costs of a pool."""
    return PoolCosts(backend, n_jobs, constants, drawn(constants, spread), 100e6)


COSTS = Costs(
    (pool("threading", 2, THREADS), pool("loky", 2, PLAIN), pool("loky", 4, replace(PLAIN, start=0.2))),
    poll_s=0.01,
    noise=0.05,
    cores=2,
)


MODEL = CostModel("a-machine", {"joblib": "1.6.0", "numpy": None}, "2026-11-24T12:00:00+00:00", COSTS, ())


def store_costs(folder):
    """Store the costs above as this machine's model, and return its path."""
    return store_model(
        folder,
        CostModel(this_machine().folder, machine.installed(PACKAGES), "2026-11-24T12:00:00+00:00", COSTS, ()),
    )
