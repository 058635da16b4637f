"""The cases, by Google's Agent Development Kit, with Gemini and with Claude by its Anthropic model."""

import asyncio

from anthropic import AsyncAnthropic
from common import (
    GEMINI, HAIKU, HANDBOOK, LONG_HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL_RESULT, Case,
    expect_error, fail_next, unsaid,
)
from google.adk.agents import Agent
from google.adk.agents.context_cache_config import ContextCacheConfig
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.apps import App
from google.adk.models.anthropic_llm import AnthropicLlm
from google.adk.runners import InMemoryRunner
from google.adk.tools import url_context
from google.genai import types


def claude(model: str = SONNET) -> AnthropicLlm:
    return AnthropicLlm(model=model, max_tokens=MAX_TOKENS, client=AsyncAnthropic(max_retries=0))


def look_up_order(order_id: str) -> str:
    """Look up the status of an order by its id"""
    return TOOL_RESULT


def ask(model, question: str = QUESTION, stream: bool = False, cache=None, **options) -> None:
    async def answer() -> None:
        agent = Agent(name="helper", model=model, **options)
        runner = InMemoryRunner(app=App(name="shop", root_agent=agent, context_cache_config=cache))
        session = await runner.session_service.create_session(app_name="shop", user_id="user")
        config = RunConfig(streaming_mode=StreamingMode.SSE if stream else StreamingMode.NONE)
        message = types.Content(role="user", parts=[types.Part(text=question)])
        events = runner.run_async(user_id="user", session_id=session.id, new_message=message, run_config=config)
        async for _ in events:
            pass

    asyncio.run(answer())


def cached() -> None:
    for _ in range(2):
        ask(claude(), instruction=HANDBOOK, cache=ContextCacheConfig(min_tokens=0, ttl_seconds=300))
    ask(claude(HAIKU), instruction=LONG_HANDBOOK, cache=ContextCacheConfig(min_tokens=0, ttl_seconds=3600))


def cached_gemini() -> None:
    """Google caches by itself."""
    for _ in range(2):
        ask(GEMINI, instruction=HANDBOOK)


def error(model) -> None:
    fail_next(429)
    expect_error(lambda: ask(model))


def cases(prefix: str = "") -> dict[str, Case]:
    every = {
        "anthropic-plain": lambda: ask(claude(HAIKU)),
        "anthropic-stream": lambda: ask(claude(), stream=True),
        "anthropic-cached": cached,
        "anthropic-tools": lambda: ask(claude(), ORDER_QUESTION, tools=[look_up_order]),
        "anthropic-error": lambda: error(claude()),
        "gemini-plain": lambda: ask(GEMINI),
        "gemini-stream": lambda: ask(GEMINI, stream=True),
        "gemini-cached": cached_gemini,
        "gemini-tools": lambda: ask(GEMINI, ORDER_QUESTION, tools=[look_up_order]),
        "gemini-url-context": lambda: ask(GEMINI, tools=[url_context]),
        "gemini-error": lambda: error(GEMINI),
    }
    recorded = {prefix + name: Case("google-adk", do, operation="generate_content") for name, do in every.items()}
    return unsaid(
        recorded, error_type="*error", ttft="*stream", cache_write_1h="*anthropic-cached", model="*",
        finish_reason="*anthropic-tools",
    )
