package dev.ebb.beside;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * What a kubelet does for one pod, as far as it matters to who scales: a real process; its
 * readiness probe, and readiness from that and all gates; when it is deleted, the preStop sleep,
 * SIGTERM, and SIGKILL at the end of the grace period, which began with the deletion; and the
 * deletion's end. One thread of its own; what others ask is thread-safe.
 */
final class PodLife {
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

    private static final PatchContext OWN_STATUS =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("kubelet")
                    .withForce(true)
                    .build();

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final String address;
    private final Process process;
    private final long beganNanos = System.nanoTime();
    private final String began = Instant.now().toString();
    private final BlockingQueue<Boolean> news = new ArrayBlockingQueue<>(1);
    private final Map<String, PodCondition> conditions = new HashMap<>();
    private volatile Pod newest;
    private volatile Optional<Long> endedNanos = Optional.empty();
    private volatile boolean forgotten;
    private int misses;

    PodLife(KubernetesClient client, Pod pod, String address) {
        this.client = client;
        this.newest = pod;
        this.namespace = pod.getMetadata().getNamespace();
        this.name = pod.getMetadata().getName();
        this.address = address;
        this.process = start(pod, address);
        Thread.ofVirtual().name("pod-" + name).start(this::run);
    }

    private static Process start(Pod pod, String address) {
        var builder = new ProcessBuilder(new ArrayList<>(container(pod).getCommand()));
        builder.environment().put("POD_IP", address);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Container container(Pod pod) {
        return pod.getSpec().getContainers().getFirst();
    }

    String namespace() {
        return namespace;
    }

    String name() {
        return name;
    }

    String address() {
        return address;
    }

    /** The pod as it was seen last. */
    Pod pod() {
        return newest;
    }

    boolean isAlive() {
        return endedNanos.isEmpty();
    }

    /** For how long its process has lived within that time; both by System.nanoTime. */
    double secondsWithin(long from, long to) {
        long begin = Math.max(from, beganNanos);
        long end = Math.min(to, endedNanos.orElse(to));
        return Math.max(0, end - begin) / 1e9;
    }

    void hear(Pod pod) {
        newest = pod;
        var _ = news.offer(true);
    }

    /** Its pod is gone, or the node is: it is not waited for. */
    void forget() {
        forgotten = true;
        process.destroyForcibly();
        var _ = news.offer(true);
    }

    private void run() {
        try {
            report(false);
            long period = container(newest).getReadinessProbe().getPeriodSeconds();
            long nextProbe = System.nanoTime();
            boolean well = false;
            while (!forgotten && !isLeaving()) {
                if (System.nanoTime() - nextProbe >= 0) {
                    well = probe(well);
                    nextProbe = System.nanoTime() + TimeUnit.SECONDS.toNanos(period);
                }
                report(well);
                var _ = news.poll(nextProbe - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            if (!forgotten) {
                end();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
            endedNanos = Optional.of(endedNanos.orElseGet(System::nanoTime));
        }
    }

    private boolean isLeaving() {
        return newest.getMetadata().getDeletionTimestamp() != null;
    }

    /** The first answer is enough to be ready, and so many misses are needed not to be any more. */
    private boolean probe(boolean well) {
        boolean answered = Ask.text("http://" + address + ":8080/ready", PROBE_TIMEOUT).isPresent();
        misses = answered ? 0 : misses + 1;
        int most = container(newest).getReadinessProbe().getFailureThreshold();
        return process.isAlive() && (answered || (well && misses < most));
    }

    private void end() throws InterruptedException {
        long grace = newest.getMetadata().getDeletionGracePeriodSeconds();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(grace);
        long preStop = container(newest).getLifecycle().getPreStop().getSleep().getSeconds();
        boolean over = process.waitFor(Math.min(preStop, grace), TimeUnit.SECONDS);
        if (!over) {
            process.destroy();
            over = process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        if (!over) {
            process.destroyForcibly().waitFor();
        }
        endedNanos = Optional.of(System.nanoTime());
        attempt(() ->
                client.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete());
    }

    /** Tells the API server, if anything is new. */
    private void report(boolean well) {
        boolean gates = gates(newest).stream().allMatch(gate -> isTrue(newest, gate));
        boolean containers = condition("ContainersReady", well);
        boolean whole = condition("Ready", well && gates);
        if (!containers && !whole) {
            return;
        }
        Pod status =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .withUid(newest.getMetadata().getUid())
                        .endMetadata()
                        .withNewStatus()
                        .withPhase("Running")
                        .withStartTime(began)
                        .withPodIP(address)
                        .addNewPodIP(address)
                        .addAllToConditions(conditions.values())
                        .endStatus()
                        .build();
        boolean told =
                attempt(() ->
                        client.pods()
                                .inNamespace(namespace)
                                .resource(status)
                                .subresource("status")
                                .patch(OWN_STATUS, status));
        if (!told) {
            conditions.clear();
        }
    }

    /** Returns whether it is another one than it was. */
    private boolean condition(String type, boolean on) {
        String word = on ? "True" : "False";
        PodCondition before = conditions.get(type);
        if (before != null && before.getStatus().equals(word)) {
            return false;
        }
        conditions.put(
                type,
                new PodConditionBuilder()
                        .withType(type)
                        .withStatus(word)
                        .withLastTransitionTime(Instant.now().toString())
                        .build());
        return true;
    }

    /**
     * What fails is tried again at the next look: the pod has changed, or the API server waits; or
     * it is the end, and the client is closed.
     */
    private static boolean attempt(Runnable write) {
        try {
            write.run();
            return true;
        } catch (KubernetesClientException
                | IllegalStateException
                | RejectedExecutionException gone) {
            return false;
        }
    }

    private static List<String> gates(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getReadinessGates()).orElse(List.of()).stream()
                .map(PodReadinessGate::getConditionType)
                .toList();
    }

    private static boolean isTrue(Pod pod, String type) {
        return Optional.ofNullable(pod.getStatus().getConditions()).orElse(List.of()).stream()
                .anyMatch(c -> type.equals(c.getType()) && "True".equals(c.getStatus()));
    }
}
