package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where an informer keeps what it has seen: slim, and beside each what Ebb makes of it, which is
 * made once and not at each look. Thread-safe.
 *
 * @param <V> what Ebb makes of a T
 */
final class SlimStore<T extends HasMetadata, V> implements ItemStore<T> {

    /** What is made of it is made when it is first asked for: twice at most, and equal then. */
    private final class Kept {
        private final T one;
        private volatile @Nullable V view;

        Kept(T one) {
            this.one = one;
        }

        V view() {
            V made = view;
            if (made == null) {
                made = see.apply(one);
                view = made;
            }
            return made;
        }
    }

    private final Map<String, Kept> all = new ConcurrentHashMap<>();
    private final Groups<Kept, V> groups = new Groups<>(Kept::view);
    private final UnaryOperator<T> slim;
    private final Function<T, V> see;
    private final Function<T, List<String>> groupsOf;

    /** One in which nothing belongs together. */
    SlimStore(UnaryOperator<T> slim, Function<T, V> see) {
        this(slim, see, _ -> List.of());
    }

    /**
     * @param slim may change what it gets
     * @param see must depend on nothing else
     * @param groupsOf to which groups one belongs; must depend on nothing else
     */
    SlimStore(UnaryOperator<T> slim, Function<T, V> see, Function<T, List<String>> groupsOf) {
        this.slim = slim;
        this.see = see;
        this.groupsOf = groupsOf;
    }

    @Override
    public String getKey(T one) {
        return Cache.metaNamespaceKeyFunc(one);
    }

    @Override
    public @Nullable T put(String key, T one) {
        var next = new Kept(slim.apply(one));
        T before = orNull(all.put(key, next));
        List<String> now = groupsOf.apply(next.one);
        if (before != null) {
            groupsOf.apply(before).stream()
                    .filter(g -> !now.contains(g))
                    .forEach(g -> groups.remove(g, key));
        }
        now.forEach(g -> groups.put(g, key, next));
        return before;
    }

    @Override
    public @Nullable T remove(String key) {
        T gone = orNull(all.remove(key));
        if (gone != null) {
            groupsOf.apply(gone).forEach(g -> groups.remove(g, key));
        }
        return gone;
    }

    @Override
    public Stream<String> keySet() {
        return all.keySet().stream();
    }

    @Override
    public Stream<T> values() {
        return all.values().stream().map(k -> k.one);
    }

    @Override
    public int size() {
        return all.size();
    }

    @Override
    public @Nullable T get(String key) {
        return orNull(all.get(key));
    }

    private @Nullable T orNull(@Nullable Kept kept) {
        return kept == null ? null : kept.one;
    }

    Optional<T> find(String key) {
        return Optional.ofNullable(all.get(key)).map(k -> k.one);
    }

    Optional<V> view(String key) {
        return Optional.ofNullable(all.get(key)).map(Kept::view);
    }

    /** Of all that belong to a group; the same object as long as they are the same. */
    List<V> viewsIn(String group) {
        return groups.of(group);
    }

    Stream<T> valuesIn(String group) {
        return groups.membersOf(group).stream().map(k -> k.one);
    }

    Stream<V> views() {
        return all.values().stream().map(Kept::view);
    }
}
