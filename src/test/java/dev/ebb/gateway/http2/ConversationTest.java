package dev.ebb.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two sides talk at random: many requests at once, bodies in both directions through small windows,
 * bytes in pieces of any size, a transport that is full now and then, streams that are reset. What
 * arrives is what was sent, in full or not at all; nothing is left over, and no buffer is lost.
 */
// What is null where it must not be fails the test.
@SuppressWarnings("NullAway")
class ConversationTest {
    private static final int REQUESTS = 40;

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    /** One message of one stream, as it goes out piece by piece. */
    private static final class Message {
        final Recorder side;
        final Http2Stream stream;
        final Fields trailers = new Fields();
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        int left;
        boolean done;

        Message(Recorder side, Http2Stream stream) {
            this.side = side;
            this.stream = stream;
        }
    }

    private final Map<Integer, Fields> requestHeads = new LinkedHashMap<>();
    private final Map<Integer, Message> requests = new LinkedHashMap<>();
    private final Map<Integer, Message> responses = new LinkedHashMap<>();
    private final List<Integer> reset = new ArrayList<>();
    private RandomGenerator random;
    private Recorder client;
    private Recorder server;

    @ParameterizedTest
    @MethodSource("seeds")
    void whatArrivesIsWhatWasSent(long seed) {
        long before = Wire.bytesInUse();
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        client = new Recorder(Http2Connection.Side.CLIENT, settings());
        server = new Recorder(Http2Connection.Side.SERVER, settings());
        // Now the client knows how many streams the server takes.
        Wire.settle(client, server, random);
        int wanted = REQUESTS;
        int turn = 0;
        while (wanted > 0 || !allDone()) {
            assertThat(turn++).as("turns, seed %d", seed).isLessThan(100_000);
            if (wanted > 0 && client.connection.canOpen() && random.nextInt(3) == 0) {
                ask();
                wanted--;
            }
            requests.values().forEach(this::sendSome);
            responses.values().forEach(this::sendSome);
            consumeSome(client);
            consumeSome(server);
            client.transportIsFull = random.nextInt(4) == 0;
            server.transportIsFull = random.nextInt(4) == 0;
            Wire.carry(client, server, random, turn);
            answerWhatIsNew();
            Wire.carry(server, client, random, turn);
            resetOne();
        }
        client.transportIsFull = false;
        server.transportIsFull = false;
        Wire.settle(client, server, random);
        check(seed);
        client.connection.transportClosed();
        server.connection.transportClosed();
        assertThat(Wire.bytesInUse()).as("bytes lost, seed %d", seed).isEqualTo(before);
    }

    private Http2Settings settings() {
        return Http2Settings.DEFAULT
                .withWindows(1 + random.nextInt(3000), 65_535 + random.nextInt(3000))
                .withMaxStreams(1 + random.nextInt(30))
                .withHeaders(random.nextInt(2) * 4096, 32 * 1024, random.nextBoolean());
    }

    private void ask() {
        Fields fields =
                Fields.request(
                        "POST",
                        "/" + random.nextInt(10),
                        "x-number",
                        "" + requestHeads.size(),
                        "x-more",
                        "m".repeat(random.nextInt(10) == 0 ? 20_000 : 20));
        boolean end = random.nextInt(3) == 0;
        Http2Stream stream = client.request(fields, end);
        requestHeads.put(stream.id(), fields);
        Message message = new Message(client, stream);
        message.left = end ? 0 : random.nextInt(20_000);
        message.done = end;
        plan(message);
        requests.put(stream.id(), message);
    }

    private void plan(Message message) {
        if (!message.done && random.nextBoolean()) {
            message.trailers.all.addAll(Fields.of("x-sum", "" + message.left).all);
        }
    }

    private void answerWhatIsNew() {
        server.streams.forEach((id, told) -> {
            Http2Stream stream = server.open.get(id);
            if (!told.headIsThere || responses.containsKey(id) || stream.closed()) {
                return;
            }
            if (random.nextInt(4) == 0) {
                server.respond(stream, 103, Fields.of("link", "<a>"), false);
            }
            Message message = new Message(server, stream);
            boolean end = random.nextInt(5) == 0;
            message.left = end ? 0 : random.nextInt(20_000);
            String length = "" + message.left;
            Fields fields =
                    random.nextBoolean()
                            ? Fields.of("content-length", length)
                            : Fields.of("x-length", length);
            server.respond(stream, 200, fields, end);
            message.done = end;
            plan(message);
            responses.put(id, message);
        });
    }

    private void sendSome(Message message) {
        Http2Connection connection = message.side.connection;
        Http2Stream stream = message.stream;
        if (message.done || random.nextInt(3) == 0) {
            return;
        }
        if (stream.closed()) {
            message.done = true;
            return;
        }
        if (!connection.writable(stream)) {
            return;
        }
        int size = Math.min(message.left, random.nextInt(5000));
        message.left -= size;
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        message.sent.writeBytes(bytes);
        boolean all = message.left == 0;
        boolean endsWithData = all && message.trailers.all.isEmpty();
        ByteBuf piece = Wire.ALLOCATOR.directBuffer(size + 1).writeBytes(bytes);
        connection.data(stream, piece, endsWithData);
        if (all && !endsWithData) {
            message.side.send(stream, message.trailers, true);
        }
        message.done = all;
    }

    private void consumeSome(Recorder side) {
        side.consumesAtOnce = random.nextInt(3) > 0;
        side.open
                .values()
                .forEach(stream -> {
                    if (random.nextInt(3) == 0) {
                        side.connection.consumed(stream, random.nextInt(4000));
                    }
                });
    }

    private void resetOne() {
        if (random.nextInt(60) != 0 || requests.isEmpty()) {
            return;
        }
        boolean byClient = random.nextBoolean();
        Recorder side = byClient ? client : server;
        var ids = List.copyOf(byClient ? requests.keySet() : responses.keySet());
        if (!ids.isEmpty()) {
            int id = ids.get(random.nextInt(ids.size()));
            Message message = (byClient ? requests : responses).get(id);
            if (!message.stream.closed()) {
                side.connection.reset(message.stream, Http2Error.CANCEL);
                reset.add(id);
            }
        }
    }

    private boolean allDone() {
        return requests.values().stream().allMatch(message -> message.done)
                && responses.values().stream().allMatch(message -> message.done)
                && client.connection.openStreams() == 0
                && server.connection.openStreams() == 0;
    }

    private void check(long seed) {
        assertThat(client.failed + server.failed).as("seed %d", seed).isEmpty();
        int whole = 0;
        for (int id : requests.keySet()) {
            if (reset.contains(id)) {
                continue;
            }
            whole++;
            Recorder.Told asked = server.told(id);
            Recorder.Told answered = client.told(id);
            assertThat(asked.aborted + answered.aborted).as("seed %d", seed).isEmpty();
            assertThat(asked.head.toString()).isEqualTo(requestHeads.get(id).toString());
            compare(asked, requests.get(id), seed);
            compare(answered, responses.get(id), seed);
            assertThat(answered.head.value(":status")).isEqualTo("200");
        }
        assertThat(whole).isGreaterThan(REQUESTS / 2);
        assertThat(server.rejected).isEmpty();
        assertThat(client.open.values()).allMatch(Http2Stream::closed);
    }

    private static void compare(Recorder.Told told, Message message, long seed) {
        assertThat(told.ended).as("seed %d", seed).isTrue();
        assertThat(told.body.toByteArray()).isEqualTo(message.sent.toByteArray());
        assertThat(told.trailers.toString()).isEqualTo(message.trailers.toString());
    }
}
