"""LangSmith over OpenTelemetry: LangChain, and the SDK's wrappers of the provider SDKs."""

import os

os.environ |= {"LANGSMITH_TRACING": "true", "LANGSMITH_TRACING_MODE": "otel", "LANGSMITH_API_KEY": "test"}
os.environ["LANGSMITH_ENDPOINT"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]

from common import run, tracer_provider, unsaid

tracer_provider()

import anthropic
import anthropic_calls
import langchain_calls
import openai
import openai_calls
from langsmith.run_trees import get_cached_client
from langsmith.wrappers import wrap_anthropic, wrap_openai

anthropic_calls.Anthropic = lambda **options: wrap_anthropic(anthropic.Anthropic(**options))
openai_calls.OpenAI = lambda **options: wrap_openai(openai.OpenAI(**options))
cases = (
    langchain_calls.cases("langsmith") | anthropic_calls.cases("langsmith") | openai_calls.cases("langsmith")
)
del cases["openai-embeddings"]
# The wrapper fails on these with anthropic 2: it calls accumulate_event() without json_bufs.
del cases["anthropic-stream"], cases["anthropic-cached-stream"]

unsaid(cases, ttft="*stream*", error_type="*error", finish_reason="openai-responses*")


def flushed(do):
    def both() -> None:
        do()
        get_cached_client().flush()

    return both


for case in cases.values():
    case.do = flushed(case.do)
run(cases, uses=("langchain-core", "langchain-anthropic", "langchain-openai", "anthropic", "openai"))
