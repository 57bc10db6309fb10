package dev.ebb.platform.kubernetes;

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
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a node's kubelet does, as far as it matters to who scales: a real local process for each
 * pod, its readiness from the process and all readiness gates, SIGTERM when it is deleted, and the
 * deletion's end once the process has ended.
 */
final class TestKubelet implements AutoCloseable {
    static final String NODE = "fake-1";

    /** A pod of this host name writes the port that its process listens on as its first line. */
    static final String SAYS_ITS_PORT = "says-its-port";

    private static final int END_SECONDS = 60;

    private static final PatchContext OWN_STATUS =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("kubelet")
                    .withForce(true)
                    .build();

    private final KubernetesClient client;
    private final Map<String, Process> processes = new ConcurrentHashMap<>();
    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final AtomicInteger lastAddress = new AtomicInteger();
    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final SharedIndexInformer<Pod> informer;

    TestKubelet(KubernetesClient client, String namespace) {
        this.client = client;
        this.informer =
                client.pods()
                        .inNamespace(namespace)
                        .withField("spec.nodeName", NODE)
                        .inform(
                                new ResourceEventHandler<>() {
                                    @Override
                                    public void onAdd(Pod pod) {
                                        soon(pod);
                                    }

                                    @Override
                                    public void onUpdate(Pod before, Pod pod) {
                                        soon(pod);
                                    }

                                    @Override
                                    public void onDelete(Pod pod, boolean unseen) {
                                        end(pod.getMetadata().getUid());
                                    }
                                });
    }

    /** The process of a pod. */
    Optional<Process> process(String uid) {
        return Optional.ofNullable(processes.get(uid));
    }

    /**
     * Where a pod's address leads on this machine: what its process listens on. For pods that were
     * asked to say so, see {@link #SAYS_ITS_PORT}.
     */
    Optional<Integer> port(String address) {
        return Optional.ofNullable(ports.get(address));
    }

    private void soon(Pod pod) {
        try {
            worker.execute(() -> {
                try {
                    take(pod);
                } catch (KubernetesClientException gone) {
                    // Deleted or changed meanwhile: the informer has more to say.
                } catch (IllegalStateException closed) {
                    // The test is over, and its client is closed.
                }
            });
        } catch (RejectedExecutionException closed) {
            // The test is over, and nothing is started any more.
        }
    }

    private void take(Pod pod) {
        String uid = pod.getMetadata().getUid();
        if (Optional.ofNullable(pod.getMetadata().getDeletionTimestamp()).isPresent()) {
            end(uid);
            client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .withGracePeriod(0)
                    .delete();
            return;
        }
        Process process = processes.computeIfAbsent(uid, u -> start(pod));
        if (SAYS_ITS_PORT.equals(pod.getSpec().getHostname())) {
            ports.computeIfAbsent(addressOf(uid), _ -> firstLine(process));
        }
        boolean running = process.isAlive();
        boolean gates = gates(pod).stream().allMatch(gate -> isTrue(pod, gate));
        if (isTrue(pod, "ContainersReady") != running
                || isTrue(pod, "Ready") != (running && gates)) {
            report(pod, running, running && gates);
        }
    }

    /** Its server listens before it says where. */
    private static int firstLine(Process process) {
        try {
            // One that was ended before it said anything listens nowhere.
            return Integer.parseInt(
                    Optional.ofNullable(process.inputReader().readLine()).orElse("0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String addressOf(String uid) {
        return addresses.computeIfAbsent(uid, u -> address());
    }

    private Process start(Pod pod) {
        Container container = pod.getSpec().getContainers().getFirst();
        List<String> command = new ArrayList<>(container.getCommand());
        command.addAll(Optional.ofNullable(container.getArgs()).orElse(List.of()));
        try {
            var builder = new ProcessBuilder(command);
            builder.environment().put("POD_IP", addressOf(pod.getMetadata().getUid()));
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void report(Pod pod, boolean running, boolean ready) {
        String uid = pod.getMetadata().getUid();
        String address = addressOf(uid);
        Pod status =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(pod.getMetadata().getName())
                        .withNamespace(pod.getMetadata().getNamespace())
                        .withUid(uid)
                        .endMetadata()
                        .withNewStatus()
                        .withPhase("Running")
                        .withPodIP(address)
                        .addNewPodIP(address)
                        .addToConditions(condition("ContainersReady", running))
                        .addToConditions(condition("Ready", ready))
                        .endStatus()
                        .build();
        client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .resource(status)
                .subresource("status")
                .patch(OWN_STATUS, status);
    }

    /** No traffic is needed; a loopback address is refused by the EndpointSlices. */
    private String address() {
        int number = lastAddress.incrementAndGet();
        return "10.99." + number / 250 + "." + (number % 250 + 1);
    }

    private static PodCondition condition(String type, boolean status) {
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(status ? "True" : "False")
                .withLastTransitionTime(Instant.now().toString())
                .build();
    }

    private static List<String> gates(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getReadinessGates()).orElse(List.of()).stream()
                .map(PodReadinessGate::getConditionType)
                .toList();
    }

    private static boolean isTrue(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(c -> type.equals(c.getType()) && "True".equals(c.getStatus()));
    }

    private void end(String uid) {
        Process process = processes.remove(uid);
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    /**
     * No process is left: until its end a workload has its pods replaced, and one that began after
     * the others were ended would keep its address for all tests after this one.
     */
    @Override
    public void close() {
        informer.close();
        worker.shutdownNow();
        try {
            if (!worker.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the kubelet does not come to an end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            processes.keySet().forEach(this::end);
        }
    }
}
