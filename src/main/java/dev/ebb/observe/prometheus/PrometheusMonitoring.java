package dev.ebb.observe.prometheus;

import dev.ebb.control.Monitoring;
import java.io.IOException;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Prometheus that is asked what is wanted of it at the time, by a virtual thread for each
 * question; however many want the same, it is asked once. At most {@link #AT_ONCE} questions are on
 * their way. Of an answer with many numbers no more than 8 MiB are read, of any other 64 KiB. The
 * log says once when a question begins to fail and once when it is well again. Safe for use by
 * several threads.
 */
public final class PrometheusMonitoring implements Monitoring {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusMonitoring.class);
    private static final int AT_ONCE = 16;
    private static final int ONE_MAX = 64 << 10;
    private static final int MANY_MAX = 8 << 20;

    private final URI url;
    private final Credentials credentials;
    private final LongSupplier nanos;
    private final PrometheusClient client = new PrometheusClient();
    private final Semaphore onTheirWay = new Semaphore(AT_ONCE, true);
    private final Map<Question, Asked> asked = new ConcurrentHashMap<>();

    /** A question that goes on until it is not wanted any more. */
    private final class Asked {
        private final Question question;
        private final Thread thread;
        private volatile boolean wanted = true;
        private volatile Optional<Answer> newest = Optional.empty();

        Asked(Question question) {
            this.question = question;
            this.thread = Thread.ofVirtual().name("monitoring").unstarted(this::keepAsking);
        }

        private void keepAsking() {
            while (wanted) {
                try {
                    askOnce();
                } catch (InterruptedException e) {
                    return;
                }
                LockSupport.parkNanos(question.every().toNanos());
            }
        }

        private void askOnce() throws InterruptedException {
            if (!onTheirWay.tryAcquire(question.every().toNanos(), TimeUnit.NANOSECONDS)) {
                failed("too many questions wait for an answer", nanos.getAsLong());
                return;
            }
            long at = nanos.getAsLong();
            try {
                answered(new Answer(Optional.of(samples()), at, Optional.empty()));
            } catch (IOException | RuntimeException e) {
                failed(PrometheusClient.reason(e), at);
            } finally {
                onTheirWay.release();
            }
        }

        private List<Sample> samples() throws IOException, InterruptedException {
            byte[] body = client.ask(asPut(), question.one() ? ONE_MAX : MANY_MAX);
            return question.one()
                    ? List.of(new Sample(Map.of(), InstantAnswer.value(body)))
                    : InstantAnswer.samples(body);
        }

        private dev.ebb.observe.prometheus.Question asPut() {
            return new dev.ebb.observe.prometheus.Question(
                    "", url, question.query(), question.every(), question.timeout(), credentials);
        }

        private void answered(Answer answer) {
            boolean again = newest.flatMap(Answer::problem).isPresent();
            newest = Optional.of(answer);
            if (again) {
                LOG.info("the query '{}' is answered again", question.query());
            }
        }

        private void failed(String why, long at) {
            Optional<Answer> before = newest;
            newest =
                    Optional.of(
                            new Answer(
                                    before.flatMap(Answer::samples),
                                    before.filter(a -> a.samples().isPresent())
                                            .map(Answer::measuredAtNanos)
                                            .orElse(at),
                                    Optional.of(why)));
            if (wanted && before.flatMap(Answer::problem).isEmpty()) {
                LOG.warn("the query '{}' has no answer: {}", question.query(), why);
            }
        }

        private void end() {
            wanted = false;
            thread.interrupt();
        }
    }

    /**
     * Asks nothing before it is told to. To be closed at the end.
     *
     * @param url without a path of its API
     * @param nanos the monotonic clock that control goes by
     */
    public PrometheusMonitoring(URI url, Credentials credentials, LongSupplier nanos) {
        this.url = url;
        this.credentials = credentials;
        this.nanos = nanos;
    }

    @Override
    public synchronized void ask(Set<Question> wanted) {
        Set<Question> gone = new HashSet<>(asked.keySet());
        gone.removeAll(wanted);
        for (Question one : gone) {
            Optional.ofNullable(asked.remove(one)).ifPresent(Asked::end);
        }
        for (Question one : wanted) {
            if (!asked.containsKey(one)) {
                var next = new Asked(one);
                asked.put(one, next);
                next.thread.start();
            }
        }
    }

    @Override
    public Optional<Answer> answer(Question question) {
        return Optional.ofNullable(asked.get(question)).flatMap(a -> a.newest);
    }

    @Override
    public void close() {
        ask(Set.of());
        client.close();
    }
}
