"""The cases, by LangChain's chat models and agent."""

from common import (
    GPT, HAIKU, HANDBOOK, LONG_HANDBOOK, MAX_TOKENS, ORDER_QUESTION, QUESTION, SONNET, TOOL_RESULT, Case,
    expect_error, fail_next,
)
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI


def claude(model: str = SONNET) -> ChatAnthropic:
    return ChatAnthropic(model=model, max_tokens=MAX_TOKENS, max_retries=0)


def gpt() -> ChatOpenAI:
    return ChatOpenAI(model=GPT, max_retries=0, stream_usage=True)


def system(text: str, ttl: str) -> dict:
    block = {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}
    return {"role": "system", "content": [block]}


def look_up_order(order_id: str) -> str:
    """Look up the status of an order by its id"""
    return TOOL_RESULT


def cases(package: str, config: dict | None = None) -> dict[str, Case]:
    user = {"role": "user", "content": QUESTION}

    def stream(model) -> None:
        for _ in model.stream([user], config):
            pass

    def cached() -> None:
        for _ in range(2):
            claude().invoke([system(HANDBOOK, "5m"), user], config)
        claude(HAIKU).invoke([system(LONG_HANDBOOK, "1h"), user], config)

    def cached_openai() -> None:
        for _ in range(2):
            gpt().invoke([{"role": "system", "content": HANDBOOK}, user], config)

    def tools(model) -> None:
        question = {"role": "user", "content": ORDER_QUESTION}
        create_agent(model, [look_up_order], name="helper").invoke({"messages": [question]}, config)

    def error(model) -> None:
        fail_next(429)
        expect_error(lambda: model.invoke([user], config))

    every = {
        "langchain-anthropic-plain": lambda: claude(HAIKU).invoke([user], config),
        "langchain-anthropic-stream": lambda: stream(claude()),
        "langchain-anthropic-cached": cached,
        "langchain-anthropic-tools": lambda: tools(claude()),
        "langchain-anthropic-error": lambda: error(claude()),
        "langchain-openai-plain": lambda: gpt().invoke([user], config),
        "langchain-openai-stream": lambda: stream(gpt()),
        "langchain-openai-cached": cached_openai,
        "langchain-openai-tools": lambda: tools(gpt()),
        "langchain-openai-error": lambda: error(gpt()),
    }
    return {name: Case(package, case) for name, case in every.items()}
