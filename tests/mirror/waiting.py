"""Waiting with a bound: the only way in which these tests wait."""
import time

PATIENCE = 120.0


class InVain(AssertionError):
    """What was waited for did not come."""


def until(happened, what, patience=PATIENCE, state=None):
    """Asks until `happened` returns something true, and returns it. `state`: tells, where it was in
    vain, what is so instead."""
    end = time.monotonic() + patience
    while True:
        late = time.monotonic() > end  # before it asks: who was held up asks once more
        result = happened()
        if result:
            return result
        if late:
            raise InVain(f"in vain for {patience:g} s: {what}" +
                         (f"; instead: {state()}" if state else ""))
        time.sleep(0.02)
