"""Microsoft Agent Framework."""

import asyncio

from agent_framework import Agent, tool
from agent_framework.observability import enable_instrumentation
from agent_framework_anthropic import AnthropicClient
from agent_framework_openai import OpenAIChatClient, OpenAIChatCompletionClient
from anthropic import AsyncAnthropic
from common import (
    GPT, HAIKU, HANDBOOK, LONG_HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL_RESULT, Case,
    expect_error, fail_next, run, tracer_provider, unsaid,
)
from openai import AsyncOpenAI

tracer_provider()
enable_instrumentation()


def claude(model: str = SONNET) -> AnthropicClient:
    return AnthropicClient(model=model, anthropic_client=AsyncAnthropic(max_retries=0))


def gpt(kind=OpenAIChatCompletionClient):
    return kind(model=GPT, async_client=AsyncOpenAI(max_retries=0))


@tool(approval_mode="never_require")
def look_up_order(order_id: str) -> str:
    """Look up the status of an order by its id"""
    return TOOL_RESULT


def ask(client, question: str = QUESTION, **options) -> None:
    asyncio.run(Agent(client, name="helper", default_options={"max_tokens": MAX_TOKENS}, **options).run(question))


def stream(client) -> None:
    async def read() -> None:
        agent = Agent(client, name="helper", default_options={"max_tokens": MAX_TOKENS})
        async for _ in agent.run(QUESTION, stream=True):
            pass

    asyncio.run(read())


def cached(client, text: str, ttl: str, times: int = 1) -> None:
    block = {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}
    for _ in range(times):
        agent = Agent(client(), name="helper", default_options={"max_tokens": MAX_TOKENS, "instructions": [block]})
        asyncio.run(agent.run(QUESTION))


def cached_anthropic() -> None:
    cached(claude, HANDBOOK, "5m", 2)
    cached(lambda: claude(HAIKU), LONG_HANDBOOK, "1h")


def cached_openai() -> None:
    for _ in range(2):
        ask(gpt(), instructions=HANDBOOK)


def error(client) -> None:
    fail_next(429)
    expect_error(lambda: ask(client))


cases = {
    "anthropic-plain": lambda: ask(claude(HAIKU)),
    "anthropic-stream": lambda: stream(claude()),
    "anthropic-cached": cached_anthropic,
    "anthropic-tools": lambda: ask(claude(), ORDER_QUESTION, tools=[look_up_order]),
    "anthropic-error": lambda: error(claude()),
    "openai-plain": lambda: ask(gpt()),
    "openai-stream": lambda: stream(gpt()),
    "openai-cached": cached_openai,
    "openai-tools": lambda: ask(gpt(), ORDER_QUESTION, tools=[look_up_order]),
    "openai-error": lambda: error(gpt()),
    "openai-responses": lambda: ask(gpt(OpenAIChatClient)),
}
recorded = {name: Case("agent-framework-core", case) for name, case in cases.items()}
run(unsaid(recorded, error_type="*error", ttft="*stream", cache_write_1h="*cached"), uses=("agent-framework-anthropic", "agent-framework-openai"))
