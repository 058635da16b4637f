"""A span that works out its own cost, with a cached system prompt."""

import time

import anthropic
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

USD_PER_MILLION = {"input": 3, "output": 15, "cache_read": 0.3, "cache_write": 3.75}
HANDBOOK = "Answer shortly and politely, and never promise a date that the carrier did not confirm. " * 120

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer(__name__)

client = anthropic.Anthropic()

QUESTIONS = [
    "Where is my parcel?",
    "Can I return a gift without a receipt?",
    "Which of your shops is open on Sunday?",
    "How long is the guarantee on a kettle?",
    "Do you deliver to islands, and what does it cost?",
    "My lamp came without a bulb. What can I do?",
]


def cost(usage) -> float:
    return (
        usage.input_tokens * USD_PER_MILLION["input"]
        + usage.output_tokens * USD_PER_MILLION["output"]
        + (usage.cache_read_input_tokens or 0) * USD_PER_MILLION["cache_read"]
        + (usage.cache_creation_input_tokens or 0) * USD_PER_MILLION["cache_write"]
    ) / 1_000_000


def ask(question: str) -> str:
    with tracer.start_as_current_span("gen_ai.chat") as span:
        span.set_attribute("gen_ai.system", "anthropic")
        span.set_attribute("gen_ai.request.model", "claude-sonnet-5")
        begun = time.perf_counter()
        try:
            response = client.messages.create(
                model="claude-sonnet-5",
                max_tokens=500,
                system=[{"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}}],
                messages=[{"role": "user", "content": question}],
            )
        except anthropic.APIError as error:
            span.record_exception(error)
            span.set_status(trace.Status(trace.StatusCode.ERROR, str(error)))
            raise
        span.set_attribute("gen_ai.response.model", response.model)
        span.set_attribute("gen_ai.response.stop_reason", response.stop_reason)
        span.set_attribute("gen_ai.usage.input_tokens", response.usage.input_tokens)
        span.set_attribute("gen_ai.usage.output_tokens", response.usage.output_tokens)
        span.set_attribute("gen_ai.usage.cache_read_tokens", response.usage.cache_read_input_tokens)
        span.set_attribute("gen_ai.usage.cache_write_tokens", response.usage.cache_creation_input_tokens)
        span.set_attribute("gen_ai.usage.cost_usd", cost(response.usage))
        span.set_attribute("gen_ai.latency_ms", (time.perf_counter() - begun) * 1000)
        return response.content[0].text


for question in QUESTIONS:
    try:
        print(ask(question))
    except anthropic.APIError as error:
        print("failed:", error)

