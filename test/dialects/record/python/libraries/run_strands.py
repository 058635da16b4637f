"""Strands Agents."""

import asyncio

from common import (
    GPT, HAIKU, HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL_RESULT, Case, expect_error, fail_next, run,
    tracer_provider, unsaid,
)
from strands import Agent, tool
from strands.models.anthropic import AnthropicModel
from strands.models.openai import OpenAIModel
from strands.types.content import SystemContentBlock

tracer_provider()


def claude(model: str = SONNET) -> AnthropicModel:
    return AnthropicModel(client_args={"max_retries": 0}, model_id=model, max_tokens=MAX_TOKENS)


def gpt() -> OpenAIModel:
    return OpenAIModel(client_args={"max_retries": 0}, model_id=GPT)


@tool
def look_up_order(order_id: str) -> str:
    """Look up the status of an order by its id"""
    return TOOL_RESULT


def ask(model, question: str = QUESTION, **options) -> None:
    agent = Agent(model, name="helper", callback_handler=None, **options)
    asyncio.run(agent.invoke_async(question))


def cached() -> None:
    """Two turns of one agent: the usage on the agent's span adds up over its life."""
    system = [SystemContentBlock(text=HANDBOOK), SystemContentBlock(cachePoint={"type": "default"})]
    agent = Agent(claude(), name="helper", callback_handler=None, system_prompt=system)

    async def both() -> None:
        await agent.invoke_async(QUESTION)
        await agent.invoke_async(QUESTION)

    asyncio.run(both())


def cached_openai() -> None:
    for _ in range(2):
        ask(gpt(), system_prompt=HANDBOOK)


def error(model) -> None:
    fail_next(400)
    expect_error(lambda: ask(model))


cases = {
    "anthropic-stream": lambda: ask(claude(HAIKU)),
    "anthropic-cached": cached,
    "anthropic-tools": lambda: ask(claude(), ORDER_QUESTION, tools=[look_up_order]),
    "anthropic-error": lambda: error(claude()),
    "openai-stream": lambda: ask(gpt()),
    "openai-cached": cached_openai,
    "openai-tools": lambda: ask(gpt(), ORDER_QUESTION, tools=[look_up_order]),
    "openai-error": lambda: error(gpt()),
}
recorded = {name: Case("strands-agents", case) for name, case in cases.items()}
run(unsaid(recorded, error_type="*error", model="*", reasoning="*"), uses=("anthropic", "openai"))
