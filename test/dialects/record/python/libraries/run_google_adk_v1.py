"""Google's Agent Development Kit, with its first telemetry schema."""

import os

os.environ["ADK_TELEMETRY_SCHEMA_VERSION_OPT_IN"] = "1"

import google_adk_calls
from common import run, tracer_provider

tracer_provider()
run(google_adk_calls.cases("v1-"), uses=("google-genai", "anthropic"))
