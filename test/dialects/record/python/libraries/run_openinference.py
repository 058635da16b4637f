"""OpenInference (Arize): openinference-instrumentation-anthropic and -openai."""

import anthropic_calls
import openai_calls
from common import run, tracer_provider, unsaid
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

tracer_provider()
AnthropicInstrumentor().instrument()
OpenAIInstrumentor().instrument()
cases = anthropic_calls.cases("openinference-instrumentation-anthropic") | openai_calls.cases(
    "openinference-instrumentation-openai"
)
unsaid(
    cases,
    ttft="anthropic-*stream*",
    error_type="*error",
    cache_write_1h="anthropic-cached",
    model="openai-embeddings",
    request_model="openai-plain openai-stream openai-cached openai-tools openai-responses*",
    finish_reason="openai-responses*",
)
run(
    cases,
    uses=("anthropic", "openai"),
)
