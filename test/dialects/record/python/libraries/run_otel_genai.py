"""OpenTelemetry's own opentelemetry-instrumentation-genai-anthropic and -openai, on opentelemetry-util-genai."""

import anthropic_calls
import openai_calls
from common import run, tracer_provider, unsaid
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

tracer_provider()
AnthropicInstrumentor().instrument()
OpenAIInstrumentor().instrument()
cases = anthropic_calls.cases("opentelemetry-instrumentation-genai-anthropic") | openai_calls.cases(
    "opentelemetry-instrumentation-genai-openai"
)
unsaid(cases, ttft="*helper", error_type="*error", cache_write_1h="anthropic-cached")
run(
    cases,
    uses=("anthropic", "openai"),
)
