package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.core.Now;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class QuestionsTest {
    private static final String NONE =
            """
            {"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","items":[]}
            """;

    @Test
    void oneNamespaceAfterTheOtherIsAskedAbout() throws Exception {
        try (var api = new LoopbackApi(NONE);
                var timers = Executors.newScheduledThreadPool(1)) {
            var usage =
                    new PodUsage(
                            api.client,
                            (_, _) -> Optional.empty(),
                            () -> new Now(1, 1),
                            new Backpressure(System::nanoTime));
            new Questions(timers, usage, () -> Set.of("a", "b", "c"), Duration.ofMillis(150))
                    .begin();
            await().until(() -> api.asked().size() >= 6);
            timers.shutdownNow();
            List<String> asked = api.asked().stream().map(QuestionsTest::namespace).toList();
            assertThat(asked.subList(0, 6)).containsExactly("b", "c", "a", "b", "c", "a");
        }
    }

    private static String namespace(String asked) {
        return asked.replaceAll(".*/namespaces/([a-z]+)/pods.*", "$1").strip();
    }
}
