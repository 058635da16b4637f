"""OpenLIT."""

import os

import openlit

openlit.init(otlp_endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"], disable_batch=True, disable_metrics=True)

import anthropic_calls
import openai_calls
from common import run, unsaid

cases = anthropic_calls.cases("openlit") | openai_calls.cases("openlit")
unsaid(
    cases,
    ttft="*stream*",
    error_type="*error",
    cache_write_1h="anthropic-cached",
    reasoning="openai-plain openai-stream openai-cached openai-tools",
)
run(cases, uses=("anthropic", "openai"))
