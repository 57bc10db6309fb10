package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TellerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long LONG_ENOUGH = 20 * SECOND;

    private final AtomicLong time = new AtomicLong();
    private final AtomicLong paced = new AtomicLong();
    private final Pace pace = new Pace(Fence.OPEN, 1, 1, new Backpressure(paced::get), paced::get);

    /** With more to tell than may be told, nobody is told of for ever and nobody never. */
    @Test
    void everybodyHasATurn() throws Exception {
        try (var api = new LoopbackApi("{}");
                var teller = new Teller(api.client, pace, "test", time::get)) {
            List<ScaleSpec> specs = IntStream.range(0, 30).mapToObj(i -> spec("s" + i)).toList();
            for (int turn = 1; turn <= specs.size(); turn++) {
                int told = turn;
                specs.forEach(s -> teller.changed(s, status(told, "figures " + told)));
                await().until(() -> api.asked().size() == told);
                paced.addAndGet(SECOND);
            }
            assertThat(api.asked().stream().map(TellerTest::name).distinct()).hasSameSizeAs(specs);
        }
    }

    @Test
    void newsComeBeforeFiguresAndOnlyTheNewestIsTold() throws Exception {
        try (var api = new LoopbackApi("{}");
                var teller = new Teller(api.client, pace, "test", time::get)) {
            teller.changed(spec("old"), status(1, "used 10 %"));
            await().until(() -> api.asked().size() == 1);
            time.addAndGet(LONG_ENOUGH);
            teller.changed(spec("old"), status(1, "used 11 %"));
            time.addAndGet(LONG_ENOUGH);
            teller.changed(spec("old"), status(1, "used 12 %"));
            teller.changed(spec("new"), status(1, "used 20 %"));
            paced.addAndGet(SECOND);
            await().until(() -> api.asked().size() == 2);
            paced.addAndGet(SECOND);
            await().until(() -> api.asked().size() == 3);
            assertThat(api.asked().stream().map(TellerTest::name).toList())
                    .containsExactly("old", "new", "old");
            assertThat(api.asked().getLast()).contains("used 12 %");
        }
    }

    private static String name(String asked) {
        return asked.replaceAll("(?s).*/servicescales/([a-z0-9]+)/status.*", "$1");
    }

    private static ScaleSpec spec(String name) {
        var scale = new GenericKubernetesResource();
        scale.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("web")
                        .withName(name)
                        .withUid("uid-" + name)
                        .build());
        scale.setAdditionalProperties(
                Map.of("spec", Map.of("targetRef", Map.of("kind", "Deployment", "name", name))));
        return ScaleSpec.of(scale);
    }

    private static Map<String, Object> status(int wanted, String reason) {
        return Map.of("wanted", wanted, "reasons", List.of(reason));
    }
}
