"""The cases, by the OpenAI SDK."""

from openai import OpenAI

from common import (
    Case,
    EMBEDDING, GPT, HANDBOOK, ORDER_QUESTION, QUESTION, TOOL, TOOL_DESCRIPTION, TOOL_RESULT, TOOL_SCHEMA,
    expect_error, fail_next,
)

TOOLS = [{"type": "function", "function": {"name": TOOL, "description": TOOL_DESCRIPTION, "parameters": TOOL_SCHEMA}}]


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def plain() -> None:
    OpenAI().chat.completions.create(model=GPT, messages=user(QUESTION))


def stream() -> None:
    options = {"include_usage": True}
    for _ in OpenAI().chat.completions.create(model=GPT, messages=user(QUESTION), stream=True, stream_options=options):
        pass


def cached() -> None:
    client = OpenAI()
    for _ in range(2):
        client.chat.completions.create(model=GPT, messages=[{"role": "system", "content": HANDBOOK}, *user(QUESTION)])


def tools() -> None:
    client = OpenAI()
    messages = user(ORDER_QUESTION)
    message = client.chat.completions.create(model=GPT, messages=messages, tools=TOOLS).choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": TOOL_RESULT}
    client.chat.completions.create(model=GPT, messages=[*messages, message, result], tools=TOOLS)


def error() -> None:
    fail_next(429)
    client = OpenAI(max_retries=0)
    expect_error(lambda: client.chat.completions.create(model=GPT, messages=user(QUESTION)))


def responses() -> None:
    client = OpenAI()
    for _ in range(2):
        client.responses.create(model=GPT, instructions=HANDBOOK, input=QUESTION)


def responses_stream() -> None:
    for _ in OpenAI().responses.create(model=GPT, input=QUESTION, stream=True):
        pass


def embeddings() -> None:
    OpenAI().embeddings.create(model=EMBEDDING, input=["parcel", "where is it"], dimensions=8)


def cases(package: str) -> dict[str, Case]:
    every = {
        "openai-plain": plain,
        "openai-stream": stream,
        "openai-cached": cached,
        "openai-tools": tools,
        "openai-error": error,
        "openai-responses": responses,
        "openai-responses-stream": responses_stream,
        "openai-embeddings": embeddings,
    }
    return {name: Case(package, case) for name, case in every.items()}
