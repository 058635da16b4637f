"""OpenTelemetry's own opentelemetry-instrumentation-openai-v2."""

import openai_calls
from common import run, tracer_provider, unsaid
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

tracer_provider()
OpenAIInstrumentor().instrument()
cases = openai_calls.cases("opentelemetry-instrumentation-openai-v2")
# Of these it makes no spans.
del cases["openai-responses"], cases["openai-responses-stream"]
unsaid(cases, ttft="*stream", error_type="*error", cache_read="*cached", reasoning="*", finish_reason="*stream")
run({name.replace("openai", "openai-v2"): case for name, case in cases.items()}, uses=("openai",))
