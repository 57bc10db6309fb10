package dev.ebb.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each flood ends the connection, a burst within the limit does not, and time makes up for it. */
// What is null where it must not be fails the test.
@SuppressWarnings("NullAway")
class FloodTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Http2Limits LIMITS = new Http2Limits(20, 10, 200, 50, 4, 2_000, 30);
    private static final Http2Settings SETTINGS = Http2Settings.DEFAULT.withLimits(LIMITS);
    private static final Fields GET = Fields.request("GET", "/");

    private final long before = Wire.bytesInUse();
    private final Recorder server = Wire.server(SETTINGS);

    @AfterEach
    void nothingIsLost() {
        server.connection.transportClosed();
        Wire.taken(server).release();
        assertThat(Wire.bytesInUse()).isEqualTo(before);
    }

    static Stream<Named<IntFunction<byte[]>>> smallFrames() {
        return Stream.of(
                Named.of("PING", i -> Wire.frame(Frames.PING, 0, 0, new byte[8])),
                Named.of("PING ack", i -> Wire.frame(Frames.PING, Frames.ACK, 0, new byte[8])),
                Named.of("SETTINGS", i -> Wire.frame(Frames.SETTINGS, 0, 0)),
                Named.of("SETTINGS ack", i -> Wire.frame(Frames.SETTINGS, Frames.ACK, 0)),
                Named.of("PRIORITY", i -> Wire.frame(Frames.PRIORITY, 0, 1, new byte[5])),
                Named.of("WINDOW_UPDATE", i -> Wire.frame(8, 0, 0, Wire.number(1))),
                Named.of("stream's", i -> Wire.frame(8, 0, 1, Wire.number(1))),
                Named.of("GOAWAY", i -> Wire.frame(Frames.GOAWAY, 0, 0, new byte[8])),
                Named.of("empty DATA", i -> Wire.frame(Frames.DATA, 0, 1)),
                Named.of("padding", i -> Wire.frame(Frames.DATA, Frames.PADDED, 1, (byte) 0)),
                Named.of("unknown", i -> Wire.frame(77, 0, 0)));
    }

    @ParameterizedTest
    @MethodSource("smallFrames")
    void framesThatSayLittleHaveABudget(IntFunction<byte[]> frame) {
        Wire.send(server, 0, Wire.head(1, false, GET));
        int sent = 0;
        while (server.failed.isEmpty() && sent < 1000) {
            Wire.send(server, 0, frame.apply(sent));
            Wire.frames(server);
            sent++;
        }
        assertThat(server.failed).isEqualTo("ENHANCE_YOUR_CALM");
        assertThat(sent).isBetween(20, 210);
        assertThat(server.told(1).aborted).isEqualTo("INTERNAL_ERROR CONNECTION");
    }

    @Test
    void theSameFramesOverTimeAreFine() {
        long now = 0;
        for (int i = 0; i < 2000; i++) {
            now += SECOND / 40;
            Wire.send(server, now, Wire.frame(Frames.PING, 0, 0, new byte[8]));
            Wire.frames(server);
        }
        assertThat(server.failed).isEmpty();
    }

    @Test
    void requestsPayForTheFramesThatComeWithThem() {
        for (int id = 1; id < 2000; id += 2) {
            Wire.send(
                    server,
                    0,
                    Wire.head(id, true, GET),
                    Wire.frame(Frames.PRIORITY, 0, id, new byte[5]),
                    Wire.frame(8, 0, id, Wire.number(10)));
            server.respond(server.open.get(id), 200, new Fields(), true);
            Wire.frames(server);
        }
        assertThat(server.failed).isEmpty();
    }

    @Test
    void resetsHaveABudget() {
        int id = 1;
        while (server.failed.isEmpty() && id < 2000) {
            Wire.send(server, 0, Wire.head(id, true, GET), Wire.frame(3, 0, id, Wire.number(8)));
            id += 2;
        }
        assertThat(server.failed).isEqualTo("ENHANCE_YOUR_CALM");
        assertThat(id / 2).isEqualTo(21);
    }

    @Test
    void resetsThatThePeerMakesUsSendCountAsWell() {
        int id = 1;
        while (server.failed.isEmpty() && id < 2000) {
            Wire.send(server, 0, Wire.head(id, true, GET), Wire.frame(8, 0, id, Wire.number(0)));
            id += 2;
        }
        assertThat(server.failed).isEqualTo("ENHANCE_YOUR_CALM");
        assertThat(id / 2).isEqualTo(21);
    }

    @Test
    void resetsOfStreamsThatWeHaveOpenedCostNothing() {
        Recorder client = Wire.client(SETTINGS);
        Http2Stream bystander = client.request(GET, true);
        for (int i = 0; i < 1000; i++) {
            int id = client.request(GET, true).id();
            Wire.send(client, 0, Wire.frame(3, 0, id, Wire.number(Http2Error.REFUSED_STREAM)));
            assertThat(client.told(id).aborted).isEqualTo("REFUSED_STREAM UNPROCESSED");
            // What breaks a rule ends as cheaply.
            id = client.request(GET, true).id();
            Wire.send(client, 0, Wire.frame(8, 0, id, Wire.number(0)));
            assertThat(client.told(id).aborted).isEqualTo("PROTOCOL_ERROR RULES");
            Wire.frames(client);
        }
        assertThat(client.failed).isEmpty();
        assertThat(client.told(bystander).aborted).isEmpty();
        client.connection.transportClosed();
        Wire.taken(client).release();
    }

    @Test
    void requestsOfOursPayForTheInterimHeadsThatComeWithTheirAnswers() {
        Recorder client = Wire.client(SETTINGS);
        Fields early = Fields.of(":status", "103");
        for (int i = 0; i < 1000; i++) {
            int id = client.request(GET, true).id();
            for (int hint = 0; hint < 5; hint++) {
                Wire.send(client, 0, Wire.head(id, false, early));
            }
            Wire.send(client, 0, Wire.frame(3, 0, id, Wire.number(Http2Error.CANCEL)));
            Wire.frames(client);
        }
        assertThat(client.failed).isEmpty();
        client.connection.transportClosed();
        Wire.taken(client).release();
    }

    @Test
    void resetsAtAModestRateAreFine() {
        long now = 0;
        for (int id = 1; id < 1000; id += 2) {
            now += SECOND / 8;
            Wire.send(server, now, Wire.head(id, true, GET), Wire.frame(3, 0, id, Wire.number(8)));
        }
        assertThat(server.failed).isEmpty();
    }

    @Test
    void aHeadThatDoesNotEnd() {
        Wire.send(server, 0, Wire.frame(Frames.HEADERS, 0, 1, Wire.block(GET)));
        for (int i = 0; i < 4; i++) {
            Wire.send(server, 0, Wire.frame(Frames.CONTINUATION, 0, 1));
            assertThat(server.failed).isEmpty();
        }
        Wire.send(server, 0, Wire.frame(Frames.CONTINUATION, 0, 1));
        assertThat(server.failed).isEqualTo("ENHANCE_YOUR_CALM");
    }

    @Test
    void aHeadThatIsTooLargeEvenToBeSkipped() {
        Wire.send(server, 0, Wire.frame(Frames.HEADERS, 0, 1, new byte[1500]));
        Wire.send(server, 0, Wire.frame(Frames.CONTINUATION, 0, 1, new byte[501]));
        assertThat(server.failed).isEqualTo("ENHANCE_YOUR_CALM");
    }

    /** One entry of the table, named again and again: short on the wire, long when unpacked. */
    @Test
    void aHeadThatUnpacksToFarTooMuch() {
        Recorder plain = Wire.server(Http2Settings.DEFAULT);
        Fields large = Fields.request("GET", "/");
        byte[] start = Wire.block(large);
        byte[] value = "v".repeat(3000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] bomb = new byte[start.length + 5 + value.length + 10_000];
        System.arraycopy(start, 0, bomb, 0, start.length);
        byte[] entry = {0x40, 1, 'a', 0x7f, (byte) 0xb9};
        System.arraycopy(entry, 0, bomb, start.length, 5);
        // 127 + 57 + 22 * 128 = 3000
        bomb[start.length + 5] = 22;
        System.arraycopy(value, 0, bomb, start.length + 6, value.length);
        java.util.Arrays.fill(bomb, start.length + 6 + value.length, bomb.length, (byte) 0xbe);
        Wire.send(plain, 0, Wire.frame(Frames.HEADERS, 5, 1, bomb));
        assertThat(plain.told(1).tooLarge).isTrue();
        assertThat(plain.told(1).head.all).isEmpty();
        plain.respond(plain.open.get(1), 431, new Fields(), true);
        Wire.send(plain, 0, Wire.head(3, true, GET));
        assertThat(plain.told(3).headIsThere).isTrue();
        assertThat(plain.failed).isEmpty();
        plain.connection.transportClosed();
        Wire.taken(plain).release();
    }

    @Test
    void answersThatNobodyReads() {
        server.transportIsFull = true;
        int sent = 0;
        while (server.failed.isEmpty() && sent < 1000) {
            Wire.send(server, 0, Wire.frame(Frames.PING, 0, 0, new byte[8]));
            sent++;
        }
        assertThat(server.failed).isEqualTo("ENHANCE_YOUR_CALM");
        assertThat(sent).isBetween(30, 35);
    }

    @Test
    void tooManyStreamsAtOnceAreRefusedAsNotProcessed() {
        Recorder two = Wire.server(SETTINGS.withMaxStreams(2));
        for (int id = 1; id <= 5; id += 2) {
            Wire.send(two, 0, Wire.head(id, false, GET));
        }
        assertThat(two.rejected).containsExactly("REFUSED_STREAM");
        // What comes for it is no mistake.
        Wire.send(two, 0, Wire.frame(Frames.DATA, 1, 5, (byte) 1));
        assertThat(two.failed).isEmpty();
        two.respond(two.open.get(1), 200, new Fields(), true);
        two.connection.discard(two.open.get(1));
        Wire.send(two, 0, Wire.head(7, true, GET));
        assertThat(two.told(7).headIsThere).isTrue();
        two.connection.transportClosed();
        Wire.taken(two).release();
    }

    @Test
    void aBodyBeyondTheWindowIsAnError() {
        Recorder small = Wire.server(SETTINGS.withWindows(100, 65_535));
        small.consumesAtOnce = false;
        Wire.send(small, 0, Wire.head(1, false, GET), Wire.head(3, false, GET));
        Wire.send(small, 0, Wire.frame(Frames.DATA, 0, 1, new byte[100]));
        assertThat(small.told(1).aborted).isEmpty();
        Wire.send(small, 0, Wire.frame(Frames.DATA, 0, 1, (byte) 1));
        assertThat(small.told(1).aborted).isEqualTo("FLOW_CONTROL_ERROR RULES");
        assertThat(small.failed).isEmpty();
        small.connection.transportClosed();
        Wire.taken(small).release();
        Recorder whole = Wire.server(SETTINGS.withWindows(1 << 20, 65_535));
        whole.consumesAtOnce = false;
        Wire.send(whole, 0, Wire.head(1, false, GET));
        for (int i = 0; i < 5; i++) {
            Wire.send(whole, 0, Wire.frame(Frames.DATA, 0, 1, new byte[16_000]));
        }
        assertThat(whole.failed).isEqualTo("FLOW_CONTROL_ERROR");
        whole.connection.transportClosed();
        Wire.taken(whole).release();
    }

    @Test
    void theLimitsSayWhatIsWrongWithThem() {
        assertThat(List.of(0, -1))
                .allSatisfy(bad ->
                        org.assertj.core.api.Assertions.assertThatThrownBy(
                                        () -> new Http2Limits(bad, 1, 1, 1, 1, 256, 1))
                                .hasMessageContaining("resets must be at least 1"));
    }
}
