"""What the recorders share: setting OpenTelemetry up, the prompts, and running one case."""

import json
import os
import sys
import urllib.request
from collections.abc import Callable
from importlib.metadata import version

SONNET = "claude-sonnet-5"
HAIKU = "claude-haiku-4-5"
GPT = "gpt-5-mini"
EMBEDDING = "text-embedding-3-small"
MAX_TOKENS = 256

QUESTION = "Where is my parcel?"
ORDER_QUESTION = "What is the status of order A-1001?"
# Long enough to be cached: 1,024 tokens and more, for claude-haiku-4-5 4,096.
HANDBOOK = "Answer shortly and politely, and never promise a date that the carrier did not confirm. " * 120
LONG_HANDBOOK = HANDBOOK * 3
TOOL = "look_up_order"
TOOL_DESCRIPTION = "Look up the status of an order by its id"
TOOL_SCHEMA = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
TOOL_RESULT = "shipped"

Case = tuple[str, Callable[[], object]]


def tracer_provider():
    """A global tracer provider that exports by OTLP/HTTP when a span ends."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def fail_next(status: int | str = 429, times: int = 1) -> None:
    """Makes the simulator answer the next requests with an error."""
    body = json.dumps({"status": status, "times": times}).encode()
    url = f"{os.environ['SIMULATOR_URL']}/faults"
    urllib.request.urlopen(urllib.request.Request(url, body, {"content-type": "application/json"})).read()


def expect_error(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception as error:
        print(f"as expected: {type(error).__name__}", file=sys.stderr)
        return
    raise SystemExit("no error")


def run(cases: dict[str, Case], uses: tuple[str, ...] = (), finish: Callable[[], object] | None = None) -> None:
    """
    Runs the case that the command line names, or lists the cases.

    cases: by name, the package that makes the spans and what to do
    uses: packages whose version matters too
    """
    name = sys.argv[1]
    if name == "list":
        about = {
            case: {
                "library": f"{package}@{version(package)}",
                "with": [f"{used}@{version(used)}" for used in uses],
            }
            for case, (package, _) in cases.items()
        }
        print(json.dumps(about))
        return
    cases[name][1]()
    if finish:
        finish()
    from opentelemetry import trace

    flush = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush:
        flush()
