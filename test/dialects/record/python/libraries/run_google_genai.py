"""OpenTelemetry's own opentelemetry-instrumentation-google-genai."""

import google_genai_calls
from common import run, tracer_provider, unsaid
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

tracer_provider()
GoogleGenAiSdkInstrumentor().instrument()
cases = google_genai_calls.cases("opentelemetry-instrumentation-google-genai")
run(unsaid(cases, error_type="*error", model="*embeddings"), uses=("google-genai",))
