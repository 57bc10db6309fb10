package dev.ebb.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Beginnings and ends of connections and streams, and whose turn it is in between. */
// What is null where it must not be fails the test.
@SuppressWarnings("NullAway")
class ConnectionTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Fields GET = Fields.request("GET", "/");
    private static final Http2Settings SETTINGS = Http2Settings.DEFAULT;

    private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);

    private static ByteBuf bytes(int size) {
        return Wire.ALLOCATOR.directBuffer(size + 1).writeZero(size);
    }

    private static List<Wire.Frame> frames(Recorder side, int type) {
        return Wire.frames(side).stream().filter(frame -> frame.type() == type).toList();
    }

    // ---- Beginnings

    @Test
    void bothSidesBeginWithTheirSettings() {
        var client = new Recorder(Http2Connection.Side.CLIENT, SETTINGS);
        var server = new Recorder(Http2Connection.Side.SERVER, SETTINGS.withMaxStreams(7));
        Wire.settle(client, server, random);
        assertThat(client.failed + server.failed).isEmpty();
        for (int i = 0; i < 7; i++) {
            client.request(GET, false);
        }
        assertThat(client.connection.canOpen()).isFalse();
        assertThat(client.connection.takesNoMore()).isFalse();
        assertThatThrownBy(() -> client.connection.open(false, "one too many"))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsNoHttp2IsTurnedAway() {
        var server = new Recorder(Http2Connection.Side.SERVER, SETTINGS);
        Wire.send(server, 0, FieldTraits.ascii("GET / HTTP/1.1\r\n\r\n"));
        assertThat(server.failed).isEqualTo("PROTOCOL_ERROR");
        var client = new Recorder(Http2Connection.Side.CLIENT, SETTINGS);
        Wire.send(client, 0, FieldTraits.ascii("HTTP/1.1 400 Bad Request\r\n\r\n"));
        assertThat(client.failed).isEqualTo("FRAME_SIZE_ERROR");
    }

    @Test
    void settingsMustBeAcknowledgedInTime() {
        var server = new Recorder(Http2Connection.Side.SERVER, SETTINGS);
        Wire.send(server, 0, Wire.preface(), Wire.frame(Frames.SETTINGS, 0, 0));
        server.connection.tick(9 * SECOND);
        assertThat(server.failed).isEmpty();
        server.connection.tick(11 * SECOND);
        assertThat(server.failed).isEqualTo("SETTINGS_TIMEOUT");
        assertThat(frames(server, Frames.GOAWAY)).hasSize(1);
    }

    @Test
    void aSmallerWindowHoldsOnlyOnceThePeerKnowsOfIt() {
        var server = new Recorder(Http2Connection.Side.SERVER, SETTINGS.withWindows(10, 65_535));
        server.consumesAtOnce = false;
        Wire.send(server, 0, Wire.preface(), Wire.frame(Frames.SETTINGS, 0, 0));
        Wire.send(server, 0, Wire.head(1, false, GET), Wire.head(3, false, GET));
        Wire.send(server, 0, Wire.frame(Frames.DATA, 0, 1, new byte[1000]));
        assertThat(server.told(1).aborted).isEmpty();
        Wire.send(server, 0, Wire.frame(Frames.SETTINGS, Frames.ACK, 0));
        Wire.send(server, 0, Wire.frame(Frames.DATA, 0, 3, new byte[11]));
        assertThat(server.told(3).aborted).isEqualTo("FLOW_CONTROL_ERROR RULES");
    }

    // ---- Heads

    @Test
    void interimResponsesComeBeforeTheAnswer() {
        Recorder client = Wire.client(SETTINGS);
        client.request(GET, true);
        Wire.send(client, 0, Wire.head(1, false, Fields.of(":status", "103", "link", "<a>")));
        Wire.send(client, 0, Wire.head(1, true, Fields.of(":status", "200")));
        assertThat(client.told(1).interims).hasSize(1);
        assertThat(client.told(1).interims.getFirst().value("link")).isEqualTo("<a>");
        assertThat(client.told(1).head.value(":status")).isEqualTo("200");
    }

    @Test
    void aHeadOfManyFramesArrivesWhole() {
        var client = new Recorder(Http2Connection.Side.CLIENT, SETTINGS);
        var server =
                new Recorder(Http2Connection.Side.SERVER, SETTINGS.withHeaders(4096, 99_000, true));
        String large = "x".repeat(60_000);
        client.request(Fields.request("GET", "/", "authorization", large), true);
        Wire.settle(client, server, random);
        assertThat(server.told(1).head.value("authorization")).isEqualTo(large);
    }

    @Test
    void aHeadThatIsTooLargeIsToldAndAnswered() {
        var client = new Recorder(Http2Connection.Side.CLIENT, SETTINGS);
        var server =
                new Recorder(Http2Connection.Side.SERVER, SETTINGS.withHeaders(4096, 500, true));
        client.request(Fields.request("GET", "/", "a", "x".repeat(500)), true);
        Wire.settle(client, server, random);
        assertThat(server.told(1).tooLarge).isTrue();
        server.respond(server.open.get(1), 431, new Fields(), true);
        Wire.settle(client, server, random);
        assertThat(client.told(1).head.value(":status")).isEqualTo("431");
    }

    @Test
    void trailersWaitForTheBody() {
        var client = new Recorder(Http2Connection.Side.CLIENT, SETTINGS);
        var server = new Recorder(Http2Connection.Side.SERVER, SETTINGS.withWindows(10, 65_535));
        Wire.settle(client, server, random);
        Http2Stream stream = client.request(GET, false);
        client.connection.data(stream, bytes(1000), false);
        client.send(stream, Fields.of("sum", "1000"), true);
        // Nothing can be said after trailers.
        client.connection.data(stream, bytes(10), true);
        Wire.settle(client, server, random);
        assertThat(server.told(1).body.size()).isEqualTo(1000);
        assertThat(server.told(1).trailers.value("sum")).isEqualTo("1000");
    }

    // ---- Bodies

    @Test
    void streamsTakeTurns() {
        Recorder client = Wire.client(SETTINGS);
        Wire.send(client, 0, Wire.frame(8, 0, 0, Wire.number(1 << 20)));
        client.transportIsFull = true;
        for (int i = 0; i < 3; i++) {
            Http2Stream stream = client.request(GET, false);
            client.connection.data(stream, bytes(40_000), true);
        }
        client.transportIsFull = false;
        List<Wire.Frame> data = frames(client, Frames.DATA);
        assertThat(data.stream().map(Wire.Frame::stream))
                .containsExactly(1, 3, 5, 1, 3, 5, 1, 3, 5);
        assertThat(data).allMatch(frame -> frame.payload().length <= 16 * 1024);
        assertThat(data.getLast().flags()).isEqualTo(Frames.END_STREAM);
    }

    @Test
    void aFullQueueSaysWhenItTakesMore() {
        Recorder client = Wire.client(SETTINGS);
        Wire.send(client, 0, Wire.frame(8, 0, 0, Wire.number(1 << 20)));
        Http2Stream stream = client.request(GET, false);
        client.connection.data(stream, bytes(65_535), false);
        assertThat(client.connection.writable(stream)).isTrue();
        client.connection.data(stream, bytes(65_536), false);
        assertThat(client.connection.writable(stream)).isFalse();
        Wire.send(client, 0, Wire.frame(8, 0, 1, Wire.number(20_000)));
        Wire.frames(client);
        assertThat(client.told(1).writable).isZero();
        Wire.send(client, 0, Wire.frame(8, 0, 1, Wire.number(20_000)));
        Wire.frames(client);
        assertThat(client.told(1).writable).isEqualTo(1);
        assertThat(stream.queuedBytes()).isEqualTo(25_536);
    }

    @Test
    void allQueuesOfAClientTogetherHaveALimit() {
        Recorder server = Wire.server(SETTINGS);
        server.transportIsFull = true;
        Wire.send(server, 0, Wire.head(1, true, GET), Wire.head(3, true, GET));
        Http2Stream first = server.open.get(1);
        Http2Stream second = server.open.get(3);
        server.respond(first, 200, new Fields(), false);
        server.respond(second, 200, new Fields(), false);
        for (int i = 0; i < 16; i++) {
            server.connection.data(first, bytes(65_536), false);
        }
        assertThat(server.connection.writable(second)).isFalse();
        server.connection.reset(first, Http2Error.CANCEL);
        server.transportIsFull = false;
        Wire.frames(server);
        assertThat(server.told(second).writable).isEqualTo(1);
    }

    @Test
    void aWindowOpensAgainWhenHalfOfItIsConsumed() {
        Recorder server = Wire.server(SETTINGS.withWindows(1000, 65_535));
        server.consumesAtOnce = false;
        Wire.send(server, 0, Wire.head(1, false, GET));
        Http2Stream stream = server.open.get(1);
        Wire.send(server, 0, Wire.frame(Frames.DATA, 0, 1, new byte[900]));
        server.connection.consumed(stream, 400);
        assertThat(frames(server, Frames.WINDOW_UPDATE)).isEmpty();
        server.connection.consumed(stream, 100);
        List<Wire.Frame> updates = frames(server, Frames.WINDOW_UPDATE);
        assertThat(updates).hasSize(1);
        assertThat(updates.getFirst().stream()).isEqualTo(1);
        assertThat(updates.getFirst().number(0)).isEqualTo(500);
        // More than came is not given back.
        server.connection.consumed(stream, 10_000);
        assertThat(frames(server, Frames.WINDOW_UPDATE)).isEmpty();
    }

    @Test
    void whatAResetStreamDidNotConsumeGoesBackToTheConnection() {
        Recorder server = Wire.server(SETTINGS.withWindows(65_535, 65_535));
        server.consumesAtOnce = false;
        Wire.send(server, 0, Wire.head(1, false, GET));
        for (int i = 0; i < 4; i++) {
            Wire.send(server, 0, Wire.frame(Frames.DATA, 0, 1, new byte[16_000]));
        }
        assertThat(frames(server, Frames.WINDOW_UPDATE)).isEmpty();
        server.connection.reset(server.open.get(1), Http2Error.CANCEL);
        assertThat(frames(server, Frames.WINDOW_UPDATE).getFirst().number(0)).isEqualTo(64_000);
        // And so does what was on its way.
        for (int i = 0; i < 4; i++) {
            Wire.send(server, 0, Wire.frame(Frames.DATA, 0, 1, new byte[16_000]));
        }
        assertThat(server.failed).isEmpty();
        assertThat(frames(server, Frames.WINDOW_UPDATE)).hasSize(1);
    }

    @Test
    void paddingIsTakenOffAndGivenBack() {
        Recorder server = Wire.server(SETTINGS.withWindows(100, 65_535));
        server.consumesAtOnce = false;
        Wire.send(server, 0, Wire.head(1, false, GET));
        byte[] padded = new byte[100];
        padded[0] = 97;
        padded[1] = 'a';
        padded[2] = 'b';
        Wire.send(server, 0, Wire.frame(Frames.DATA, Frames.PADDED | 1, 1, padded));
        assertThat(server.told(1).body.toString(java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("ab");
        assertThat(server.told(1).ended).isTrue();
    }

    @Test
    void aBodyThatIsNotWantedIsThrownAwayAndResetWithoutAnError() {
        Recorder server = Wire.server(SETTINGS);
        server.consumesAtOnce = false;
        Wire.send(server, 0, Wire.head(1, false, GET));
        Http2Stream stream = server.open.get(1);
        server.connection.discard(stream);
        Wire.send(server, 0, Wire.frame(Frames.DATA, 0, 1, new byte[1000]));
        assertThat(server.told(1).body.size()).isZero();
        server.respond(stream, 413, new Fields(), false);
        server.connection.data(stream, bytes(10), true);
        List<Wire.Frame> all = Wire.frames(server);
        assertThat(all.getLast().is(Frames.RST_STREAM, 1)).isTrue();
        assertThat(all.getLast().number(0)).isEqualTo(Http2Error.NO_ERROR);
        assertThat(all.get(all.size() - 2).flags()).isEqualTo(Frames.END_STREAM);
        assertThat(server.connection.openStreams()).isZero();
        Wire.send(server, 0, Wire.frame(Frames.DATA, 1, 1, new byte[1000]));
        assertThat(server.failed).isEmpty();
    }

    // ---- Ends

    @Test
    void aServerLeavesInTwoSteps() {
        var client = new Recorder(Http2Connection.Side.CLIENT, SETTINGS);
        var server = new Recorder(Http2Connection.Side.SERVER, SETTINGS);
        Wire.settle(client, server, random);
        client.request(GET, false);
        Wire.settle(client, server, random);
        server.connection.shutdownNotice(0);
        // On its way while the notice is: it is served like any other.
        client.request(GET, true);
        Wire.settle(client, server, random);
        assertThat(client.goAway).isEqualTo("NO_ERROR");
        assertThat(client.connection.takesNoMore()).isTrue();
        assertThat(server.told(3).headIsThere).isTrue();
        server.respond(server.open.get(3), 200, new Fields(), true);
        Wire.settle(client, server, random);
        assertThat(server.drained).isZero();
        client.connection.data(client.connection.table.find(1), bytes(0), true);
        server.respond(server.open.get(1), 200, new Fields(), true);
        Wire.settle(client, server, random);
        assertThat(client.told(1).aborted + client.told(3).aborted).isEmpty();
        assertThat(server.drained).isEqualTo(1);
        assertThat(client.drained).isEqualTo(1);
    }

    @Test
    void aServerLeavesForGoodWhenNobodyAnswersTheNotice() {
        Recorder server = Wire.server(SETTINGS);
        Wire.send(server, 0, Wire.head(1, true, GET));
        server.connection.shutdownNotice(0);
        assertThat(frames(server, Frames.GOAWAY).getFirst().number(0)).isEqualTo(Frames.LAST_ID);
        server.connection.tick(6 * SECOND);
        assertThat(frames(server, Frames.GOAWAY).getFirst().number(0)).isEqualTo(1);
        Wire.send(server, 0, Wire.head(3, true, GET), Wire.frame(3, 0, 3, Wire.number(8)));
        assertThat(server.told(3).headIsThere).isFalse();
        assertThat(server.failed).isEmpty();
    }

    @Test
    void whatAServerHasNotProcessedIsKnown() {
        Recorder client = Wire.client(SETTINGS);
        for (int i = 0; i < 3; i++) {
            client.request(GET, true);
        }
        byte[] goAway = new byte[8];
        goAway[3] = 3;
        Wire.send(client, 0, Wire.frame(Frames.GOAWAY, 0, 0, goAway));
        assertThat(client.told(1).aborted + client.told(3).aborted).isEmpty();
        assertThat(client.told(5).aborted).isEqualTo("REFUSED_STREAM UNPROCESSED");
        assertThat(client.connection.canOpen()).isFalse();
        Wire.send(client, 0, Wire.frame(3, 0, 3, Wire.number(Http2Error.REFUSED_STREAM)));
        assertThat(client.told(3).aborted).isEqualTo("REFUSED_STREAM UNPROCESSED");
        Wire.send(client, 0, Wire.frame(3, 0, 1, Wire.number(Http2Error.CANCEL)));
        assertThat(client.told(1).aborted).isEqualTo("CANCEL PEER");
        assertThat(client.drained).isEqualTo(1);
    }

    @Test
    void aPushIsAnErrorOfTheConnection() {
        Recorder client = Wire.client(SETTINGS);
        client.request(GET, true);
        Wire.send(client, 0, Wire.frame(Frames.PUSH_PROMISE, 4, 1, Wire.number(2)));
        assertThat(client.failed).isEqualTo("PROTOCOL_ERROR");
        assertThat(client.told(1).aborted).isEqualTo("INTERNAL_ERROR CONNECTION");
    }

    @Test
    void aSilentPeerIsAskedWhetherItLives() {
        Recorder client = Wire.client(SETTINGS.withPings(10 * SECOND, 2 * SECOND));
        client.request(GET, true);
        Wire.frames(client);
        client.connection.tick(9 * SECOND);
        assertThat(frames(client, Frames.PING)).isEmpty();
        client.connection.tick(11 * SECOND);
        List<Wire.Frame> pings = frames(client, Frames.PING);
        assertThat(pings).hasSize(1);
        byte[] answer = pings.getFirst().payload();
        Wire.send(client, 12 * SECOND, Wire.frame(Frames.PING, Frames.ACK, 0, answer));
        client.connection.tick(20 * SECOND);
        assertThat(client.failed).isEmpty();
        client.connection.tick(23 * SECOND);
        client.connection.tick(26 * SECOND);
        assertThat(client.failed).isEqualTo("NO_ERROR");
        assertThat(client.told(1).aborted).isEqualTo("INTERNAL_ERROR CONNECTION");
    }

    @Test
    void oneTurnMakesOneSend() {
        Recorder server = Wire.server(SETTINGS);
        int before = server.flushes;
        Wire.send(server, 0, Wire.head(1, true, GET), Wire.head(3, true, GET));
        for (int id = 1; id <= 3; id += 2) {
            server.respond(server.open.get(id), 200, new Fields(), false);
            server.connection.data(server.open.get(id), bytes(1000), true);
        }
        server.connection.flush();
        server.connection.flush();
        assertThat(server.out).hasSize(1);
        assertThat(server.flushes).isEqualTo(before + 1);
        Wire.taken(server).release();
    }

    @Test
    void theTableOfStreamsIsLikeAMap() {
        var table = new StreamTable();
        Map<Integer, Http2Stream> map = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            int id = 1 + 2 * random.nextInt(200);
            Http2Stream known = map.get(id);
            assertThat(table.find(id)).isSameAs(known);
            if (known == null) {
                var stream = new Http2Stream(id, false, 0, 0);
                map.put(id, stream);
                table.add(stream);
            } else if (random.nextBoolean()) {
                map.remove(id);
                table.remove(known);
            }
            assertThat(table.size()).isEqualTo(map.size());
        }
    }
}
