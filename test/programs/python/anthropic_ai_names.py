"""A span with ai.* names, whose failures are told by its own attributes."""

import time

import anthropic
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

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


def ask(question: str) -> str:
    with tracer.start_as_current_span("ai.completion", record_exception=False, set_status_on_exception=False) as span:
        span.set_attribute("ai.provider", "anthropic")
        span.set_attribute("ai.model", "claude-sonnet-5")
        span.set_attribute("app.feature", "support")
        begun = time.perf_counter()
        try:
            response = client.messages.create(
                model="claude-sonnet-5",
                max_tokens=500,
                messages=[{"role": "user", "content": question}],
            )
        except anthropic.APIStatusError as error:
            span.set_attribute("ai.error.type", type(error).__name__)
            span.set_status(trace.StatusCode.ERROR, str(error))
            raise
        span.set_attribute("ai.tokens.input", response.usage.input_tokens)
        span.set_attribute("ai.tokens.output", response.usage.output_tokens)
        span.set_attribute("ai.stop_reason", response.stop_reason)
        span.set_attribute("ai.latency_ms", (time.perf_counter() - begun) * 1000)
        return response.content[0].text


for question in QUESTIONS:
    try:
        print(ask(question))
    except anthropic.APIError as error:
        print("failed:", error)

