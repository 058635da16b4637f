"""No set-up: opentelemetry-instrument does it. A plain span around each call, with no names of a call."""

import anthropic
from opentelemetry import trace

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
    with tracer.start_as_current_span("answer"):
        response = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=500,
            messages=[{"role": "user", "content": question}],
        )
        return response.content[0].text


for question in QUESTIONS:
    try:
        print(ask(question))
    except anthropic.APIError as error:
        print("failed:", error)
