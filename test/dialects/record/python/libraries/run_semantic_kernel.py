"""Microsoft Semantic Kernel."""

import asyncio
import os

os.environ["SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS"] = "true"

from anthropic import AsyncAnthropic
from common import (
    GPT, HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL, TOOL_DESCRIPTION, TOOL_RESULT, Case, expect_error,
    fail_next, run, tracer_provider, unsaid,
)
from openai import AsyncOpenAI
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.anthropic import AnthropicChatCompletion, AnthropicChatPromptExecutionSettings
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import kernel_function

tracer_provider()


def claude():
    service = AnthropicChatCompletion(ai_model_id=SONNET, async_client=AsyncAnthropic(max_retries=0))
    return service, AnthropicChatPromptExecutionSettings(max_tokens=MAX_TOKENS)


def gpt():
    service = OpenAIChatCompletion(ai_model_id=GPT, async_client=AsyncOpenAI(max_retries=0))
    return service, OpenAIChatPromptExecutionSettings()


class Orders:
    @kernel_function(name=TOOL, description=TOOL_DESCRIPTION)
    def look_up(self, order_id: str) -> str:
        return TOOL_RESULT


async def plain(model, system: str | None = None) -> None:
    service, settings = model()
    history = ChatHistory(system_message=system)
    history.add_user_message(QUESTION)
    await service.get_chat_message_contents(history, settings)


async def cached(model) -> None:
    for _ in range(2):
        await plain(model, HANDBOOK)


async def stream(model) -> None:
    service, settings = model()
    history = ChatHistory()
    history.add_user_message(QUESTION)
    async for _ in service.get_streaming_chat_message_contents(history, settings):
        pass


async def tools(model) -> None:
    service, _ = model()
    await ChatCompletionAgent(service=service, name="helper", plugins=[Orders()]).get_response(messages=ORDER_QUESTION)


def error(model) -> None:
    fail_next()
    expect_error(lambda: asyncio.run(plain(model)))


cases = {}
for name, model in {"anthropic": claude, "openai": gpt}.items():
    cases[f"{name}-plain"] = lambda model=model: asyncio.run(plain(model))
    cases[f"{name}-stream"] = lambda model=model: asyncio.run(stream(model))
    cases[f"{name}-tools"] = lambda model=model: asyncio.run(tools(model))
    cases[f"{name}-error"] = lambda model=model: error(model)
cases["openai-cached"] = lambda: asyncio.run(cached(gpt))
recorded = {name: Case("semantic-kernel", case) for name, case in cases.items()}
run(
    unsaid(
        recorded,
        error_type="*error",
        model="*",
        ttft="*",
        input="anthropic-*",
        output="anthropic-*",
        reasoning="*",
        cache_read="*cached",
    ),
    uses=("anthropic", "openai"),
)
