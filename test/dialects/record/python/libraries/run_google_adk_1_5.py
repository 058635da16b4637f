"""Google's Agent Development Kit 1.5."""

import google_adk_old_calls
from common import run, tracer_provider, unsaid

tracer_provider()
run(unsaid(google_adk_old_calls.cases("1.5-"), model="*", finish_reason="*"), uses=("google-genai",))
