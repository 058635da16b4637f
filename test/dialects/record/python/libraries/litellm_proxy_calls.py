"""The cases, by the OpenAI SDK through LiteLLM's proxy, which runs beside this process and has the `otel` callback."""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from common import (
    EMBEDDING, GEMINI, GPT, HAIKU, HANDBOOK, LONG_HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL,
    TOOL_DESCRIPTION, TOOL_RESULT, TOOL_SCHEMA, Case, expect_error, fail_next,
)
from openai import OpenAI

TOOLS = [{"type": "function", "function": {"name": TOOL, "description": TOOL_DESCRIPTION, "parameters": TOOL_SCHEMA}}]
# A name of the proxy's own, as most set-ups have them.
ALIAS = "fast"
MODELS = {
    SONNET: f"anthropic/{SONNET}",
    HAIKU: f"anthropic/{HAIKU}",
    GPT: f"openai/{GPT}",
    EMBEDDING: f"openai/{EMBEDDING}",
    GEMINI: f"gemini/{GEMINI}",
    ALIAS: f"anthropic/{HAIKU}",
}


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def start_proxy(**environment: str) -> OpenAI:
    """Starts the proxy without a database. @returns a client of it"""
    key = f"test-{os.getpid()}"
    models = [
        {"model_name": name, "litellm_params": {"model": model, "api_key": key}} for name, model in MODELS.items()
    ]
    settings = {"callbacks": ["otel"], "num_retries": 0}
    config = Path(tempfile.mkdtemp()) / "config.yaml"
    # JSON is YAML.
    config.write_text(json.dumps({"model_list": models, "litellm_settings": settings}))
    port = free_port()
    environment |= {"OTEL_EXPORTER": "otlp_http", "OTEL_ENDPOINT": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]}
    # Exported soon: the proxy's provider is another process's.
    environment |= {"OTEL_BSP_SCHEDULE_DELAY": "200", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    # On loopback, for as long as this runs.
    environment |= {"LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"}
    command = [Path(sys.executable).parent / "litellm", "--config", config, "--port", str(port), "--host", "127.0.0.1"]
    proxy = subprocess.Popen(command, env=os.environ | environment, stdout=sys.stderr)
    atexit.register(proxy.terminate)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/health/liveliness").read()
            return OpenAI(base_url=url, api_key="any", max_retries=0)
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the proxy did not start")


def cases(prefix: str, client: OpenAI) -> dict[str, Case]:
    def user(text: str = QUESTION) -> list[dict]:
        return [{"role": "user", "content": text}]

    def ask(model: str, messages: list | None = None, **options):
        return client.chat.completions.create(
            model=model, messages=messages or user(), max_tokens=MAX_TOKENS, **options
        )

    def stream(model: str) -> None:
        for _ in ask(model, stream=True, stream_options={"include_usage": True}):
            pass

    def system(text: str, ttl: str) -> dict:
        block = {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}
        return {"role": "system", "content": [block]}

    def cached() -> None:
        for _ in range(2):
            ask(SONNET, [system(HANDBOOK, "5m"), *user()])
        ask(HAIKU, [system(LONG_HANDBOOK, "1h"), *user()])

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
        def both() -> None:
            do()
            # It logs after it has answered.
            time.sleep(2.5)

        return both

    every = {
        "anthropic-plain": lambda: ask(HAIKU),
        "anthropic-alias": lambda: ask(ALIAS),
        "anthropic-stream": lambda: stream(SONNET),
        "anthropic-cached": cached,
        "anthropic-tools": lambda: tools(SONNET),
        "anthropic-error": lambda: error(SONNET),
        "openai-plain": lambda: ask(GPT),
        "openai-stream": lambda: stream(GPT),
        "openai-cached": lambda: cached_by_itself(GPT),
        "openai-tools": lambda: tools(GPT),
        "openai-error": lambda: error(GPT),
        "openai-embeddings": lambda: client.embeddings.create(model=EMBEDDING, input=["parcel", "where"], dimensions=8),
        "gemini-plain": lambda: ask(GEMINI),
        "gemini-stream": lambda: stream(GEMINI),
    }
    return {prefix + name: Case("litellm", settled(case)) for name, case in every.items()}
