"""The feature is set once, where a request comes in; OpenTelemetry's baggage puts it on every span below."""

import anthropic
from opentelemetry import baggage, context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.processor.baggage import BaggageSpanProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
provider.add_span_processor(BaggageSpanProcessor(lambda key: key.startswith("app.")))
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
    with tracer.start_as_current_span("llm.chat") as span:
        span.set_attribute("gen_ai.system", "anthropic")
        span.set_attribute("gen_ai.request.model", "claude-sonnet-5")
        span.set_attribute("gen_ai.request.max_tokens", 500)
        response = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=500,
            messages=[{"role": "user", "content": question}],
        )
        span.set_attribute("gen_ai.response.model", response.model)
        span.set_attribute("gen_ai.response.finish_reasons", [response.stop_reason])
        span.set_attribute("gen_ai.usage.input_tokens", response.usage.input_tokens)
        span.set_attribute("gen_ai.usage.output_tokens", response.usage.output_tokens)
        return response.content[0].text


def handle(question: str) -> str:
    token = context.attach(baggage.set_baggage("app.feature", "support"))
    try:
        with tracer.start_as_current_span("POST /support", kind=trace.SpanKind.SERVER):
            return ask(question)
    finally:
        context.detach(token)


for question in QUESTIONS:
    try:
        print(handle(question))
    except anthropic.APIError as error:
        print("failed:", error)

