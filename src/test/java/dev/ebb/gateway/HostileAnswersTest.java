package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.balance.RetryPolicy;
import dev.ebb.gateway.DesyncCase.Close;
import dev.ebb.gateway.DesyncCase.Cut;
import dev.ebb.gateway.DesyncCase.Dropped;
import dev.ebb.gateway.DesyncCase.Has;
import dev.ebb.gateway.DesyncCase.Interim;
import dev.ebb.gateway.DesyncCase.Lacks;
import dev.ebb.gateway.DesyncCase.Outcome;
import dev.ebb.gateway.DesyncCase.Pass;
import dev.ebb.gateway.DesyncCase.Refuse;
import dev.ebb.gateway.DesyncCase.Reused;
import dev.ebb.gateway.TestClient.Answer;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers of instances that can be read in two ways: each case of the corpus passes in the one
 * reading that it states, or is refused, or is seen to break off; and never becomes the answer to
 * somebody else's request.
 */
class HostileAnswersTest {
    private static final Pattern FIELD =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?(?:[\\t -~\\x80-\\xff]*)");
    private static HostileInstance instance;
    private static TestGateway gateway;
    private static int probes;

    @BeforeAll
    static void start() {
        gateway =
                new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(1),
                        TestGateway.policy(
                                RetryPolicy.OFF, TestGateway.NO_EJECTION, TestGateway.SELDOM));
        var first = new HostileInstance.Script(cases().findFirst().orElseThrow());
        instance = new HostileInstance(HostileAnswersTest::barrier, first);
        gateway.publish(List.of(instance.endpoint(TestGateway.id(1))));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        instance.close();
    }

    static Stream<DesyncCase> cases() {
        return DesyncCase.load("responses").stream();
    }

    @Test
    void thereAreEnoughOfThem() {
        var all = cases().toList();
        assertThat(all).hasSizeGreaterThanOrEqualTo(150);
        assertThat(all.stream().map(DesyncCase::toString).distinct()).hasSameSizeAs(all);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void neverBecomesAnothersAnswer(DesyncCase given) throws IOException {
        var script = new HostileInstance.Script(given);
        instance.play(script);
        boolean head = given.line().startsWith("HEAD");
        try (var client = new TestClient(gateway.gateway)) {
            client.send(given.line() + "\r\nHost: a\r\n\r\n");
            boolean open = given.all(Close.class).isEmpty() && given.all(Cut.class).isEmpty();
            check(client, given, head);
            script.sent.join();
            barrier();
            if (open) {
                probe(client);
            }
        }
        try (var other = new TestClient(gateway.gateway)) {
            probe(other);
        }
        for (Outcome outcome : given.outcomes()) {
            switch (outcome) {
                case Reused _ -> assertThat(script.reused.join()).isTrue();
                case Dropped _ -> assertThat(script.reused.join()).isFalse();
                default -> {}
            }
        }
    }

    private static void check(TestClient client, DesyncCase given, boolean head)
            throws IOException {
        Answer last = new Answer(0, "", new byte[0], "");
        for (Outcome outcome : given.outcomes()) {
            switch (outcome) {
                case Interim interim -> {
                    last = read(client, head);
                    assertThat(last.status()).isEqualTo(interim.status());
                    assertThat(last.field("content-length")).isEmpty();
                }
                case Pass pass -> {
                    last = read(client, head);
                    assertThat(last.status())
                            .as(last.head() + last.text())
                            .isEqualTo(pass.status());
                    assertThat(last.text()).isEqualTo(pass.body());
                }
                case Refuse refuse -> {
                    last = read(client, head);
                    assertThat(last.field("x-ebb-reason")).isEqualTo(refuse.reason());
                    assertThat(last.status()).isEqualTo(refuse.status());
                }
                case Cut _ ->
                        assertThatThrownBy(() -> read(client, head))
                                .isInstanceOf(IOException.class);
                case Close _ -> assertThat(client.ended()).isTrue();
                case Has has -> assertThat(last.head().lines()).contains(has.field());
                case Lacks lacks -> assertThat(last.field(lacks.name())).isEmpty();
                default -> {}
            }
        }
    }

    private static Answer read(TestClient client, boolean head) throws IOException {
        Answer answer = head ? client.readHead() : client.read();
        var fields = answer.head().lines().skip(1).toList();
        assertThat(fields).allMatch(line -> FIELD.matcher(line).matches());
        assertThat(
                        fields.stream()
                                .filter(line ->
                                        line.matches("(?i)(content-length|transfer-encoding):.*")))
                .hasSizeLessThanOrEqualTo(1);
        return answer;
    }

    private static void probe(TestClient client) throws IOException {
        var path = HostileInstance.PROBE + "/" + ++probes;
        assertThat(client.ask(TestClient.get(path)).text()).isEqualTo("GET " + path);
    }

    /** The one loop answers this itself, after it has seen all that came before. */
    private static void barrier() throws IOException {
        try (var clock = new TestClient(gateway.gateway)) {
            assertThat(clock.ask("x\r\n\r\n").status()).isEqualTo(400);
        }
    }
}
