package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.core.Hold;
import dev.ebb.platform.kubernetes.ApiWay.Fate;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watches over kinds of workloads, on a real API server; the clock is the test's. */
@Tag("kubernetes")
@Timeout(120)
class OtherKindsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Target.Kind SETS = Target.Kind.STATEFUL_SET;
    private static final String WATCHED = "statefulsets";

    @TempDir private Path folder;
    private final AtomicLong nanos = new AtomicLong(1);
    private Optional<ControlPlane> plane = Optional.empty();
    private Optional<ApiWay> way = Optional.empty();
    private Optional<KubernetesClient> client = Optional.empty();
    private Optional<OtherKinds> kinds = Optional.empty();

    @BeforeEach
    void open() throws Exception {
        plane = Optional.of(ControlPlane.open());
        way = Optional.of(new ApiWay(ControlPlane.kubeconfig()));
        var access = new Access(Optional.of(way().kubeconfig(folder)), Optional.empty());
        client = Optional.of(access.client(new Backpressure(System::nanoTime)));
        kinds =
                Optional.of(
                        new OtherKinds(
                                client.get(),
                                Optional.of(plane.get().namespace),
                                new Slim(),
                                new Informers.Listener() {
                                    @Override
                                    public void changed(String namespace, Set<Target> all) {}

                                    @Override
                                    public void changed(String namespace) {}
                                },
                                nanos::get));
    }

    @AfterEach
    void close() {
        kinds.ifPresent(OtherKinds::close);
        client.ifPresent(KubernetesClient::close);
        way.ifPresent(ApiWay::close);
        plane.ifPresent(ControlPlane::close);
    }

    private ApiWay way() {
        return way.orElseThrow();
    }

    private OtherKinds kinds() {
        return kinds.orElseThrow();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private Optional<String> trouble(Target.Kind kind) {
        return kinds().trouble(kind).map(Hold::why).map(why -> why.code());
    }

    /** An event that nobody takes shows that the watch's connection has ended. */
    private boolean isUnheard() {
        ControlPlane real = plane.orElseThrow();
        real.client
                .apps()
                .statefulSets()
                .inNamespace(real.namespace)
                .resource(
                        new StatefulSetBuilder()
                                .withNewMetadata()
                                .withName(ControlPlane.APP)
                                .addToAnnotations("event", Long.toString(System.nanoTime()))
                                .endMetadata()
                                .withNewSpec()
                                .withReplicas(0)
                                .withServiceName(ControlPlane.APP)
                                .withNewSelector()
                                .addToMatchLabels("app", ControlPlane.APP)
                                .endSelector()
                                .withNewTemplate()
                                .withNewMetadata()
                                .addToLabels("app", ControlPlane.APP)
                                .endMetadata()
                                .withNewSpec()
                                .addNewContainer()
                                .withName("one")
                                .withImage("none")
                                .endContainer()
                                .endSpec()
                                .endTemplate()
                                .endSpec()
                                .build())
                .serverSideApply();
        return !way().isWatched(WATCHED);
    }

    private static Target.Kind unknown(int i) {
        return new Target.Kind("nobody.example/v1", "Thing" + i);
    }

    @Test
    void aWatchThatIsRenewedIsGoneByForSomeSeconds() {
        assertThat(trouble(SETS)).contains(OtherKinds.NOT_SEEN);
        await().atMost(LONG).until(() -> trouble(SETS).isEmpty());

        way().rule(a ->
                a.isWatch() && a.uri().contains(WATCHED)
                        ? Optional.of(Fate.status(500, "InternalError"))
                        : Optional.empty());
        way().cutWatches(WATCHED);
        pass(Sighting.PATIENCE.minusMillis(10));
        // Refused again and again, so that it is known to be watched no more.
        long refused = way().count(a -> a.isWatch() && a.uri().contains(WATCHED));
        await().atMost(LONG)
                .until(() ->
                        way().count(a -> a.isWatch() && a.uri().contains(WATCHED)) > refused + 1);
        assertThat(way().isWatched(WATCHED)).isFalse();
        assertThat(trouble(SETS)).isEmpty();
        pass(Duration.ofMillis(20));
        assertThat(trouble(SETS)).contains(OtherKinds.NOT_SEEN);

        way().open();
        await().atMost(LONG).until(() -> trouble(SETS).isEmpty());
    }

    @Test
    void whatNobodyNamesAnyMoreIsLetGoOfForOthers() {
        for (int i = 0; i < OtherKinds.KINDS_MAX - 1; i++) {
            kinds().trouble(unknown(i));
        }
        await().atMost(LONG).until(() -> trouble(SETS).isEmpty());
        assertThat(way().isWatched(WATCHED)).isTrue();
        Target.Kind late = new Target.Kind("apps/v1", "ReplicationThing");
        assertThat(kinds().trouble(late).orElseThrow().why().text()).contains("more than 50");

        pass(OtherKinds.RELEASED_AFTER.minusSeconds(1));
        kinds().release();
        assertThat(kinds().kinds()).as("too early").hasSize(OtherKinds.KINDS_MAX);
        kinds().trouble(unknown(3));
        pass(Duration.ofSeconds(2));
        kinds().release();

        assertThat(kinds().kinds()).as("what is named stays").containsExactly(unknown(3));
        await().atMost(LONG).until(this::isUnheard);
        await().atMost(LONG).until(() -> trouble(late).equals(Optional.of("unsupported")));
        assertThat(kinds().trouble(late).orElseThrow().why().text()).contains("knows no");
        await().atMost(LONG).until(() -> trouble(SETS).isEmpty());
        assertThat(way().isWatched(WATCHED)).isTrue();
    }
}
