"""OpenLLMetry before it took on the conventions' message attributes: gen_ai.prompt.N, llm.usage.*, gen_ai.system."""

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
# Of these it makes no spans.
del cases["anthropic-error"], cases["openai-responses"], cases["openai-responses-stream"]
unsaid(
    cases,
    ttft="*stream*",
    error_type="*error",
    cache_write_1h="anthropic-cached",
    reasoning="openai-*",
    model="anthropic-*stream*",
    finish_reason="anthropic-*stream*",
    input="*stream*",
    output="*stream*",
    cache_read="*stream*",
    cache_write="*stream*",
)
run({f"old-{name}": case for name, case in cases.items()}, uses=("anthropic", "openai"))
