"""The Anthropic SDK's own spans."""

import os

import anthropic_calls
from common import run, tracer_provider

del os.environ["ANTHROPIC_OPEN_TELEMETRY"]
tracer_provider()
cases = anthropic_calls.cases("anthropic")
run({name.replace("anthropic", "python"): case for name, case in cases.items()})
