package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A whole connection of HTTP/1.1, through a gateway to an instance: whatever a client sends, it is
 * answered in the same way, and the instance gets the same requests, whether it came at once or in
 * pieces that the gateway sees one by one. The input's first byte chooses the cuts.
 */
public final class Http1ConnectionFuzz {
    private static final int MOST_PIECES = 8;

    /** After so many barriers in which nothing has happened nothing will. */
    private static final int QUIET = 3;

    private static final Http1ConnectionFuzz RIG = new Http1ConnectionFuzz();

    private final SequentialInstance instance = new SequentialInstance();
    private final TestGateway gateway;
    private final TestClient clock;

    private Http1ConnectionFuzz() {
        gateway = new TestGateway(GatewaySettings.DEFAULT.withLoops(1), TestGateway.PLAIN);
        gateway.publish(List.of(instance.endpoint(TestGateway.id(1))));
        try {
            clock = new TestClient(gateway.gateway);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        try {
            var whole = RIG.run(bytes, new Random(), bytes.length);
            var cut = RIG.run(bytes, new Random(data[0]), Math.max(1, bytes.length / 4));
            Fuzz.same(new String(bytes, ISO_8859_1), whole, cut);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized String run(byte[] bytes, Random cuts, int longest) throws IOException {
        instance.seen.clear();
        try (var client = SocketChannel.open(gateway.gateway.addresses().getFirst())) {
            client.socket().setTcpNoDelay(true);
            int at = 0;
            for (int piece = 1; at < bytes.length; piece++) {
                boolean last = piece == MOST_PIECES || longest >= bytes.length;
                int size = last ? bytes.length : 1 + cuts.nextInt(longest);
                int end = Math.min(bytes.length, at + size);
                if (!write(client, ByteBuffer.wrap(bytes, at, end - at))) {
                    break;
                }
                at = end;
                barrier();
            }
            int quiet = 0;
            for (long events = instance.events(); quiet < QUIET; ) {
                barrier();
                long now = instance.events();
                quiet = now == events ? quiet + 1 : 0;
                events = now;
            }
            var answers = answers(client);
            var flaws = List.copyOf(instance.flaws);
            Fuzz.holds(flaws.isEmpty(), "flaws " + flaws, new String(bytes, ISO_8859_1));
            return answers + "\n" + String.join("\n", instance.seen);
        }
    }

    /** False when the gateway has closed the connection already. */
    private static boolean write(SocketChannel client, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** All that has come, and whether it is the end. */
    private static String answers(SocketChannel client) throws IOException {
        client.configureBlocking(false);
        var text = new StringBuilder();
        ByteBuffer in = ByteBuffer.allocate(64 * 1024);
        while (true) {
            int size;
            try {
                size = client.read(in.clear());
            } catch (IOException e) {
                return text + "reset";
            }
            if (size <= 0) {
                return text + (size < 0 ? "closed" : "open");
            }
            text.append(new String(in.array(), 0, size, ISO_8859_1));
        }
    }

    /** When this returns, gateway and instance have seen all that was sent before. */
    private void barrier() throws IOException {
        clock.ask(TestClient.get(RecordingInstance.BARRIER));
    }
}
