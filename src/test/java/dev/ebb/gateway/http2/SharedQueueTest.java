package dev.ebb.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits of some streams' bodies, and what that means for the others on the connection. */
// What is null where it must not be fails the test.
@SuppressWarnings("NullAway")
class SharedQueueTest {
    private static final Http2Settings SMALL =
            new Http2Settings(
                    100,
                    Http2Settings.DEFAULT.windows(),
                    Http2Settings.DEFAULT.headers(),
                    new Http2Settings.SendQueues(1000, 2000),
                    Http2Settings.DEFAULT.waits(),
                    Http2Limits.DEFAULT);
    private static final int STREAM_WINDOW = 10;

    private final long before = Wire.bytesInUse();

    @AfterEach
    void nothingIsLost() {
        assertThat(Wire.bytesInUse()).isEqualTo(before);
    }

    private static Recorder client() {
        Recorder client = Wire.client(SMALL);
        Wire.send(client, 0, Wire.setting(Frames.INITIAL_WINDOW_SIZE, STREAM_WINDOW));
        Wire.frames(client);
        return client;
    }

    private static void end(Recorder side) {
        side.connection.transportClosed();
        Wire.taken(side).release();
    }

    private static void body(Recorder side, Http2Stream stream, int size) {
        side.connection.data(stream, Wire.ALLOCATOR.directBuffer(size).writeZero(size), false);
    }

    private static Http2Stream post(Recorder client) {
        return client.request(Fields.request("POST", "/"), false);
    }

    /** Fills what all streams have together. */
    private static void fill(Recorder client) {
        for (int i = 0; i < 3; i++) {
            Http2Stream stalled = post(client);
            body(client, stalled, 900);
            assertThat(stalled.queuedBytes()).isPositive();
        }
        Wire.frames(client);
    }

    private static List<Wire.Frame> dataOf(Recorder side, Http2Stream stream) {
        return Wire.frames(side).stream()
                .filter(frame -> frame.is(Frames.DATA, stream.id()))
                .toList();
    }

    @Test
    void aRequestIsSentWhoeverElseIsHeldUp() {
        Recorder client = client();
        fill(client);
        Http2Stream other = post(client);
        assertThat(client.connection.writable(other)).isTrue();
        body(client, other, 2);
        assertThat(dataOf(client, other)).hasSize(1);
        assertThat(client.connection.writable(other)).isTrue();
        end(client);
    }

    @Test
    void oneThatIsHeldUpItselfWaitsUntilItsOwnBytesAreSent() {
        Recorder client = client();
        fill(client);
        Http2Stream other = post(client);
        body(client, other, STREAM_WINDOW + 100);
        assertThat(other.queuedBytes()).isPositive();
        assertThat(client.connection.writable(other)).isFalse();
        Wire.send(client, 0, Wire.frame(Frames.WINDOW_UPDATE, 0, other.id(), Wire.number(100)));
        Wire.frames(client);
        assertThat(other.queuedBytes()).isZero();
        assertThat(client.told(other).writable).isEqualTo(1);
        assertThat(client.connection.writable(other)).isTrue();
        end(client);
    }

    @Test
    void towardsAClientAllStreamsAreItsOwnAndTheLimitHolds() {
        Recorder server = Wire.server(SMALL);
        Wire.send(server, 0, Wire.setting(Frames.INITIAL_WINDOW_SIZE, 0));
        for (int id = 1; id <= 7; id += 2) {
            Wire.send(server, 0, Wire.head(id, true, Fields.request("GET", "/")));
            server.respond(server.open.get(id), 200, new Fields(), false);
        }
        for (int id = 1; id <= 5; id += 2) {
            body(server, server.open.get(id), 900);
        }
        assertThat(server.connection.writable(server.open.get(7))).isFalse();
        end(server);
    }

    @Test
    void aConnectionIsStalledWhenNothingOfItMakesWay() {
        Recorder client = client();
        fill(client);
        client.connection.tick(1);
        client.connection.tick(2);
        // Only those streams are held up.
        assertThat(client.connection.stalled()).isFalse();
        Http2Stream large = post(client);
        Wire.send(client, 0, Wire.frame(Frames.WINDOW_UPDATE, 0, large.id(), Wire.number(1 << 20)));
        body(client, large, Frames.INITIAL_WINDOW + 100);
        Wire.frames(client);
        client.connection.tick(3);
        // It has just sent something.
        assertThat(client.connection.stalled()).isFalse();
        client.connection.tick(4);
        assertThat(client.connection.stalled()).isTrue();
        Wire.send(client, 0, Wire.frame(Frames.WINDOW_UPDATE, 0, 0, Wire.number(1 << 20)));
        Wire.frames(client);
        client.connection.tick(5);
        assertThat(client.connection.stalled()).isFalse();
        end(client);
    }
}
