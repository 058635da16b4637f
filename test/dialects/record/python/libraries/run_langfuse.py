"""Langfuse: its OpenAI wrapper, and observations made by hand."""

import anthropic
import openai_calls
from common import Case, HANDBOOK, MAX_TOKENS, QUESTION, run, SONNET, unsaid
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

from langfuse import Langfuse
from langfuse.openai import OpenAI

# To an exporter of the application's own; Langfuse would send to its server.
langfuse = Langfuse(
    public_key="pk-lf-test", secret_key="test", base_url="http://127.0.0.1:9", span_exporter=OTLPSpanExporter()
)
openai_calls.OpenAI = OpenAI


def by_hand() -> None:
    """As Langfuse's documentation shows it: usage_details with the cache beside the input."""
    client = anthropic.Anthropic()
    block = {"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}}
    for _ in range(2):
        with langfuse.start_as_current_observation(as_type="generation", name="answer", model=SONNET) as generation:
            messages = [{"role": "user", "content": QUESTION}]
            answer = client.messages.create(model=SONNET, max_tokens=MAX_TOKENS, system=[block], messages=messages)
            usage = {
                "input": answer.usage.input_tokens,
                "output": answer.usage.output_tokens,
                "cache_read_input_tokens": answer.usage.cache_read_input_tokens,
                "cache_creation_input_tokens": answer.usage.cache_creation_input_tokens,
            }
            generation.update(output=answer.content[0].text, usage_details=usage)


cases = openai_calls.cases("langfuse") | {"by-hand-anthropic-cached": Case("langfuse", by_hand)}

unsaid(
    cases,
    error_type="*error",
    request_model="openai-plain openai-stream openai-cached openai-tools openai-responses*",
    finish_reason="by-hand* openai-plain openai-cached openai-tools openai-responses*",
    cache_write_1h="by-hand*",
)


def flushed(do):
    def both() -> None:
        do()
        langfuse.flush()

    return both


for case in cases.values():
    case.do = flushed(case.do)
run(cases, uses=("openai", "anthropic"))
