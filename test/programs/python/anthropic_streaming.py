"""A client span around client.messages.stream, with the conventions' names and the usage of the final message."""

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
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-sonnet-5",
        "gen_ai.request.stream": True,
    }
    with tracer.start_as_current_span("chat claude-sonnet-5", kind=trace.SpanKind.CLIENT, attributes=attributes) as span:
        begun = time.perf_counter()
        first = None
        text = ""
        with client.messages.stream(
            model="claude-sonnet-5",
            max_tokens=500,
            messages=[{"role": "user", "content": question}],
        ) as stream:
            for part in stream.text_stream:
                if first is None:
                    first = time.perf_counter() - begun
                text += part
            final = stream.get_final_message()
        span.set_attribute("gen_ai.response.time_to_first_chunk", first)
        span.set_attribute("gen_ai.response.model", final.model)
        span.set_attribute("gen_ai.response.finish_reasons", [final.stop_reason])
        span.set_attribute("gen_ai.usage.input_tokens", final.usage.input_tokens)
        span.set_attribute("gen_ai.usage.output_tokens", final.usage.output_tokens)
        return text


for question in QUESTIONS:
    try:
        print(ask(question))
    except anthropic.APIError as error:
        print("failed:", error)

