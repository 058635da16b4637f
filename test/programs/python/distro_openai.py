"""No set-up: opentelemetry-instrument does it. A plain span around each call, with no names of a call."""

import openai
from opentelemetry import trace

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
    with tracer.start_as_current_span("answer"):
        response = client.chat.completions.create(
            model="gpt-5-mini",
            messages=[{"role": "user", "content": question}],
        )
        return response.choices[0].message.content


for question in QUESTIONS:
    try:
        print(ask(question))
    except openai.APIError as error:
        print("failed:", error)
