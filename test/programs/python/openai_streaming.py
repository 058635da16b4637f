"""A span around a stream whose last chunk has the usage."""

import openai
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer(__name__)

client = openai.OpenAI()

QUESTIONS = [
    "Where is my parcel?",
    "Can I return a gift without a receipt?",
    "Which of your shops is open on Sunday?",
    "How long is the guarantee on a kettle?",
    "Do you deliver to islands, and what does it cost?",
    "My lamp came without a bulb. What can I do?",
]


def ask(question: str) -> str:
    with tracer.start_as_current_span("openai.chat") as span:
        span.set_attribute("gen_ai.operation.name", "chat")
        span.set_attribute("gen_ai.system", "openai")
        span.set_attribute("gen_ai.request.model", "gpt-5-mini")
        text = ""
        for chunk in client.chat.completions.create(
            model="gpt-5-mini",
            messages=[{"role": "user", "content": question}],
            stream=True,
            stream_options={"include_usage": True},
        ):
            if chunk.usage:
                span.set_attribute("gen_ai.response.model", chunk.model)
                span.set_attribute("gen_ai.usage.input_tokens", chunk.usage.prompt_tokens)
                span.set_attribute("gen_ai.usage.output_tokens", chunk.usage.completion_tokens)
            for choice in chunk.choices:
                text += choice.delta.content or ""
        return text


for question in QUESTIONS:
    try:
        print(ask(question))
    except openai.APIError as error:
        print("failed:", error)

