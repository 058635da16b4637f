package recorder;

import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.exporter.logging.otlp.internal.traces.OtlpStdoutSpanExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Runs the case that its argument names; its spans go to stdout, a request of OTLP/JSON a line. */
@SpringBootApplication
public class SpringAi {
  static final String QUESTION = "Where is my parcel?";
  static final String ORDER_QUESTION = "What is the status of order A-1001?";

  /** Long enough to be cached: 1,024 tokens and more. */
  static final String HANDBOOK =
      "Answer shortly and politely, and never promise a date that the carrier did not confirm. ".repeat(120);

  public static void main(String[] arguments) {
    SpringApplication.run(SpringAi.class, arguments).close();
    // The SDKs' threads would keep it alive for a minute.
    System.exit(0);
  }

  @Bean
  SpanExporter spanExporter() {
    return OtlpStdoutSpanExporter.builder().setOutput(System.out).setWrapperJsonObject(true).build();
  }

  @Bean
  CommandLineRunner run(
      OpenAiChatModel openai, AnthropicChatModel anthropic, EmbeddingModel embedding, ObservationRegistry registry) {
    Map<String, Runnable> cases = new LinkedHashMap<>();
    Map<String, ChatModel> models = Map.of("openai", openai, "anthropic", anthropic);
    models.forEach(
        (name, model) -> {
          ChatClient client = ChatClient.create(model, registry);
          Prompt cached = new Prompt(new SystemMessage(HANDBOOK), new UserMessage(QUESTION));
          cases.put(name + "-plain", () -> model.call(new Prompt(QUESTION)));
          cases.put(name + "-stream", () -> model.stream(new Prompt(QUESTION)).blockLast());
          cases.put(name + "-cached", () -> {
            model.call(cached);
            model.call(cached);
          });
          // More input that is not cached than is: which of the two it has to be added to cannot be told by size.
          cases.put(name + "-cached-less", () -> {
            model.call(cached);
            model.call(new Prompt(new SystemMessage(HANDBOOK), new UserMessage(QUESTION + HANDBOOK + HANDBOOK)));
          });
          cases.put(name + "-cached-stream", () -> {
            model.stream(cached).blockLast();
            model.stream(cached).blockLast();
          });
          cases.put(name + "-tools", () -> client.prompt().user(ORDER_QUESTION).tools(new Orders()).call().content());
          cases.put(name + "-tools-stream",
              () -> client.prompt().user(ORDER_QUESTION).tools(new Orders()).stream().content().blockLast());
          cases.put(name + "-error", () -> expectError(() -> model.call(new Prompt(QUESTION))));
          cases.put(name + "-error-stream", () -> expectError(() -> model.stream(new Prompt(QUESTION)).blockLast()));
        });
    cases.put("openai-embeddings", () -> embedding.embed(QUESTION));
    return arguments -> {
      for (String name : arguments) cases.get(name).run();
    };
  }

  static void expectError(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException expected) {
      return;
    }
    throw new IllegalStateException("no error");
  }

  static class Orders {
    @Tool(name = "look_up_order", description = "Look up the status of an order by its id")
    String lookUp(String order_id) {
      return "shipped";
    }
  }
}
