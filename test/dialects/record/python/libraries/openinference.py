"""OpenInference (Arize): openinference-instrumentation-anthropic and -openai."""

import anthropic_calls
import openai_calls
from common import run, tracer_provider
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

tracer_provider()
AnthropicInstrumentor().instrument()
OpenAIInstrumentor().instrument()
run(
    anthropic_calls.cases("openinference-instrumentation-anthropic")
    | openai_calls.cases("openinference-instrumentation-openai"),
    uses=("anthropic", "openai"),
)
