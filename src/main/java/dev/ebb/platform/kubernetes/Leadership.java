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
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One replica of several acts: the one that holds a Lease. Whoever wants to lead first sees the
 * Lease unchanged for as long as it is good for, by its own clock, as client-go does. The leader
 * counts from before it asked to renew, and stops writing a margin before others may begin: asked
 * right before each write, so that one that was paused finds out before it does harm. {@link #turn}
 * is for one thread, the rest for any.
 */
final class Leadership implements Fence {
    private static final int NO_RIGHT = 403;
    private static final int NOT_FOUND = 404;

    private final KubernetesClient client;
    private final Operator.LeaseSettings settings;
    private final String identity;
    private final LongSupplier nanoTime;
    private final Consumer<String> log;
    private volatile Optional<String> refused = Optional.empty();
    private volatile boolean holds;
    private volatile long goodSinceNanos;
    private volatile String holder = "";
    private String seen = "";
    private long seenNanos;

    /**
     * @param log is told in a sentence when the Lease is refused, and not again for the same reason
     */
    Leadership(
            KubernetesClient client,
            Operator.LeaseSettings settings,
            String identity,
            LongSupplier nanoTime,
            Consumer<String> log) {
        this.client = client;
        this.settings = settings;
        this.identity = identity;
        this.nanoTime = nanoTime;
        this.log = log;
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
        return holds && age < settings.good().minus(settings.margin()).toNanos()
                ? Optional.empty()
                : Optional.of("this replica does not lead");
    }

    /** Renews the Lease, or takes it when its holder has not renewed it for too long. */
    void turn() {
        long began = nanoTime.getAsLong();
        boolean absent = false;
        try {
            Optional<Lease> found = Optional.ofNullable(lease());
            absent = found.isEmpty();
            if (found.isEmpty()) {
                client.leases()
                        .inNamespace(settings.namespace())
                        .resource(mine(Optional.empty()))
                        .create();
                lead(began);
                return;
            }
            Lease lease = found.get();
            holder = Objects.requireNonNullElse(lease.getSpec().getHolderIdentity(), "");
            if (holder.equals(identity) || holder.isEmpty() || isOver(lease, began)) {
                client.leases().inNamespace(settings.namespace()).resource(mine(found)).update();
                lead(began);
            } else {
                holds = false;
                refused = Optional.empty();
            }
        } catch (KubernetesClientException e) {
            // Someone was quicker, or the API server is away: what is held runs out by itself.
            if (e.getCode() == NO_RIGHT || (absent && e.getCode() == NOT_FOUND)) {
                refuse(e);
            }
        }
    }

    /**
     * Why this replica cannot lead, if it is not for another one that does: somebody has to do
     * something about it.
     */
    Optional<String> refused() {
        return refused;
    }

    private void refuse(KubernetesClientException e) {
        String what =
                e.getCode() == NO_RIGHT
                        ? "it has no right to it; apply deploy/kubernetes/rights.yaml, or"
                                + " name another with --lease"
                        : "there is no such namespace; create it, or name another with --lease";
        String why =
                "the Lease %s/%s cannot be had, and nobody leads without it: %s"
                        .formatted(settings.namespace(), settings.name(), what);
        if (!refused.equals(Optional.of(why))) {
            log.accept(why);
        }
        refused = Optional.of(why);
    }

    private Lease lease() {
        return client.leases().inNamespace(settings.namespace()).withName(settings.name()).get();
    }

    private void lead(long beganNanos) {
        holder = identity;
        goodSinceNanos = beganNanos;
        holds = true;
        refused = Optional.empty();
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
                                lease.getSpec().getLeaseDurationSeconds(),
                                (int) settings.good().toSeconds()));
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
                                        .withName(settings.name())
                                        .withNamespace(settings.namespace())
                                        .endMetadata());
        return builder.editOrNewSpec()
                .withHolderIdentity(identity)
                .withLeaseDurationSeconds((int) settings.good().toSeconds())
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
                        .inNamespace(settings.namespace())
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
