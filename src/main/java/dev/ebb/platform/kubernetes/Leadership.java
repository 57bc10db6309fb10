package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * One replica of several acts: the one that holds a Lease. Whoever wants to lead first sees the
 * Lease unchanged for as long as it is good for, by its own clock, as client-go does. The leader
 * counts from before it asked to renew, and stops writing a margin before others may begin: asked
 * right before each write, so that one that was paused finds out before it does harm. {@link #turn}
 * is for one thread, the rest for any.
 */
final class Leadership implements Fence {
    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final String identity;
    private final Duration good;
    private final Duration margin;
    private final LongSupplier nanoTime;
    private volatile boolean holds;
    private volatile long goodSinceNanos;
    private volatile String holder = "";
    private String seen = "";
    private long seenNanos;

    /**
     * @param good how long a Lease is good for without being renewed
     * @param margin how long before its end the holder does not write any more
     */
    Leadership(
            KubernetesClient client,
            String namespace,
            String name,
            String identity,
            Duration good,
            Duration margin,
            LongSupplier nanoTime) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        this.identity = identity;
        this.good = good;
        this.margin = margin;
        this.nanoTime = nanoTime;
    }

    boolean leads() {
        return closed().isEmpty();
    }

    /** Who holds the Lease, as last read; empty when nobody is known to. */
    String holder() {
        return holder;
    }

    @Override
    public Optional<String> closed() {
        long age = nanoTime.getAsLong() - goodSinceNanos;
        return holds && age < good.minus(margin).toNanos()
                ? Optional.empty()
                : Optional.of("this replica does not lead");
    }

    /** Renews the Lease, or takes it when its holder has not renewed it for too long. */
    void turn() {
        long began = nanoTime.getAsLong();
        try {
            Optional<Lease> found = Optional.ofNullable(lease());
            if (found.isEmpty()) {
                client.leases().inNamespace(namespace).resource(mine(Optional.empty())).create();
                lead(began);
                return;
            }
            Lease lease = found.get();
            holder = Objects.requireNonNullElse(lease.getSpec().getHolderIdentity(), "");
            if (holder.equals(identity) || holder.isEmpty() || isOver(lease, began)) {
                client.leases().inNamespace(namespace).resource(mine(found)).update();
                lead(began);
            } else {
                holds = false;
            }
        } catch (KubernetesClientException e) {
            // Someone was quicker, or the API server is away: what is held runs out by itself.
        }
    }

    private Lease lease() {
        return client.leases().inNamespace(namespace).withName(name).get();
    }

    private void lead(long beganNanos) {
        holder = identity;
        goodSinceNanos = beganNanos;
        holds = true;
    }

    private boolean isOver(Lease lease, long now) {
        String version = lease.getMetadata().getResourceVersion();
        if (!version.equals(seen)) {
            seen = version;
            seenNanos = now;
        }
        Duration theirs =
                Duration.ofSeconds(
                        Objects.requireNonNullElse(
                                lease.getSpec().getLeaseDurationSeconds(), (int) good.toSeconds()));
        return now - seenNanos >= theirs.toNanos();
    }

    private Lease mine(Optional<Lease> before) {
        ZonedDateTime now = Instant.now().atZone(ZoneOffset.UTC);
        boolean kept =
                before.filter(l -> identity.equals(l.getSpec().getHolderIdentity())).isPresent();
        int transitions =
                before.map(l -> Objects.requireNonNullElse(l.getSpec().getLeaseTransitions(), 0))
                        .orElse(-1);
        var builder =
                before.map(LeaseBuilder::new)
                        .orElseGet(() ->
                                new LeaseBuilder()
                                        .withNewMetadata()
                                        .withName(name)
                                        .withNamespace(namespace)
                                        .endMetadata());
        return builder.editOrNewSpec()
                .withHolderIdentity(identity)
                .withLeaseDurationSeconds((int) good.toSeconds())
                .withRenewTime(now)
                .withAcquireTime(kept ? before.orElseThrow().getSpec().getAcquireTime() : now)
                .withLeaseTransitions(kept ? transitions : transitions + 1)
                .endSpec()
                .build();
    }

    /** Gives the Lease back, so that another need not wait for its end. */
    void giveUp() {
        boolean held = holds;
        holds = false;
        if (!held) {
            return;
        }
        try {
            Lease lease = lease();
            if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
                client.leases()
                        .inNamespace(namespace)
                        .resource(
                                new LeaseBuilder(lease)
                                        .editSpec()
                                        .withHolderIdentity("")
                                        .endSpec()
                                        .build())
                        .update();
            }
        } catch (KubernetesClientException e) {
            // It runs out by itself.
        }
    }
}
