"""Layouts dask and joblib keep the contract that all layouts keep. Needs a module that was built with the feature `testing`."""

import pytest

from aureole import _engines, _native

if not hasattr(_native, "testing_contract"):
    pytest.skip("the module was built without the feature testing", allow_module_level=True)

ENGINES = {
    "dask": ("dask", {}),
    "joblib, loky": ("joblib", {"backend": "loky"}),
    "joblib, threading": ("joblib", {"backend": "threading"}),
}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    """An open engine of two workers."""
    name, settings = ENGINES[request.param]
    engine = _engines.engine(name, settings)
    engine.open(2, None)
    yield engine
    engine.close()


@pytest.mark.parametrize("size", [None, 3], ids=["ranges of their own choice", "ranges of 3"])
def test_an_engine_keeps_the_contract(engine, size):
    _native.testing_contract(engine, size)


def test_the_contract_notices_what_an_engine_does_wrong(engine):
    class Swapping:
        """Answers with the range behind the one that is wanted."""

        name, send_chunks, output_parts = "dask", False, False
        workers = 2

        def start(self, order):
            ranges = order.ranges[1:] + order.ranges[:1]
            return engine.start(type(order)(order.task, order.parcel, ranges, order.chunks))

    with pytest.raises(RuntimeError, match="frame|pattern"):
        _native.testing_contract(Swapping(), 3)
