package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
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
    private final UnaryOperator<T> slim;
    private final Function<T, V> see;

    /**
     * @param slim may change what it gets
     * @param see must depend on nothing else
     */
    SlimStore(UnaryOperator<T> slim, Function<T, V> see) {
        this.slim = slim;
        this.see = see;
    }

    @Override
    public String getKey(T one) {
        return Cache.metaNamespaceKeyFunc(one);
    }

    @Override
    public @Nullable T put(String key, T one) {
        return orNull(all.put(key, new Kept(slim.apply(one))));
    }

    @Override
    public @Nullable T remove(String key) {
        return orNull(all.remove(key));
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

    Stream<V> views() {
        return all.values().stream().map(Kept::view);
    }
}
