"""OpenLLMetry (Traceloop): opentelemetry-instrumentation-anthropic and -openai."""

import anthropic_calls
import openai_calls
from common import run, tracer_provider
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

tracer_provider()
AnthropicInstrumentor().instrument()
OpenAIInstrumentor().instrument()
run(
    anthropic_calls.cases("opentelemetry-instrumentation-anthropic")
    | openai_calls.cases("opentelemetry-instrumentation-openai"),
    uses=("anthropic", "openai"),
)
