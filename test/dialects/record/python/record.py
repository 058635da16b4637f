#!/usr/bin/env python3
"""Records the fixtures of the Python libraries: runs each, case by case, against the simulator. See README.md."""

import base64
import gzip
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[3]
FIXTURES = HERE.parents[1] / "fixtures"
VENVS = Path(os.environ.get("RECORD_VENVS", REPOSITORY / ".cache" / "record-python"))

# Recorder in libraries/, by its name after run_: (requirements, folder of the fixtures).
LIBRARIES = {
    "openllmetry": ("openllmetry", "openllmetry-python"),
    "openllmetry_old": ("openllmetry-old", "openllmetry-python"),
    "openllmetry_google": ("openllmetry-google", "openllmetry-python"),
    "openinference_google": ("openinference-google", "openinference-python"),
    "openinference": ("openinference", "openinference-python"),
    "otel_openai_v2": ("otel-openai-v2", "semconv-python"),
    "otel_genai": ("otel", "semconv-python"),
    "anthropic_sdk": ("otel", "anthropic-sdk"),
    "pydantic_ai": ("pydantic-ai", "pydantic-ai"),
    "langsmith": ("langsmith", "langsmith-python"),
    "litellm": ("litellm", "litellm"),
    "litellm_v2": ("litellm", "litellm"),
    "litellm_proxy": ("litellm", "litellm"),
    "litellm_proxy_v2": ("litellm", "litellm"),
    "langfuse": ("langfuse", "langfuse-python"),
    "langfuse_langchain": ("langfuse", "langfuse-python"),
    "openlit": ("openlit", "openlit-python"),
    "strands": ("strands", "strands"),
    "semantic_kernel": ("semantic-kernel", "semantic-kernel"),
    "agent_framework": ("agent-framework", "agent-framework"),
    "google_adk": ("google-adk", "google-adk"),
    "google_adk_v1": ("google-adk", "google-adk"),
    "google_adk_1_18": ("google-adk-1.18", "google-adk"),
    "google_adk_1_5": ("google-adk-1.5", "google-adk"),
    "google_genai": ("google-genai", "semconv-python"),
    "azure_ai_inference": ("azure-ai-inference", "semconv-python"),
}

# Starts what a recorder tells us, see libraries/common.py.
MARK = "\x1e"
# As record/node has it: answers begin after 50 ms, streams say their first token after 300 ms.
BEHAVIOR = {
    "jitter": 0,
    "output_tokens": 40,
    "reasoning_tokens": 24,
    "latency_seconds": 0.05,
    "time_to_first_token_seconds": 0.3,
    "tokens_per_second": 400,
    "models": {"claude-haiku": None, "claude-opus": None, "text-embedding-": None},
}
# What says where and when it was recorded, not what the library does.
FIXED_RESOURCE = re.compile(r"^(host|process|os|container)\.|^service\.instance\.id$")


def python_of(requirements: str) -> Path:
    """The interpreter of a virtual environment with these requirements, made on first use."""
    venv = VENVS / requirements
    if not venv.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        pinned = HERE / "requirements" / f"{requirements}.txt"
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", "--requirement", pinned], check=True)
    return venv / "bin" / "python"


class Receiver(BaseHTTPRequestHandler):
    """An OTLP/HTTP receiver that keeps what it is sent."""

    bodies: list[bytes] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if self.path == "/v1/traces":
            self.bodies.append(body)
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def http(method: str, url: str, body: object = None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as response:
        text = response.read()
    return json.loads(text) if text else None


def start_simulator(port: int) -> subprocess.Popen:
    environment = {**os.environ, "PORT": str(port), "LOG_LEVEL": "warn"}
    environment["PATH"] = f"{REPOSITORY / 'node_modules' / '.bin'}:{environment['PATH']}"
    simulator = subprocess.Popen(["node", "src/server.ts"], cwd=REPOSITORY / "services/llm-simulator", env=environment)
    for _ in range(100):
        try:
            http("PATCH", f"http://127.0.0.1:{port}/behavior", BEHAVIOR)
            return simulator
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the simulator did not start")


def truth_of(entry: dict) -> dict | None:
    """A ledger entry as one call, with input inclusive of the cache. None for what is no model call."""
    if entry["endpoint"].endswith(("count_tokens", ":countTokens")):
        return None
    usage = entry["usage"] or {}
    if entry["provider"] == "anthropic":
        read = usage.get("cache_read_input_tokens") or 0
        write = usage.get("cache_creation_input_tokens") or 0
        tokens = {
            "input": (usage.get("input_tokens") or 0) + read + write,
            "cache_read": read,
            "cache_write": write,
            "cache_write_1h": (usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens") or 0,
            "output": usage.get("output_tokens") or 0,
            "reasoning": (usage.get("output_tokens_details") or {}).get("thinking_tokens") or 0,
        }
    elif entry["provider"] == "gcp.gemini":
        thoughts = usage.get("thoughtsTokenCount") or 0
        tokens = {
            "input": (usage.get("promptTokenCount") or 0) + (usage.get("toolUsePromptTokenCount") or 0),
            "cache_read": usage.get("cachedContentTokenCount") or 0,
            "cache_write": 0,
            "cache_write_1h": 0,
            "output": (usage.get("candidatesTokenCount") or 0) + thoughts,
            "reasoning": thoughts,
        }
    else:
        details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
        output = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
        tokens = {
            "input": usage.get("prompt_tokens") or usage.get("input_tokens") or 0,
            "cache_read": details.get("cached_tokens") or 0,
            "cache_write": details.get("cache_write_tokens") or 0,
            "cache_write_1h": 0,
            "output": usage.get("completion_tokens") or usage.get("output_tokens") or 0,
            "reasoning": output.get("reasoning_tokens") or 0,
        }
    same = ("provider", "request_model", "model", "stream", "error_type", "stop_reason")
    embeds = entry["endpoint"].endswith(("/embeddings", ":embedContent", ":batchEmbedContents"))
    operation = "embeddings" if embeds else "chat"
    called = {"provider": entry["provider"], "operation": operation}
    return called | {key: entry[key] for key in same[1:3]} | tokens | {key: entry[key] for key in same[3:]}


def otlp_json(bodies: list[bytes]) -> dict:
    """Export requests, as the library sent them, as one in OTLP/JSON."""
    from google.protobuf.json_format import MessageToDict
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    whole = ExportTraceServiceRequest()
    for body in bodies:
        whole.resource_spans.extend(ExportTraceServiceRequest.FromString(body).resource_spans)
    return clean(MessageToDict(whole, use_integers_for_enums=True))


def clean(node):
    """Ids in hex, as OTLP/JSON wants them; without what names the machine."""
    if isinstance(node, list):
        return [clean(item) for item in node]
    if isinstance(node, dict):
        if FIXED_RESOURCE.match(str(node.get("key", ""))):
            fixed = {"intValue": "1"} if "intValue" in node.get("value", {}) else {"stringValue": "recorded"}
            return {"key": node["key"], "value": fixed}
        return {
            key: base64.b64decode(value).hex() if key in ("traceId", "spanId", "parentSpanId") else clean(value)
            for key, value in node.items()
        }
    if isinstance(node, str):
        # Of a user agent.
        node = re.sub(r"\(Linux-[^)]*\)", "(Linux)", node)
        node = re.sub(re.escape(str(VENVS)) + r"/[^/]+", "/venv", node)
        return node.replace(str(HERE), "/record").replace(str(Path.home()) + "/", "/home/user/")
    return node


class Library:
    """A recorder in a process of its own."""

    def __init__(self, module: str, simulator: str, receiver: str) -> None:
        environment = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ} | {
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_SERVICE_NAME": module.replace("_", "-"),
            "SIMULATOR_URL": simulator,
            "ANTHROPIC_BASE_URL": simulator,
            "OPENAI_BASE_URL": f"{simulator}/v1",
            "GOOGLE_GEMINI_BASE_URL": simulator,
            "GEMINI_API_BASE": f"{simulator}/v1beta",
            # The Anthropic SDK's own spans would be a second set for each call; run_anthropic_sdk.py turns them on.
            "ANTHROPIC_OPEN_TELEMETRY": "false",
            # Beside the virtual environments, not beside the recorders.
            "PYTHONPYCACHEPREFIX": str(VENVS / "pycache"),
        }
        script = HERE / "libraries" / f"run_{module}.py"
        requirements, self.folder = LIBRARIES[module]
        command = [python_of(requirements), script]
        errors = None if "-v" in sys.argv else subprocess.DEVNULL
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=errors, text=True)
        self.cases = self.answer()

    def answer(self):
        for line in self.process.stdout:
            if line.startswith(MARK):
                return json.loads(line[1:])
        raise SystemExit(f"{self.process.args[1]} ended (run with -v to see why)")

    def run(self, case: str) -> str | None:
        """The traceback, where it failed."""
        self.process.stdin.write(f"{case}\n")
        self.process.stdin.flush()
        return self.answer()

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(60)


def record(module: str, only: list[str], simulator: str, receiver: str) -> None:
    library = Library(module, simulator, receiver)
    for case, about in library.cases.items():
        if only and case not in only:
            continue
        since = http("GET", f"{simulator}/ledger")["last_id"]
        Receiver.bodies.clear()
        failure = library.run(case)
        http("DELETE", f"{simulator}/faults")
        entries = http("GET", f"{simulator}/ledger?since={since}")["entries"]
        truth = [call for call in map(truth_of, entries) if call]
        operation = about.pop("operation", None)
        if operation:
            truth = [{**call, "operation": operation} for call in truth]
        provider = about.pop("provider", None)
        if provider:
            truth = [{**call, "provider": provider} for call in truth]
        surplus = about.pop("surplus_output", 0)
        if surplus:
            truth = [{**call, "misstated_output": call["output"] + surplus} for call in truth]
        otlp = otlp_json(Receiver.bodies)
        spans = sum(len(scope["spans"]) for resource in otlp.get("resourceSpans", []) for scope in resource["scopeSpans"])
        print(f"{module} {case}: {len(truth)} calls, {spans} spans", flush=True)
        if failure or not truth or not spans:
            print(failure or "nothing to keep", flush=True)
            continue
        fixture = {**about, "language": "python", "handMade": False, "truth": truth, "otlp": otlp}
        path = FIXTURES / library.folder / f"{case}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(fixture, indent=2, ensure_ascii=False) + "\n")
    library.end()


def main() -> None:
    recorder = python_of("record")
    if Path(sys.executable) != recorder:
        os.execv(recorder, [recorder, __file__, *sys.argv[1:]])
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    modules = [name for name in names if name in LIBRARIES] or list(LIBRARIES)
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    port = int(os.environ.get("RECORD_SIMULATOR_PORT", "18610"))
    simulator = start_simulator(port)
    try:
        for module in modules:
            only = [name for name in names if name not in LIBRARIES]
            record(module, only, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{receiver.server_port}")
    finally:
        simulator.terminate()


if __name__ == "__main__":
    main()
