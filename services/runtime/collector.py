"""The garbage collector of a server: what lives since the start is left alone, and collections are rare.

Measured with 200 watchers: a collection in the middle of a burst held events up for 50 ms at the 99th percentile. And
collections took an eighth of the gateway's start, in which little is garbage. Still rarer ones cost memory: with 50,000
young objects instead of 10,000 a coordinator under steady load went up and down by 15 MB instead of 1.
"""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 10_000, 10, 50


def rest() -> None:
    """Until `settle` nothing is collected."""
    gc.disable()


def settle() -> None:
    """Call once when everything is loaded and started."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
