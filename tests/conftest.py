"""What all tests share: how deep the laws are searched."""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

# The same examples on every machine, so that a red test is red for everyone.
settings.register_profile(
    "shallow", derandomize=True, database=None, deadline=None, max_examples=40,
    suppress_health_check=SLOW,
)  # fmt: skip
settings.register_profile(
    "deep", derandomize=True, database=None, deadline=timedelta(minutes=1), max_examples=2000,
    suppress_health_check=SLOW,
)  # fmt: skip
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "shallow"))
