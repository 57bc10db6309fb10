package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.EndpointRole;
import dev.ebb.gateway.Http2Case.Early;
import dev.ebb.gateway.Http2Case.Forward;
import dev.ebb.gateway.Http2Case.GoAway;
import dev.ebb.gateway.Http2Case.Has;
import dev.ebb.gateway.Http2Case.Lacks;
import dev.ebb.gateway.Http2Case.Outcome;
import dev.ebb.gateway.Http2Case.Refuse;
import dev.ebb.gateway.Http2Case.Reset;
import dev.ebb.gateway.Http2Case.Trailer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Abuse of HTTP/2's heads and frames, and of their translation: each case of the corpus is refused,
 * with the right code, or forwarded in the one reading that it states, to an instance of HTTP/1.1
 * as to one of HTTP/2. A request right behind it on the same connection is answered as itself,
 * unless the connection had to end. All frames at once, and each by itself.
 */
class Http2DesyncTest {
    private static final String[] FILES = {"heads", "frames", "hpack"};

    /** What may be whole before anyone can know that more comes. */
    private static final String EARLY = "/early";

    private static Http1Side http1;
    private static Http2Side http2;

    @BeforeAll
    static void start() throws IOException {
        http1 = new Http1Side();
        http2 = new Http2Side();
    }

    @AfterAll
    static void stop() throws IOException {
        http1.close();
        http2.close();
    }

    static Stream<Http2Case> cases() {
        return Http2Case.load(FILES).stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void toHttp1AtOnce(Http2Case given) throws IOException {
        http1.run(given, false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void toHttp1FrameByFrame(Http2Case given) throws IOException {
        http1.run(given, true);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void toHttp2AtOnce(Http2Case given) throws IOException {
        http2.run(given, false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void toHttp2FrameByFrame(Http2Case given) throws IOException {
        http2.run(given, true);
    }

    @Test
    void thereAreEnoughOfThem() {
        var all = cases().toList();
        assertThat(all).hasSizeGreaterThanOrEqualTo(150);
        assertThat(all.stream().map(Http2Case::toString).distinct()).hasSameSizeAs(all);
    }

    /** A gateway of one event loop, and what stands behind it. */
    private abstract static class Side<T> {
        final TestGateway gateway;
        private final TestClient clock;
        private int probes;
        private int expected;

        Side(TestGateway gateway) throws IOException {
            this.gateway = gateway;
            clock = new TestClient(gateway.gateway);
        }

        /** Whole requests that have come so far, but for those of the clock. */
        abstract List<T> seen();

        abstract String target(T seen);

        abstract void checkReading(T seen, Forward forward);

        abstract void checkField(T seen, Outcome outcome);

        void run(Http2Case given, boolean frameByFrame) throws IOException {
            int before = seen().size();
            var probe = "/probe/" + ++probes;
            boolean ends = !given.all(GoAway.class).isEmpty();
            try (var client = new FrameClient(gateway.gateway)) {
                send(client, given, frameByFrame, FrameClient.get(given.nextStream(), probe));
                for (Outcome outcome : given.outcomes()) {
                    checkAnswer(client, outcome);
                }
                if (!ends) {
                    var answer = client.answer(given.nextStream());
                    assertThat(answer.text()).as(client.describe()).isEqualTo("GET " + probe);
                }
            }
            var seen = new ArrayList<>(seen().subList(before, seen().size()));
            assertThat(seen).hasSize(given.all(Forward.class).size() + (ends ? 0 : 1));
            expected += seen.size();
            if (!ends) {
                take(seen, probe);
            }
            checkReadings(given, seen);
        }

        private void checkReadings(Http2Case given, List<T> seen) {
            @Nullable T last = null;
            for (Outcome outcome : given.outcomes()) {
                if (outcome instanceof Forward forward) {
                    last = take(seen, forward.target());
                    checkReading(last, forward);
                } else if (last != null) {
                    checkField(last, outcome);
                }
            }
        }

        /** Those of different streams come in any order. */
        private T take(List<T> seen, String target) {
            assertThat(seen).extracting(this::target).contains(target);
            for (T one : seen) {
                if (target(one).equals(target)) {
                    seen.remove(one);
                    return one;
                }
            }
            throw new AssertionError(target);
        }

        private void send(FrameClient client, Http2Case given, boolean frameByFrame, byte[] probe)
                throws IOException {
            var all = new ByteArrayOutputStream();
            all.writeBytes(FrameClient.preface());
            for (byte[] frame : given.frames()) {
                all.writeBytes(frame);
                if (frameByFrame) {
                    client.send(all.toByteArray());
                    all.reset();
                    barrier();
                }
            }
            all.writeBytes(probe);
            client.send(all.toByteArray());
        }

        private static void checkAnswer(FrameClient client, Outcome outcome) throws IOException {
            switch (outcome) {
                case Forward forward -> {
                    var answer = client.answer(forward.stream());
                    var line = forward.method() + " " + forward.target();
                    assertThat(answer.field("x-saw")).as(client.describe()).isEqualTo(line);
                    assertThat(answer.field(":status")).isEqualTo("200");
                }
                case Refuse refuse -> {
                    var answer = client.answer(refuse.stream());
                    assertThat(answer.field("x-ebb-reason"))
                            .as(client.describe())
                            .isEqualTo(refuse.reason());
                    assertThat(answer.field(":status")).isEqualTo(String.valueOf(refuse.status()));
                }
                case Reset reset -> {
                    var answer = client.answer(reset.stream());
                    assertThat(answer.reset()).as(client.describe()).isEqualTo(reset.code());
                    assertThat(answer.field(":status")).isEmpty();
                }
                case Early early ->
                        assertThat(client.answer(early.stream()).over())
                                .as(client.describe())
                                .isTrue();
                case GoAway away -> assertThat(client.goAway()).isEqualTo(away.code());
                case Has _, Lacks _, Trailer _ -> {}
            }
        }

        /** When this returns, the gateway has seen all that was sent to it before. */
        void barrier() throws IOException {
            var barrier = TestClient.get(RecordingInstance.BARRIER);
            assertThat(clock.ask(barrier).status()).isEqualTo(200);
        }

        void close() throws IOException {
            barrier();
            clock.close();
            gateway.close();
            // Whatever came late would have been counted by now.
            assertThat(seen()).hasSize(expected);
        }
    }

    private static final class Http1Side extends Side<StrictReader.Seen> {
        private final RecordingInstance instance = new RecordingInstance();

        Http1Side() throws IOException {
            super(new TestGateway(GatewaySettings.DEFAULT.withLoops(1), TestGateway.PLAIN));
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1))));
        }

        @Override
        List<StrictReader.Seen> seen() {
            return instance.seen.stream().filter(one -> !one.target().equals(EARLY)).toList();
        }

        @Override
        String target(StrictReader.Seen seen) {
            return seen.target();
        }

        @Override
        void checkReading(StrictReader.Seen seen, Forward forward) {
            assertThat(seen.method()).isEqualTo(forward.method());
            assertThat(seen.target()).isEqualTo(forward.target());
            assertThat(seen.host()).isEqualTo(forward.host());
            assertThat(seen.framing()).isEqualTo(forward.framing());
            assertThat(seen.body()).isEqualTo(forward.body());
            assertThat(instance.flaws).isEmpty();
        }

        @Override
        void checkField(StrictReader.Seen seen, Outcome outcome) {
            switch (outcome) {
                case Has has -> assertThat(seen.fields()).contains(has.field());
                case Lacks lacks -> assertThat(seen.values(lacks.name())).isEmpty();
                case Trailer trailer -> assertThat(seen.trailers()).contains(trailer.field());
                default -> {}
            }
        }

        @Override
        void close() throws IOException {
            super.close();
            instance.close();
            assertThat(instance.flaws).isEmpty();
            for (StrictReader.Seen one : instance.seen) {
                boolean early = one.target().equals(EARLY);
                assertThat(early && !one.body().equals("") && !one.body().equals("abc")).isFalse();
                assertThat(early && !one.framing().equals("length")).isFalse();
            }
        }
    }

    private static final class Http2Side extends Side<TestHttp2Instance.Request> {
        private final TestHttp2Instance instance = new TestHttp2Instance(100, Http2Side::answer);

        Http2Side() throws IOException {
            super(
                    new TestGateway(
                            GatewaySettings.DEFAULT.withLoops(1),
                            TestGateway.PLAIN,
                            Protocol.HTTP2));
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
        }

        private static void answer(
                TestHttp2Instance.Request request, TestHttp2Instance.Answer answer) {
            var line = request.head().method() + " " + request.path();
            boolean bodyless = request.head().method().toString().equals("HEAD");
            answer.head("200", bodyless, "x-saw", line);
            if (!bodyless) {
                answer.body(line, true);
            }
        }

        @Override
        List<TestHttp2Instance.Request> seen() {
            return instance.requests.stream()
                    .filter(request -> !request.path().equals(RecordingInstance.BARRIER))
                    .toList();
        }

        @Override
        String target(TestHttp2Instance.Request seen) {
            return seen.path();
        }

        @Override
        void checkReading(TestHttp2Instance.Request seen, Forward forward) {
            StrictHttp2.check(seen);
            assertThat(seen.head().method()).hasToString(forward.method());
            assertThat(seen.path()).isEqualTo(forward.target());
            assertThat(seen.head().authority()).hasToString(forward.host());
            assertThat(seen.body()).isEqualTo(forward.body());
            boolean length = forward.framing().equals("length");
            assertThat(seen.head().contains("content-length")).isEqualTo(length);
        }

        @Override
        void checkField(TestHttp2Instance.Request seen, Outcome outcome) {
            switch (outcome) {
                case Has has -> {
                    var field = has.field();
                    int colon = field.indexOf(':');
                    var name = field.substring(0, colon).toLowerCase(Locale.ROOT);
                    assertThat(StrictHttp2.fields(seen)).contains(name + field.substring(colon));
                }
                case Lacks lacks -> assertThat(seen.head().contains(lacks.name())).isFalse();
                case Trailer trailer ->
                        assertThat(seen.trailers()).contains(trailer.field().replace(": ", "="));
                default -> {}
            }
        }

        @Override
        void close() throws IOException {
            super.close();
            instance.close();
        }
    }
}
