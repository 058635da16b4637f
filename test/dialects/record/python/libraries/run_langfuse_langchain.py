"""Langfuse: its LangChain handler. Not beside its OpenAI wrapper, which would make a second span for each call."""

import langchain_calls
from common import run, unsaid
from langfuse import Langfuse
from langfuse.langchain import CallbackHandler
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

# To an exporter of the application's own; Langfuse would send to its server.
langfuse = Langfuse(
    public_key="pk-lf-test", secret_key="test", base_url="http://127.0.0.1:9", span_exporter=OTLPSpanExporter()
)
cases = langchain_calls.cases("langfuse", {"callbacks": [CallbackHandler()]})
unsaid(cases, error_type="*error", finish_reason="*", model="langchain-openai-stream")


def flushed(do):
    def both() -> None:
        do()
        langfuse.flush()

    return both


for case in cases.values():
    case.do = flushed(case.do)
run(cases, uses=("langchain-core", "langchain-anthropic", "langchain-openai", "anthropic", "openai"))
