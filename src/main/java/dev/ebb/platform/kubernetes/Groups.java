package dev.ebb.platform.kubernetes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What belongs together of what is seen, such as the pods of one ReplicaSet. As long as nothing of
 * a group changes, its list is one and the same object, so that others see at once that there is no
 * news ({@link Made}). Thread-safe.
 *
 * @param <K> what is kept of each
 * @param <V> what the lists are of
 */
final class Groups<K, V> {
    private final Map<String, Group> all = new ConcurrentHashMap<>();
    private final Function<K, V> view;

    Groups(Function<K, V> view) {
        this.view = view;
    }

    private final class Group {
        private final Map<String, K> members = new LinkedHashMap<>();
        private @Nullable List<V> views;

        synchronized void put(String key, K one) {
            members.put(key, one);
            views = null;
        }

        /** Returns whether anybody is left. */
        synchronized boolean remove(String key) {
            members.remove(key);
            views = null;
            return !members.isEmpty();
        }

        synchronized List<V> views() {
            List<V> made = views;
            if (made == null) {
                made = members.values().stream().map(view).toList();
                views = made;
            }
            return made;
        }

        synchronized List<K> members() {
            return List.copyOf(members.values());
        }
    }

    void put(String group, String key, K one) {
        all.compute(
                group,
                (_, known) -> {
                    Group to = known == null ? new Group() : known;
                    to.put(key, one);
                    return to;
                });
    }

    void remove(String group, String key) {
        all.computeIfPresent(group, (_, known) -> known.remove(key) ? known : null);
    }

    /** In the order in which they were first seen. */
    List<V> of(String group) {
        Group known = all.get(group);
        return known == null ? List.of() : known.views();
    }

    List<K> membersOf(String group) {
        Group known = all.get(group);
        return known == null ? List.of() : known.members();
    }
}
