package dev.ebb.platform.kubernetes;

import dev.ebb.core.ServiceName;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * All ServiceScales at work, found by their uid, and by the workloads that there is news of. Only
 * the control thread changes it; read by any thread.
 */
final class Roster {
    private final Map<String, Managed> all = new ConcurrentHashMap<>();
    private final Map<Key, Set<Managed>> byWorkload = new ConcurrentHashMap<>();

    /** By namespace: those of whose workloads it is not known who owns their pods. */
    private final Map<String, Set<Managed>> bySelector = new ConcurrentHashMap<>();

    private final Map<String, Managed> byWords = new ConcurrentHashMap<>();
    private final Set<ServiceName> names = ConcurrentHashMap.newKeySet();

    /** A workload, whatever version of its kind it is named by. */
    private record Key(String namespace, String group, String word, String name) {
        static Key of(Target target) {
            return new Key(
                    target.namespace(), target.kind().group(), target.kind().word(), target.name());
        }
    }

    Optional<Managed> of(String uid) {
        return Optional.ofNullable(all.get(uid));
    }

    /** Whether it is at work, and no other in its place. */
    boolean is(Managed one) {
        return all.get(one.spec().uid()) == one;
    }

    Optional<Managed> named(String namespace, String name) {
        return Optional.ofNullable(byWords.get(namespace + "/" + name));
    }

    Collection<Managed> all() {
        return all.values();
    }

    /** Whether another has the name. */
    boolean isTaken(ServiceName name) {
        return names.contains(name);
    }

    /** In the place of the one that was made for the same ServiceScale: one of them is there. */
    void put(Managed one) {
        Optional.ofNullable(all.put(one.spec().uid(), one)).ifPresent(this::forget);
        names.add(one.name());
        byWords.put(one.spec().words(), one);
        byWorkload
                .computeIfAbsent(Key.of(one.target()), _ -> ConcurrentHashMap.newKeySet())
                .add(one);
        if (!one.target().kind().isKnown()) {
            bySelector
                    .computeIfAbsent(one.target().namespace(), _ -> ConcurrentHashMap.newKeySet())
                    .add(one);
        }
    }

    void remove(String uid) {
        Optional.ofNullable(all.remove(uid)).ifPresent(this::forget);
    }

    private void forget(Managed gone) {
        names.remove(gone.name());
        byWords.remove(gone.spec().words(), gone);
        byWorkload.computeIfPresent(
                Key.of(gone.target()), (_, some) -> without(some, gone) ? null : some);
        bySelector.computeIfPresent(
                gone.target().namespace(), (_, some) -> without(some, gone) ? null : some);
    }

    /** Whether nobody is left. */
    private static boolean without(Set<Managed> some, Managed gone) {
        some.remove(gone);
        return some.isEmpty();
    }

    void retain(Set<String> uids) {
        all.keySet().stream().filter(uid -> !uids.contains(uid)).toList().forEach(this::remove);
    }

    void clear() {
        retain(Set.of());
    }

    /** Whom news of these workloads may be about. */
    Set<Managed> near(String namespace, Set<Target> workloads) {
        Set<Managed> near = new HashSet<>(bySelector.getOrDefault(namespace, Set.of()));
        workloads.forEach(w -> near.addAll(byWorkload.getOrDefault(Key.of(w), Set.of())));
        return near;
    }

    Stream<Managed> in(String namespace) {
        return all.values().stream().filter(m -> m.spec().namespace().equals(namespace));
    }
}
