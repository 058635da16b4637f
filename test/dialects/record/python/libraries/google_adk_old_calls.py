"""The cases, by versions of Google's Agent Development Kit before its telemetry had a span for the call alone."""

import asyncio
import inspect

from common import GEMINI, HANDBOOK, ORDER_QUESTION, QUESTION, TOOL_RESULT, Case, unsaid
from google.adk.agents import Agent
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.runners import InMemoryRunner
from google.genai import types


def look_up_order(order_id: str) -> str:
    """Look up the status of an order by its id"""
    return TOOL_RESULT


def ask(question: str = QUESTION, stream: bool = False, **options) -> None:
    async def answer() -> None:
        runner = InMemoryRunner(agent=Agent(name="helper", model=GEMINI, **options), app_name="shop")
        session = runner.session_service.create_session(app_name="shop", user_id="user")
        session = await session if inspect.isawaitable(session) else session
        config = RunConfig(streaming_mode=StreamingMode.SSE if stream else StreamingMode.NONE)
        message = types.Content(role="user", parts=[types.Part(text=question)])
        events = runner.run_async(user_id="user", session_id=session.id, new_message=message, run_config=config)
        async for _ in events:
            pass

    asyncio.run(answer())


def cached() -> None:
    """Google caches by itself."""
    for _ in range(2):
        ask(instruction=HANDBOOK)


def cases(prefix: str) -> dict[str, Case]:
    every = {
        "gemini-plain": ask,
        "gemini-stream": lambda: ask(stream=True),
        "gemini-cached": cached,
        "gemini-tools": lambda: ask(ORDER_QUESTION, tools=[look_up_order]),
    }
    recorded = {prefix + name: Case("google-adk", do, operation="generate_content") for name, do in every.items()}
    return unsaid(recorded, ttft="*stream")
