package dev.ebb.xds;

import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A client's side of a stream: what was answered, one after the other. */
final class TestStream<Q, R> implements StreamObserver<R> {
    private static final long LIMIT_SECONDS = 20;

    private final BlockingQueue<R> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> ends = new LinkedBlockingQueue<>();
    private final StreamObserver<Q> requests;

    TestStream(Function<StreamObserver<R>, StreamObserver<Q>> open) {
        requests = open.apply(this);
    }

    void send(Q request) {
        requests.onNext(request);
    }

    void close() {
        requests.onCompleted();
    }

    R next() throws InterruptedException {
        R answer = answers.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
            throw new AssertionError("no answer within " + LIMIT_SECONDS + " s");
        }
        return answer;
    }

    /** "answer" with it, or "end" with why there was none. */
    String first() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (System.nanoTime() - end < 0) {
            Throwable why = ends.poll(20, TimeUnit.MILLISECONDS);
            if (why != null) {
                return "end: " + why;
            }
            R answer = answers.poll();
            if (answer != null) {
                return "answer: " + answer;
            }
        }
        throw new AssertionError("nothing came within " + LIMIT_SECONDS + " s");
    }

    Throwable end() throws InterruptedException {
        return Optional.ofNullable(ends.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).orElseThrow();
    }

    boolean isQuiet() {
        return answers.isEmpty();
    }

    @Override
    public void onNext(R answer) {
        answers.add(answer);
    }

    @Override
    public void onError(Throwable why) {
        ends.add(why);
    }

    @Override
    public void onCompleted() {}
}
