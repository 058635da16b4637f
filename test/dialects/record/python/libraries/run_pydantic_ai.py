"""Pydantic AI: Agent.instrument_all()."""

import asyncio

from anthropic import AsyncAnthropic
from common import (
    HANDBOOK, HAIKU, GPT, LONG_HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL_RESULT, Case,
    expect_error, fail_next, run, tracer_provider, unsaid,
)
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

tracer_provider()
Agent.instrument_all()


def claude(model: str = SONNET, **settings) -> AnthropicModel:
    client = AsyncAnthropic(max_retries=0)
    settings = AnthropicModelSettings(max_tokens=MAX_TOKENS, **settings)
    return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=client), settings=settings)


def gpt(kind=OpenAIChatModel):
    return kind(GPT, provider=OpenAIProvider(openai_client=AsyncOpenAI(max_retries=0)))


def ask(model, question: str = QUESTION, **options) -> None:
    asyncio.run(Agent(model, name="helper", **options).run(question))


def stream(model) -> None:
    async def read() -> None:
        async with Agent(model, name="helper").run_stream(QUESTION) as answer:
            async for _ in answer.stream_text():
                pass

    asyncio.run(read())


def look_up_order(order_id: str) -> str:
    """Look up the status of an order by its id"""
    return TOOL_RESULT


def cached() -> None:
    for _ in range(2):
        ask(claude(anthropic_cache_instructions="5m"), instructions=HANDBOOK)
    ask(claude(HAIKU, anthropic_cache_instructions="1h"), instructions=LONG_HANDBOOK)


def cached_openai() -> None:
    for _ in range(2):
        ask(gpt(), instructions=HANDBOOK)


def error(model) -> None:
    fail_next(429)
    expect_error(lambda: ask(model))


cases = {
    "anthropic-plain": lambda: ask(claude(HAIKU)),
    "anthropic-stream": lambda: stream(claude()),
    "anthropic-cached": cached,
    "anthropic-tools": lambda: ask(claude(), ORDER_QUESTION, tools=[look_up_order]),
    "anthropic-error": lambda: error(claude()),
    "openai-plain": lambda: ask(gpt()),
    "openai-stream": lambda: stream(gpt()),
    "openai-cached": cached_openai,
    "openai-tools": lambda: ask(gpt(), ORDER_QUESTION, tools=[look_up_order]),
    "openai-error": lambda: error(gpt()),
    "openai-responses": lambda: ask(gpt(OpenAIResponsesModel)),
}
recorded = {name: Case("pydantic-ai-slim", case) for name, case in cases.items()}
run(unsaid(recorded, error_type="*error"), uses=("anthropic", "openai"))
