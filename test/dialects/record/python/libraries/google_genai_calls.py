"""The cases, by Google's google-genai SDK with the Gemini API."""

import os
from functools import cache

from common import (
    GEMINI, GEMINI_EMBEDDING, HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, TOOL, TOOL_DESCRIPTION, TOOL_RESULT,
    Case, expect_error, fail_next,
)
from google import genai
from google.genai import types

DECLARATION = types.FunctionDeclaration(
    name=TOOL,
    description=TOOL_DESCRIPTION,
    parameters=types.Schema(
        type=types.Type.OBJECT, properties={"order_id": types.Schema(type=types.Type.STRING)}, required=["order_id"]
    ),
)


@cache
def client_of(key: str) -> genai.Client:
    """Kept, as one that nobody holds closes its connections."""
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=os.environ["SIMULATOR_URL"]))


def client() -> genai.Client:
    return client_of(os.environ["GOOGLE_API_KEY"])


def ask(contents=QUESTION, **config):
    config = types.GenerateContentConfig(max_output_tokens=MAX_TOKENS, **config)
    return client().models.generate_content(model=GEMINI, contents=contents, config=config)


def stream() -> None:
    config = types.GenerateContentConfig(max_output_tokens=MAX_TOKENS)
    for _ in client().models.generate_content_stream(model=GEMINI, contents=QUESTION, config=config):
        pass


def cached() -> None:
    for _ in range(2):
        ask(system_instruction=HANDBOOK)


def tools() -> None:
    options = {"tools": [types.Tool(function_declarations=[DECLARATION])]}
    question = types.Content(role="user", parts=[types.Part(text=ORDER_QUESTION)])
    answer = ask([question], **options)
    result = types.Part.from_function_response(name=TOOL, response={"status": TOOL_RESULT})
    ask([question, answer.candidates[0].content, types.Content(role="user", parts=[result])], **options)


def error() -> None:
    fail_next(429)
    expect_error(ask)


def embeddings() -> None:
    config = types.EmbedContentConfig(output_dimensionality=8)
    client().models.embed_content(model=GEMINI_EMBEDDING, contents=["parcel", "where is it"], config=config)


def cases(package: str) -> dict[str, Case]:
    chats = {
        "gemini-plain": ask,
        "gemini-stream": stream,
        "gemini-cached": cached,
        "gemini-tools": tools,
        "gemini-error": error,
    }
    every = {name: Case(package, do, operation="generate_content") for name, do in chats.items()}
    return every | {"gemini-embeddings": Case(package, embeddings)}
