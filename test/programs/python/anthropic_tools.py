"""An agent's loop: a span for the run, one for each call, one for each tool."""

import json

import anthropic
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

TOOLS = [
    {
        "name": "look_up_order",
        "description": "Looks an order up by its number.",
        "input_schema": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    }
]

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer(__name__)

client = anthropic.Anthropic()


def chat(messages: list):
    with tracer.start_as_current_span("chat claude-sonnet-5") as span:
        span.set_attribute("gen_ai.operation.name", "chat")
        span.set_attribute("gen_ai.system", "anthropic")
        span.set_attribute("gen_ai.request.model", "claude-sonnet-5")
        response = client.messages.create(model="claude-sonnet-5", max_tokens=500, tools=TOOLS, messages=messages)
        span.set_attribute("gen_ai.response.model", response.model)
        span.set_attribute("gen_ai.response.finish_reasons", [response.stop_reason])
        span.set_attribute("gen_ai.usage.input_tokens", response.usage.input_tokens)
        span.set_attribute("gen_ai.usage.output_tokens", response.usage.output_tokens)
        return response


def run_tool(call) -> str:
    with tracer.start_as_current_span(f"execute_tool {call.name}") as span:
        span.set_attribute("gen_ai.operation.name", "execute_tool")
        span.set_attribute("gen_ai.tool.name", call.name)
        return json.dumps({"status": "shipped"})


def run(question: str) -> str:
    with tracer.start_as_current_span("invoke_agent support") as span:
        span.set_attribute("gen_ai.operation.name", "invoke_agent")
        span.set_attribute("gen_ai.agent.name", "support")
        span.set_attribute("gen_ai.system", "anthropic")
        span.set_attribute("gen_ai.request.model", "claude-sonnet-5")
        messages = [{"role": "user", "content": question}]
        used = {"input": 0, "output": 0}
        while True:
            response = chat(messages)
            used["input"] += response.usage.input_tokens
            used["output"] += response.usage.output_tokens
            calls = [block for block in response.content if block.type == "tool_use"]
            if not calls:
                span.set_attribute("gen_ai.usage.input_tokens", used["input"])
                span.set_attribute("gen_ai.usage.output_tokens", used["output"])
                return response.content[0].text
            results = [{"type": "tool_result", "tool_use_id": call.id, "content": run_tool(call)} for call in calls]
            messages += [{"role": "assistant", "content": response.content}, {"role": "user", "content": results}]


for order in range(4711, 4717):
    try:
        print(run(f"Please look up order {order}."))
    except anthropic.APIError as error:
        print("failed:", error)
