"""OpenLLMetry (Traceloop): opentelemetry-instrumentation-anthropic and -openai."""

import anthropic_calls
import openai_calls
from common import run, tracer_provider, unsaid
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

tracer_provider()
AnthropicInstrumentor().instrument()
OpenAIInstrumentor().instrument()
cases = anthropic_calls.cases("opentelemetry-instrumentation-anthropic") | openai_calls.cases(
    "opentelemetry-instrumentation-openai"
)
unsaid(
    cases, ttft="*stream*", error_type="*error", cache_write_1h="anthropic-cached", reasoning="openai-stream"
)
# It adds what the stream began with, which the total has in it: https://github.com/traceloop/openllmetry/pull/4377
for name in ("anthropic-stream", "anthropic-stream-helper", "anthropic-cached-stream"):
    cases[name].surplus_output = 1
run(
    cases,
    uses=("anthropic", "openai"),
)
