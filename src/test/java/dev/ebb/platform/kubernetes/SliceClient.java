package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client as a mesh or a proxy is one: it follows the EndpointSlices, sends to any endpoint that
 * is ready, and never tries twice. A few requests are under way at any time.
 */
final class SliceClient implements AutoCloseable {
    private static final int AT_ONCE = 4;

    private final TestKubelet kubelet;
    private final SharedIndexInformer<EndpointSlice> slices;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLong answered = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    SliceClient(KubernetesClient client, String namespace, TestKubelet kubelet) {
        this.kubelet = kubelet;
        this.slices = client.discovery().v1().endpointSlices().inNamespace(namespace).inform();
        for (int i = 0; i < AT_ONCE; i++) {
            threads.add(Thread.ofVirtual().start(this::run));
        }
    }

    long answered() {
        return answered.get();
    }

    /** What went wrong; each is a request that a user has lost. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    private void run() {
        while (ended.getCount() > 0) {
            List<Endpoint> ready =
                    slices.getStore().list().stream()
                            .flatMap(s ->
                                    Optional.ofNullable(s.getEndpoints())
                                            .orElse(List.of())
                                            .stream())
                            .filter(e -> Boolean.TRUE.equals(e.getConditions().getReady()))
                            .toList();
            if (ready.isEmpty()) {
                Thread.onSpinWait();
                continue;
            }
            Endpoint one = ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
            ask(one.getAddresses().getFirst());
        }
    }

    private void ask(String address) {
        int port = kubelet.port(address).orElse(1);
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        try {
            int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status == 200) {
                answered.incrementAndGet();
            } else {
                failures.add(address + " answered " + status);
            }
        } catch (IOException e) {
            failures.add(address + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended.countDown();
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(6));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        slices.close();
        http.close();
    }
}
