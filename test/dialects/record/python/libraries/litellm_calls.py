"""The cases, by LiteLLM's SDK."""

import asyncio
import threading
import time

from common import (
    EMBEDDING, GEMINI, GPT, HAIKU, HANDBOOK, LONG_HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL,
    TOOL_DESCRIPTION, TOOL_RESULT, TOOL_SCHEMA, Case, expect_error, fail_next, flush,
)

import litellm

TOOLS = [{"type": "function", "function": {"name": TOOL, "description": TOOL_DESCRIPTION, "parameters": TOOL_SCHEMA}}]


def user(text: str = QUESTION) -> list[dict]:
    return [{"role": "user", "content": text}]


def system(text: str, ttl: str) -> dict:
    block = {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}
    return {"role": "system", "content": [block]}


# A loop that goes on: LiteLLM logs in tasks of its own.
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


def wait(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result()


# The second form of the callback makes no spans of completion(), only of acompletion().
def ask(model: str, messages: list | None = None, **options):
    options |= {"max_tokens": MAX_TOKENS, "num_retries": 0, "max_retries": 0}
    return wait(litellm.acompletion(model, messages or user(), **options))


def stream(model: str) -> None:
    async def read() -> None:
        options = {"max_tokens": MAX_TOKENS, "stream_options": {"include_usage": True}}
        async for _ in await litellm.acompletion(model, user(), stream=True, **options):
            pass

    wait(read())


def cached() -> None:
    for _ in range(2):
        ask(f"anthropic/{SONNET}", [system(HANDBOOK, "5m"), *user()])
    ask(f"anthropic/{HAIKU}", [system(LONG_HANDBOOK, "1h"), *user()])


def cached_by_itself(model: str) -> None:
    for _ in range(2):
        ask(model, [{"role": "system", "content": HANDBOOK}, *user()])


def tools(model: str) -> None:
    messages = user(ORDER_QUESTION)
    message = ask(model, messages, tools=TOOLS).choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": TOOL_RESULT}
    ask(model, [*messages, message, result], tools=TOOLS)


def error(model: str) -> None:
    fail_next(429)
    expect_error(lambda: ask(model))


def settled(do):
    """LiteLLM logs in a thread of its own."""

    def both() -> None:
        do()
        time.sleep(1.5)
        flush()

    return both


def cases(prefix: str) -> dict[str, Case]:
    claude, haiku, gpt = f"anthropic/{SONNET}", f"anthropic/{HAIKU}", f"openai/{GPT}"
    gemini = f"gemini/{GEMINI}"
    every = {
        "anthropic-plain": lambda: ask(haiku),
        "anthropic-stream": lambda: stream(claude),
        "anthropic-cached": cached,
        "anthropic-tools": lambda: tools(claude),
        "anthropic-error": lambda: error(claude),
        "openai-plain": lambda: ask(gpt),
        "openai-stream": lambda: stream(gpt),
        "openai-cached": lambda: cached_by_itself(gpt),
        "openai-tools": lambda: tools(gpt),
        "openai-error": lambda: error(gpt),
        "openai-embeddings": lambda: wait(litellm.aembedding(f"openai/{EMBEDDING}", ["parcel", "where is it"], dimensions=8)),
        "gemini-plain": lambda: ask(gemini),
        "gemini-stream": lambda: stream(gemini),
        "gemini-cached": lambda: cached_by_itself(gemini),
        "gemini-tools": lambda: tools(gemini),
        "gemini-error": lambda: error(gemini),
    }
    return {prefix + name: Case("litellm", settled(case)) for name, case in every.items()}
