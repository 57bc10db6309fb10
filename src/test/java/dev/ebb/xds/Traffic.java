package dev.ebb.xds;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that ask without a pause, each one request at a time, and note what fails. */
public final class Traffic implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    public final AtomicLong answered = new AtomicLong();
    public final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Thread> threads = new ArrayList<>();
    private final URI at;
    private volatile boolean ended;

    public Traffic(int port) {
        at = URI.create("http://127.0.0.1:" + port + "/");
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(Thread.ofPlatform().daemon().start(this::run));
        }
    }

    private void run() {
        while (!ended) {
            String result = ask(client, at);
            if (result.startsWith("200 ")) {
                answered.incrementAndGet();
            } else {
                failures.add(result);
            }
        }
    }

    /** The status and the body, or what went wrong. */
    static String ask(HttpClient client, URI at) {
        try {
            var answer =
                    client.send(
                            HttpRequest.newBuilder(at).timeout(LIMIT).build(),
                            BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    @Override
    public void close() {
        ended = true;
        try {
            for (Thread thread : threads) {
                thread.join(LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
