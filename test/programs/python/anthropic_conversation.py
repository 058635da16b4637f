"""One span around a whole conversation, with the sums of its calls."""

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


def converse(questions: list[str]) -> list:
    with tracer.start_as_current_span("llm.conversation") as span:
        span.set_attribute("gen_ai.system", "anthropic")
        span.set_attribute("gen_ai.request.model", "claude-sonnet-5")
        messages = []
        used = {"input": 0, "output": 0}
        for question in questions:
            messages.append({"role": "user", "content": question})
            try:
                response = client.messages.create(model="claude-sonnet-5", max_tokens=500, messages=messages)
            except anthropic.APIError as error:
                print("failed:", error)
                messages.pop()
                continue
            messages.append({"role": "assistant", "content": response.content})
            used["input"] += response.usage.input_tokens
            used["output"] += response.usage.output_tokens
        span.set_attribute("gen_ai.usage.input_tokens", used["input"])
        span.set_attribute("gen_ai.usage.output_tokens", used["output"])
        return messages


print(len(converse(QUESTIONS)))
