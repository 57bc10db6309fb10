package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.gateway.DesyncCase.Close;
import dev.ebb.gateway.DesyncCase.Forward;
import dev.ebb.gateway.DesyncCase.Has;
import dev.ebb.gateway.DesyncCase.Lacks;
import dev.ebb.gateway.DesyncCase.Outcome;
import dev.ebb.gateway.DesyncCase.Refuse;
import dev.ebb.gateway.TestClient.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Request smuggling, desync and header abuse: each case of the corpus is either refused or
 * forwarded in the one reading that it states, and a request right behind it is answered as itself
 * or not at all. In one piece, and in pieces that the gateway gets to see one by one.
 */
class DesyncTest {
    private static final String[] FILES = {
        "framing", "chunks", "lines", "fields", "hosts", "hops", "targets", "sequences"
    };
    private static RecordingInstance instance;
    private static TestGateway gateway;
    private static TestClient clock;
    private static int probes;
    private static int expected;

    @BeforeAll
    static void start() throws IOException {
        instance = new RecordingInstance();
        // One loop, so that an answer to the clock says that all before it was seen.
        gateway = new TestGateway(GatewaySettings.DEFAULT.withLoops(1), TestGateway.PLAIN);
        gateway.publish(List.of(instance.endpoint(TestGateway.id(1))));
        clock = new TestClient(gateway.gateway);
    }

    @AfterAll
    static void stop() throws IOException {
        barrier();
        clock.close();
        gateway.close();
        instance.close();
        assertThat(instance.flaws).isEmpty();
        // Whatever came late would have been counted by now.
        assertThat(instance.seen).hasSize(expected);
    }

    static Stream<DesyncCase> cases() {
        return DesyncCase.load(FILES).stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inOnePiece(DesyncCase given) throws IOException {
        run(given, given.parts());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inPieces(DesyncCase given) throws IOException {
        var chance = new Random(given.name().hashCode());
        var pieces = new ArrayList<String>();
        for (String part : given.parts()) {
            int from = 0;
            while (from < part.length() && pieces.size() < 12) {
                int to = Math.min(part.length(), from + 1 + chance.nextInt(part.length() / 3 + 1));
                pieces.add(part.substring(from, to));
                from = to;
            }
            pieces.add(part.substring(from));
        }
        run(given, pieces);
    }

    @Test
    void thereAreEnoughOfThem() {
        var all = cases().toList();
        assertThat(all).hasSizeGreaterThanOrEqualTo(230);
        assertThat(all.stream().map(DesyncCase::toString).distinct()).hasSameSizeAs(all);
        assertThat(all.stream().map(DesyncCase::parts).distinct()).hasSameSizeAs(all);
    }

    private static void run(DesyncCase given, List<String> pieces) throws IOException {
        int before = instance.seen.size();
        var probe = "/probe/" + ++probes;
        boolean refused = !given.all(Refuse.class).isEmpty();
        boolean closes = !given.all(Close.class).isEmpty();
        try (var client = new TestClient(gateway.gateway)) {
            for (String piece : pieces.subList(0, pieces.size() - 1)) {
                client.send(piece);
                barrier();
            }
            client.send(pieces.getLast() + TestClient.get(probe));
            for (Outcome outcome : given.outcomes()) {
                switch (outcome) {
                    case Forward forward -> checkAnswer(client, forward);
                    case Refuse refuse -> checkRefusal(client, refuse);
                    case Close _ -> assertThat(client.ended()).isTrue();
                    default -> {}
                }
            }
            if (!refused && !closes) {
                assertThat(client.read().text()).isEqualTo("GET " + probe);
            }
        }
        List<Forward> forwards = given.all(Forward.class);
        var seen = List.copyOf(instance.seen.subList(before, instance.seen.size()));
        assertThat(seen).hasSize(forwards.size() + (refused || closes ? 0 : 1));
        expected += seen.size();
        checkReadings(given.outcomes(), seen);
        assertThat(instance.flaws).isEmpty();
    }

    /** When this returns, the gateway has seen all that was sent to it before. */
    private static void barrier() throws IOException {
        assertThat(clock.ask(TestClient.get(RecordingInstance.BARRIER)).status()).isEqualTo(200);
    }

    private static void checkAnswer(TestClient client, Forward forward) throws IOException {
        Answer answer = forward.method().equals("HEAD") ? client.readHead() : client.read();
        while (answer.status() == 100) {
            answer = client.read();
        }
        assertThat(answer.status()).as(answer.head() + answer.text()).isEqualTo(200);
        assertThat(answer.field("x-saw")).isEqualTo(forward.method() + " " + forward.target());
    }

    private static void checkRefusal(TestClient client, Refuse refuse) throws IOException {
        Answer answer = client.read();
        assertThat(answer.field("x-ebb-reason")).isEqualTo(refuse.reason());
        assertThat(answer.status()).isEqualTo(refuse.status());
        assertThat(answer.field("connection")).isEqualTo("close");
        assertThat(client.ended()).isTrue();
    }

    private static void checkReadings(List<Outcome> outcomes, List<StrictReader.Seen> seen) {
        int at = -1;
        for (Outcome outcome : outcomes) {
            switch (outcome) {
                case Forward forward -> {
                    at++;
                    var one = seen.get(at);
                    assertThat(one.method()).isEqualTo(forward.method());
                    assertThat(one.target()).isEqualTo(forward.target());
                    assertThat(one.host()).isEqualTo(forward.host());
                    assertThat(one.framing()).isEqualTo(forward.framing());
                    assertThat(one.body()).isEqualTo(forward.body());
                }
                case Has has -> assertThat(seen.get(at).fields()).contains(has.field());
                case Lacks lacks -> assertThat(seen.get(at).values(lacks.name())).isEmpty();
                default -> {}
            }
        }
    }
}
