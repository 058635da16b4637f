"""OpenInference's instrumentation of google-genai."""

import google_genai_calls
from common import run, tracer_provider, unsaid
from openinference.instrumentation.google_genai import GoogleGenAIInstrumentor

tracer_provider()
GoogleGenAIInstrumentor().instrument()
cases = google_genai_calls.cases("openinference-instrumentation-google-genai")
for case in cases.values():
    case.operation = None
unsaid(cases, error_type="*error", ttft="*stream", input="*embeddings", model="*embeddings")
run(cases, uses=("google-genai",))
