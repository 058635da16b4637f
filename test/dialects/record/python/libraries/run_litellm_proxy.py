"""LiteLLM's proxy with its `otel` callback, first form."""

import litellm_proxy_calls
from common import run, unsaid

cases = litellm_proxy_calls.cases("proxy-v1-", litellm_proxy_calls.start_proxy())
run(unsaid(cases, ttft="*stream", error_type="*error", request_model="*alias", model="*"), uses=("openai",))
