"""LiteLLM's SDK with its `otel` callback, second form."""

import os

# Exported soon: LiteLLM has a provider of its own, which it does not show.
os.environ |= {"OTEL_BSP_SCHEDULE_DELAY": "200"}
os.environ |= {"LITELLM_OTEL_V2": "true", "OTEL_EXPORTER": "otlp_http", "OTEL_ENDPOINT": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]}

import litellm
import litellm_calls
from common import run, unsaid

litellm.callbacks = ["otel"]
cases = unsaid(litellm_calls.cases("v2-"), error_type="*error", finish_reason="*gemini-tools", model="*openai-stream", reasoning="*openai-* *gemini-*", cache_write_1h="*cached")
run(cases, uses=("openai",))
