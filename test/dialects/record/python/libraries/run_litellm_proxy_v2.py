"""LiteLLM's proxy with its `otel` callback, second form."""

import litellm_proxy_calls
from common import run, unsaid

cases = litellm_proxy_calls.cases("proxy-v2-", litellm_proxy_calls.start_proxy(LITELLM_OTEL_V2="true"))
unsaid(cases, error_type="*error", request_model="*alias", model="*", reasoning="*openai-* *gemini-*", cache_write_1h="*cached")
run(cases, uses=("openai",))
