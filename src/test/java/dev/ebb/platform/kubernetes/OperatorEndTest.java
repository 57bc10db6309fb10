package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator that is closed leaves behind: nothing that runs, and nothing that is open. */
@Tag("kubernetes")
@Timeout(240)
class OperatorEndTest extends OperatorRig {
    /** Within the time that a pod is given to end. */
    private static final Duration BOUND = Duration.ofSeconds(25);

    /** What ends needs to be seen to have ended; nothing is waited for any more. */
    private static final Duration SOON = Duration.ofSeconds(2);

    @TempDir private Path folder;
    private Set<Thread> before = Set.of();
    private Optional<Relay> relay = Optional.empty();
    private Optional<Operator> operator = Optional.empty();

    private void operate() throws Exception {
        plane().deployServers(2);
        await().atMost(LONG).until(() -> cluster().pods().size() == 2);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        before = Thread.getAllStackTraces().keySet();
        relay = Optional.of(open(new Relay(ControlPlane.kubeconfig())));
        Path way = relay().kubeconfig(ControlPlane.kubeconfig(), folder);
        operator = Optional.of(start("one", way, Optional.of(lease())));
        apply("automatic", 60, 120);
        // Of a kind that is watched only since somebody names it.
        applyAs("other", "observe", 60, 120, "StatefulSet", Map.of());
        await().atMost(LONG).until(() -> parked().size() == 1);
        await().atMost(LONG).until(() -> running().stream().anyMatch("kinds"::equals));
        assertThat(holder()).contains("one");
        assertThat(relay().connections()).isPositive();
    }

    private Relay relay() {
        return relay.orElseThrow();
    }

    private Optional<String> holder() {
        var lease = plane().client.leases().inNamespace(namespace()).withName("ebb").get();
        return Optional.ofNullable(lease.getSpec().getHolderIdentity()).filter(h -> !h.isEmpty());
    }

    /** Threads that have come with the operator; not those of clients that were there before. */
    private List<String> running() {
        Set<String> others =
                before.stream().map(t -> client(t.getName())).collect(Collectors.toSet());
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.isAlive() && !before.contains(t))
                .map(Thread::getName)
                .filter(name -> name.startsWith("HttpClient-") || isOurs(name))
                .filter(name -> !name.startsWith("HttpClient-") || !others.contains(client(name)))
                .sorted()
                .toList();
    }

    private static boolean isOurs(String name) {
        return List.of("operator", "reconciler", "kubernetes", "kinds", "teller", "orca").stream()
                .anyMatch(name::startsWith);
    }

    /** HttpClient-3-Worker-1 is a thread of HttpClient-3. */
    private static String client(String name) {
        String[] parts = name.split("-", 3);
        return parts.length > 1 ? parts[0] + "-" + parts[1] : name;
    }

    private Duration close(Operator one) {
        long began = System.nanoTime();
        one.close();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Test
    void nothingRunsOnAndTheLeaseIsGivenBack() throws Exception {
        operate();
        Duration took = close(operator.orElseThrow());

        assertThat(holder()).isEmpty();
        assertThat(took).isLessThan(BOUND);
        await().atMost(SOON).untilAsserted(() -> assertThat(running()).isEmpty());
        await().atMost(SOON).until(() -> relay().connections() == 0);
        assertThat(parked()).as("pods stay as they are").hasSize(1);
    }

    /** At once, with requests on their way, or when it has found out. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingRunsOnIfTheApiServerSaysNothing(boolean atOnce) throws Exception {
        operate();
        Operator one = operator.orElseThrow();
        relay().cut();
        try {
            await().atMost(LONG).until(() -> atOnce || !one.leads());
            Duration took = close(one);

            assertThat(took).isLessThan(BOUND);
            await().atMost(SOON).untilAsserted(() -> assertThat(running()).isEmpty());
        } finally {
            relay().mend();
        }
        // What was on its way goes on, and finds nobody.
        await().atMost(LONG).until(() -> relay().connections() == 0);
        // The lease could not be given back, and runs out.
        Operator next = start("two", ControlPlane.kubeconfig(), Optional.of(lease()));
        await().atMost(lease().good().plus(LONG)).until(next::leads);
        assertThat(holder()).contains("two");
        assertThat(parked()).hasSize(1);
    }
}
