"""Google's Agent Development Kit, with its current telemetry schema."""

import google_adk_calls
from common import run, tracer_provider

tracer_provider()
run(google_adk_calls.cases(), uses=("google-genai", "anthropic"))
