"""Google's Agent Development Kit 1.18."""

import google_adk_old_calls
from common import run, tracer_provider

tracer_provider()
run(google_adk_old_calls.cases("1.18-"), uses=("google-genai",))
