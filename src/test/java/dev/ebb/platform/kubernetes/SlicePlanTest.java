package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlicePlanTest {
    private static final SlicePlan.Shape HTTP = shape(8080);

    private static SlicePlan.Shape shape(int port) {
        return new SlicePlan.Shape(
                "IPv4",
                List.of(
                        new EndpointPortBuilder()
                                .withName("")
                                .withProtocol("TCP")
                                .withPort(port)
                                .build()));
    }

    private static SlicePlan.Wanted wanted(int pod, boolean ready, SlicePlan.Shape shape) {
        return new SlicePlan.Wanted(
                shape,
                new EndpointBuilder()
                        .withAddresses("10.0.0." + pod)
                        .withNewConditions()
                        .withReady(ready)
                        .withServing(true)
                        .withTerminating(false)
                        .endConditions()
                        .withNewTargetRef()
                        .withKind("Pod")
                        .withUid("uid-" + pod)
                        .endTargetRef()
                        .build());
    }

    private static SlicePlan plan(List<EndpointSlice> existing, List<SlicePlan.Wanted> wanted) {
        return SlicePlan.of(
                "shop",
                existing,
                wanted,
                () -> new EndpointSliceBuilder().withNewMetadata().endMetadata().build());
    }

    /** The slices after so many of a plan's writes. */
    private static List<EndpointSlice> after(
            List<EndpointSlice> existing, SlicePlan plan, int writes) {
        Map<String, EndpointSlice> all = new LinkedHashMap<>();
        existing.forEach(s -> all.put(s.getMetadata().getName(), s));
        List<Runnable> steps = new ArrayList<>();
        plan.create().forEach(s -> steps.add(() -> all.put(s.getMetadata().getName(), s)));
        plan.update().forEach(s -> steps.add(() -> all.put(s.getMetadata().getName(), s)));
        plan.delete().forEach(s -> steps.add(() -> all.remove(s.getMetadata().getName())));
        steps.stream().limit(writes).forEach(Runnable::run);
        return List.copyOf(all.values());
    }

    private static int writes(SlicePlan plan) {
        return plan.create().size() + plan.update().size() + plan.delete().size();
    }

    private static Set<String> offered(List<EndpointSlice> slices) {
        Set<String> uids = new TreeSet<>();
        slices.forEach(s -> uids.addAll(Slices.pickable(s)));
        return uids;
    }

    @Test
    void aHundredAreInASliceAndOnlyWhatChangedIsWritten() {
        List<SlicePlan.Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            wanted.add(wanted(i, true, HTTP));
        }
        SlicePlan first = plan(List.of(), wanted);
        assertThat(first.create())
                .extracting(s -> s.getEndpoints().size())
                .containsExactly(100, 100, 50);
        assertThat(first.create())
                .extracting(s -> s.getMetadata().getName())
                .containsExactly("shop-ebb-1", "shop-ebb-2", "shop-ebb-3");
        List<EndpointSlice> there = after(List.of(), first, 3);
        assertThat(plan(there, wanted).isEmpty()).isTrue();

        wanted.set(120, wanted(120, false, HTTP));
        SlicePlan parks = plan(there, wanted);
        assertThat(parks.update())
                .extracting(s -> s.getMetadata().getName())
                .containsExactly("shop-ebb-2");
        assertThat(writes(parks)).isEqualTo(1);
    }

    @Test
    void withoutAnyPodNothingIsTakenAway() {
        List<EndpointSlice> there =
                after(List.of(), plan(List.of(), List.of(wanted(1, true, HTTP))), 1);
        assertThat(plan(there, List.of()).isEmpty()).isTrue();
    }

    @Test
    void otherPortsAreOtherSlicesAndTheOldOnesGoLast() {
        List<EndpointSlice> there =
                after(List.of(), plan(List.of(), List.of(wanted(1, true, HTTP))), 1);
        SlicePlan moves = plan(there, List.of(wanted(1, true, shape(9090))));
        assertThat(moves.create()).hasSize(1);
        assertThat(moves.delete()).hasSize(1);
        assertThat(offered(after(there, moves, 1))).containsExactly("uid-1");
    }

    /** Whoever ends between two writes has left nobody out who was offered and is to be. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void afterEachWriteAllAreOfferedWhoWereAndAreToBe(long seed) {
        var random = new Random(seed);
        List<EndpointSlice> there = List.of();
        Map<Integer, SlicePlan.Wanted> pods = new LinkedHashMap<>();
        int next = 0;
        for (int round = 0; round < 40; round++) {
            for (int i = random.nextInt(60); i > 0; i--) {
                pods.put(next, wanted(next++, random.nextBoolean(), HTTP));
            }
            pods.keySet().removeIf(_ -> random.nextInt(4) == 0);
            pods.replaceAll((pod, _) -> wanted(pod, random.nextInt(4) > 0, HTTP));
            List<SlicePlan.Wanted> wanted = List.copyOf(pods.values());
            SlicePlan plan = plan(there, wanted);
            Set<String> stay = new HashSet<>(offered(there));
            Set<String> ready = ready(wanted);
            stay.retainAll(ready);
            for (int writes = 0; writes <= writes(plan); writes++) {
                assertThat(offered(after(there, plan, writes))).containsAll(stay);
            }
            there = after(there, plan, writes(plan));
            if (!wanted.isEmpty()) {
                assertThat(offered(there)).isEqualTo(new TreeSet<>(ready));
            }
            assertThat(there).allMatch(s -> s.getEndpoints().size() <= SlicePlan.MOST);
            assertThat(plan(there, wanted).isEmpty()).isTrue();
        }
    }

    private static Set<String> ready(List<SlicePlan.Wanted> wanted) {
        Set<String> uids = new HashSet<>();
        for (SlicePlan.Wanted one : wanted) {
            Endpoint endpoint = one.endpoint();
            if (endpoint.getConditions().getReady()) {
                uids.add(SlicePlan.uid(endpoint));
            }
        }
        return uids;
    }
}
