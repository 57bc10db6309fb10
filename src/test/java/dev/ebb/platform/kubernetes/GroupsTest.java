package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Pods that belong together are one list, and the same one as long as none of them changes. */
class GroupsTest {
    private final SlimStore<Pod, String> store =
            new SlimStore<>(
                    pod -> pod,
                    pod -> pod.getMetadata().getName() + pod.getMetadata().getResourceVersion(),
                    pod -> List.of(pod.getMetadata().getGenerateName()));

    private static Pod pod(String name, String version, String group) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withResourceVersion(version)
                .withGenerateName(group)
                .endMetadata()
                .build();
    }

    @Test
    void areTheSameListUntilOneOfThemChanges() {
        store.put("a", pod("a", "1", "web"));
        store.put("b", pod("b", "1", "web"));
        List<String> first = store.viewsIn("web");
        store.put("x", pod("x", "1", "other"));
        assertThat(store.viewsIn("web")).isSameAs(first).containsExactly("a1", "b1");

        store.put("a", pod("a", "2", "web"));
        assertThat(store.viewsIn("web")).containsExactly("a2", "b1");
        store.remove("a");
        assertThat(store.viewsIn("web")).containsExactly("b1");
        assertThat(store.valuesIn("web").map(p -> p.getMetadata().getName())).containsExactly("b");
        assertThat(first).containsExactly("a1", "b1");
    }

    @Test
    void loseOneThatBelongsToAnotherNow() {
        store.put("a", pod("a", "1", "web"));
        store.put("a", pod("a", "2", "other"));
        assertThat(store.viewsIn("web")).isEmpty();
        assertThat(store.viewsIn("other")).containsExactly("a2");
        store.remove("a");
        assertThat(store.viewsIn("other")).isEmpty();
    }

    @Test
    void haveWhatIsMadeOfThemMadeOnce() {
        var times = new AtomicInteger();
        var made = new Made<List<String>, Integer>(list -> times.incrementAndGet() + list.size());
        store.put("a", pod("a", "1", "web"));
        assertThat(made.of(store.viewsIn("web"))).isEqualTo(2);
        assertThat(made.of(store.viewsIn("web"))).isEqualTo(2);
        store.put("b", pod("b", "1", "web"));
        assertThat(made.of(store.viewsIn("web"))).isEqualTo(4);
        assertThat(times).hasValue(2);
    }
}
