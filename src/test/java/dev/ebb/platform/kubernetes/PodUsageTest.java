package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Now;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodUsageTest {
    private static final String METRICS =
            """
            {"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[
             {"metadata":{"name":"shop-1"},"timestamp":"2026-01-01T00:00:00Z","window":"15s",
              "containers":[{"name":"main","usage":{"cpu":"100m","memory":"64Mi"}}]}]}
            """;

    @Test
    void aNamespaceThatNobodyAsksAboutAnyMoreIsForgotten() throws Exception {
        try (var api = new LoopbackApi(METRICS)) {
            PodUsage usage = usage(api, (_, _) -> Optional.of(Set.of("main")));
            usage.ask("web");
            usage.ask("shop");
            assertThat(usage.of("web", "shop-1")).isPresent();
            usage.retain(Set.of("shop"));
            assertThat(usage.of("web", "shop-1")).isEmpty();
            assertThat(usage.of("shop", "shop-1")).isPresent();
        }
    }

    /** Whether its figures are whole is not known, and what is not known is not there. */
    @Test
    void aPodThatHasNotBeenSeenHasNoFigures() throws Exception {
        try (var api = new LoopbackApi(METRICS)) {
            PodUsage usage = usage(api, (_, _) -> Optional.empty());
            usage.ask("web");
            assertThat(usage.of("web", "shop-1")).isEmpty();
            assertThat(usage.trouble("web")).isEmpty();
        }
    }

    private static PodUsage usage(LoopbackApi api, PodUsage.Running running) {
        return new PodUsage(
                api.client, running, () -> new Now(1, 1), new Backpressure(System::nanoTime));
    }
}
