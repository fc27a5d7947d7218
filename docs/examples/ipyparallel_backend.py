"""ipyparallel's engines as a backend: --backend-module ipyparallel_backend --backends loky,ipyparallel.

The shape of any module for --backend-module: a dictionary BACKENDS with the function that starts and ends what a
backend runs on, or None for a backend that only has to be registered with joblib.
"""

import logging
import tempfile
from contextlib import contextmanager


@contextmanager
def ipyparallel(n_jobs):
    """A controller and `n_jobs` engines on loopback. Imported here, in the process that the suite has made for it."""
    import ipyparallel as ipp

    with tempfile.TemporaryDirectory() as folder:
        cluster = ipp.Cluster(n=n_jobs, controller_ip="127.0.0.1", profile_dir=folder, log_level=logging.ERROR)
        client = cluster.start_and_connect_sync(activate=False)
        try:
            client.load_balanced_view().register_joblib_backend()
            yield  # options of joblib.parallel_config could be given here, as a dictionary
        finally:
            client.close()
            cluster.stop_cluster_sync()


BACKENDS = {"ipyparallel": ipyparallel}
