package dev.ebb.observe.prometheus;

import dev.ebb.control.QuerySource;
import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each query again and again, one virtual thread for each, and keeps the newest answer. An
 * answer is as old as its question, so never older than it says. Of an answer no more than 64 KiB
 * are read, none is waited for beyond its limit, and no redirect is followed: a token goes to the
 * place that it is for. The log says once when a query begins to fail and once when it is well
 * again. Safe for use by several threads.
 */
public final class PrometheusQueries implements QuerySource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusQueries.class);
    private static final int BODY_MAX = 64 << 10;

    private final LongSupplier nanos;
    private final PrometheusClient client = new PrometheusClient();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<ServiceName, List<Asked>> asked = new LinkedHashMap<>();
    private final List<Thread> threads = new ArrayList<>();

    /** A question and its newest answer. */
    private static final class Asked {
        private final ServiceName service;
        private final Question question;
        private volatile Optional<QueryReading> newest = Optional.empty();

        Asked(ServiceName service, Question question) {
            this.service = service;
            this.question = question;
        }
    }

    private PrometheusQueries(Map<ServiceName, List<Question>> questions, LongSupplier nanos) {
        this.nanos = nanos;
        questions.forEach((service, all) ->
                asked.put(service, all.stream().map(q -> new Asked(service, q)).toList()));
    }

    /**
     * Begins to ask. To be closed at the end.
     *
     * @param nanos the monotonic clock that control goes by
     */
    public static PrometheusQueries start(
            Map<ServiceName, List<Question>> questions, LongSupplier nanos) {
        var queries = new PrometheusQueries(questions, nanos);
        for (List<Asked> all : queries.asked.values()) {
            for (Asked one : all) {
                queries.threads.add(
                        Thread.ofVirtual()
                                .name("query-" + one.service + "-" + one.question.name())
                                .start(() -> queries.keepAsking(one)));
            }
        }
        return queries;
    }

    @Override
    public List<QueryReading> read(ServiceName service) {
        return asked.getOrDefault(service, List.of()).stream()
                .flatMap(one -> one.newest.stream())
                .toList();
    }

    private void keepAsking(Asked one) {
        try {
            do {
                askOnce(one);
            } while (!closed.await(one.question.every().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void askOnce(Asked one) throws InterruptedException {
        long at = nanos.getAsLong();
        Optional<QueryReading> before = one.newest;
        String name = one.question.name();
        try {
            double value = InstantAnswer.value(client.ask(one.question, BODY_MAX));
            one.newest =
                    Optional.of(new QueryReading(name, Optional.of(value), at, Optional.empty()));
            if (before.flatMap(QueryReading::problem).isPresent()) {
                LOG.info("the query '{}' of '{}' is answered again", name, one.service);
            }
        } catch (IOException | RuntimeException e) {
            String why = PrometheusClient.reason(e);
            one.newest =
                    Optional.of(
                            new QueryReading(
                                    name,
                                    before.flatMap(QueryReading::value),
                                    before.map(QueryReading::measuredAtNanos).orElse(at),
                                    Optional.of(why)));
            if (before.flatMap(QueryReading::problem).isEmpty() && closed.getCount() > 0) {
                LOG.warn("the query '{}' of '{}' has no answer: {}", name, one.service, why);
            }
        }
    }

    /** Asks no more. Waits for nobody. */
    @Override
    public void close() {
        closed.countDown();
        threads.forEach(Thread::interrupt);
        client.close();
    }
}
