"""OpenLLMetry's instrumentation of google-genai. It has no spans for embeddings."""

import google_genai_calls
from common import run, tracer_provider, unsaid
from opentelemetry.instrumentation.google_generativeai import GoogleGenerativeAiInstrumentor

tracer_provider()
GoogleGenerativeAiInstrumentor().instrument()
cases = google_genai_calls.cases("opentelemetry-instrumentation-google-generativeai")
del cases["gemini-embeddings"]
for case in cases.values():
    case.provider = "gcp.gen_ai"
run(unsaid(cases, error_type="*error", ttft="*stream"), uses=("google-genai",))
