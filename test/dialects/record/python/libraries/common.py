"""What the recorders share: setting OpenTelemetry up, the prompts, and running one case."""

import json
import os
import sys
import urllib.request
from fnmatch import fnmatch
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version

SONNET = "claude-sonnet-5"
HAIKU = "claude-haiku-4-5"
GPT = "gpt-5-mini"
EMBEDDING = "text-embedding-3-small"
GEMINI = "gemini-2.5-flash"
GEMINI_EMBEDDING = "gemini-embedding-001"
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

# Starts a line of stdout that is for record.py; libraries print there too.
MARK = "\x1e"


@dataclass
class Case:
    """package: whose spans these are. unsaid: what of the truth they do not carry, in the words of ../../fixture.ts.
    surplus_output: output tokens that the library adds to each call by mistake. operation, provider: its words for a
    chat and for whose model it is."""

    package: str
    do: Callable[[], object]
    unsaid: list[str] = field(default_factory=list)
    surplus_output: int = 0
    operation: str | None = None
    provider: str | None = None


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


def run(cases: dict[str, Case], uses: tuple[str, ...] = ()) -> None:
    """
    Lists the cases for record.py, then runs those that it names, one by one, each with an API key of its own: the
    simulator's prompt cache is per key.

    uses: packages whose version matters too
    """
    tell({name: describe(case, uses) for name, case in cases.items()})
    for line in sys.stdin:
        name = line.strip()
        key = f"test-{os.getpid()}-{name}"
        os.environ["ANTHROPIC_API_KEY"] = os.environ["OPENAI_API_KEY"] = os.environ["GOOGLE_API_KEY"] = key
        failure = None
        try:
            cases[name].do()
        except Exception:
            failure = traceback.format_exc()
        flush()
        tell(failure)


def describe(case: Case, uses: tuple[str, ...]) -> dict:
    versions = " with ".join(f"{package}@{version(package)}" for package in (case.package, *uses))
    surplus = {"surplus_output": case.surplus_output} if case.surplus_output else {}
    operation = {"operation": case.operation} if case.operation else {}
    provider = {"provider": case.provider} if case.provider else {}
    return {"library": versions} | ({"unsaid": case.unsaid} if case.unsaid else {}) | surplus | operation | provider


def unsaid(cases: dict[str, Case], **by_pattern: str) -> dict[str, Case]:
    """Notes what spans do not carry: by what, the patterns of the cases' names, with a space between them."""
    for what, patterns in by_pattern.items():
        for name, case in cases.items():
            if any(fnmatch(name, pattern) for pattern in patterns.split()):
                case.unsaid.append(what)
    return cases


def tell(message: object) -> None:
    print(f"{MARK}{json.dumps(message)}", flush=True)


def flush() -> None:
    from opentelemetry import trace

    provider = trace.get_tracer_provider()
    if hasattr(provider, "force_flush"):
        provider.force_flush()
