"""azure-ai-inference, which traces itself with AIInferenceInstrumentor. The simulator has the same API as OpenAI's."""

import os

from common import (
    Case,
    GPT, HANDBOOK, ORDER_QUESTION, QUESTION, TOOL, TOOL_DESCRIPTION, TOOL_RESULT, TOOL_SCHEMA,
    expect_error, fail_next, run, tracer_provider, unsaid,
)
from azure.core.settings import settings

settings.tracing_implementation = "opentelemetry"

from azure.ai.inference import ChatCompletionsClient
from azure.ai.inference.models import (
    AssistantMessage, ChatCompletionsToolDefinition, FunctionDefinition, SystemMessage, ToolMessage, UserMessage,
)
from azure.ai.inference.tracing import AIInferenceInstrumentor
from azure.core.credentials import AzureKeyCredential

tracer_provider()
AIInferenceInstrumentor().instrument(enable_content_recording=True)
TOOLS = [
    ChatCompletionsToolDefinition(
        function=FunctionDefinition(name=TOOL, description=TOOL_DESCRIPTION, parameters=TOOL_SCHEMA)
    )
]


def client(**options) -> ChatCompletionsClient:
    return ChatCompletionsClient(os.environ["OPENAI_BASE_URL"], AzureKeyCredential("key"), **options)


def plain() -> None:
    client().complete(model=GPT, messages=[UserMessage(QUESTION)])


def stream() -> None:
    usage = {"stream_options": {"include_usage": True}}
    for _ in client().complete(model=GPT, messages=[UserMessage(QUESTION)], stream=True, model_extras=usage):
        pass


def cached() -> None:
    chat = client()
    for _ in range(2):
        chat.complete(model=GPT, messages=[SystemMessage(HANDBOOK), UserMessage(QUESTION)])


def tools() -> None:
    chat = client()
    messages = [UserMessage(ORDER_QUESTION)]
    calls = chat.complete(model=GPT, messages=messages, tools=TOOLS).choices[0].message.tool_calls
    result = ToolMessage(TOOL_RESULT, tool_call_id=calls[0].id)
    chat.complete(model=GPT, messages=[*messages, AssistantMessage(tool_calls=calls), result], tools=TOOLS)


def error() -> None:
    fail_next(400)
    expect_error(lambda: client(retry_total=0).complete(model=GPT, messages=[UserMessage(QUESTION)]))


every = {"plain": plain, "stream": stream, "cached": cached, "tools": tools, "error": error}
cases = {f"azure-ai-inference-{name}": Case("azure-ai-inference", case) for name, case in every.items()}
for case in cases.values():
    case.provider = "azure.ai.inference"
unsaid(cases, ttft="*stream", error_type="*error", cache_read="*cached", reasoning="*", finish_reason="*stream")
run(cases)
