"""The cases, by the Anthropic SDK."""

from anthropic import Anthropic

from common import (
    Case,
    HANDBOOK, HAIKU, LONG_HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL, TOOL_DESCRIPTION,
    TOOL_RESULT, TOOL_SCHEMA, expect_error, fail_next,
)

TOOLS = [{"name": TOOL, "description": TOOL_DESCRIPTION, "input_schema": TOOL_SCHEMA}]


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def system(text: str, ttl: str = "5m") -> list[dict]:
    return [{"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}]


def plain() -> None:
    Anthropic().messages.create(model=HAIKU, max_tokens=MAX_TOKENS, messages=user(QUESTION))


def stream() -> None:
    for _ in Anthropic().messages.create(model=SONNET, max_tokens=MAX_TOKENS, messages=user(QUESTION), stream=True):
        pass


def stream_helper() -> None:
    with Anthropic().messages.stream(model=SONNET, max_tokens=MAX_TOKENS, messages=user(QUESTION)) as messages:
        for _ in messages.text_stream:
            pass
        messages.get_final_message()


def cached() -> None:
    """Written for 5 minutes, read, and written for an hour beside a read: the last on another model."""
    client = Anthropic()
    for _ in range(2):
        client.messages.create(model=SONNET, max_tokens=MAX_TOKENS, system=system(HANDBOOK), messages=user(QUESTION))
    client.messages.create(
        model=HAIKU, max_tokens=MAX_TOKENS, system=system(LONG_HANDBOOK, "1h"), messages=user(QUESTION)
    )


def cached_stream() -> None:
    client = Anthropic()
    for _ in range(2):
        parameters = dict(model=SONNET, max_tokens=MAX_TOKENS, system=system(HANDBOOK), messages=user(QUESTION))
        for _ in client.messages.create(**parameters, stream=True):
            pass


def tools() -> None:
    client = Anthropic()
    messages = user(ORDER_QUESTION)
    answer = client.messages.create(model=SONNET, max_tokens=MAX_TOKENS, messages=messages, tools=TOOLS)
    use = next(block for block in answer.content if block.type == "tool_use")
    result = {"type": "tool_result", "tool_use_id": use.id, "content": TOOL_RESULT}
    messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": [result]}]
    client.messages.create(model=SONNET, max_tokens=MAX_TOKENS, messages=messages, tools=TOOLS)


def error() -> None:
    fail_next(429)
    client = Anthropic(max_retries=0)
    expect_error(lambda: client.messages.create(model=SONNET, max_tokens=MAX_TOKENS, messages=user(QUESTION)))


def cases(package: str) -> dict[str, Case]:
    every = {
        "anthropic-plain": plain,
        "anthropic-stream": stream,
        "anthropic-stream-helper": stream_helper,
        "anthropic-cached": cached,
        "anthropic-cached-stream": cached_stream,
        "anthropic-tools": tools,
        "anthropic-error": error,
    }
    return {name: Case(package, case) for name, case in every.items()}
