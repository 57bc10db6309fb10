package dev.ebb.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Carries bytes between two sides in memory, or between one side and a test that speaks frames. */
final class Wire {
    /** Counts what is not given back. */
    static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(true, true);

    /** One frame as it goes over the wire. */
    @SuppressWarnings("ArrayRecordComponent")
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean is(int wanted, int wantedStream) {
            return type == wanted && stream == wantedStream;
        }

        int number(int at) {
            return (payload[at] & 0xff) << 24
                    | (payload[at + 1] & 0xff) << 16
                    | (payload[at + 2] & 0xff) << 8
                    | (payload[at + 3] & 0xff);
        }
    }

    private Wire() {}

    static long bytesInUse() {
        return ALLOCATOR.metric().usedDirectMemory() + ALLOCATOR.metric().usedHeapMemory();
    }

    /** What the side has written, as one buffer; the caller owns it. */
    static ByteBuf taken(Recorder side) {
        side.connection.flush();
        ByteBuf all = ALLOCATOR.directBuffer(256);
        for (ByteBuf part : side.out) {
            all.writeBytes(part);
            part.release();
        }
        side.out.clear();
        return all;
    }

    /** Hands over what one side has written, in pieces; whether there was anything. */
    static boolean carry(Recorder from, Recorder to, RandomGenerator random, long now) {
        ByteBuf all = taken(from);
        boolean some = all.isReadable();
        while (all.isReadable()) {
            int size = 1 + random.nextInt(random.nextInt(3) == 0 ? 12 : 20_000);
            int part = Math.min(all.readableBytes(), size);
            // A copy, as a read makes one; sometimes with room behind it, sometimes shared.
            ByteBuf piece = ALLOCATOR.directBuffer(part + random.nextInt(3) * 200);
            piece.writeBytes(all, part);
            to.connection.receive(piece, now);
        }
        all.release();
        return some;
    }

    /** Lets both sides talk until neither has anything to say. */
    static void settle(Recorder one, Recorder other, RandomGenerator random) {
        boolean more = true;
        for (int turn = 0; more; turn++) {
            assertThat(turn).as("turns until both are quiet").isLessThan(10_000);
            boolean there = carry(one, other, random, 0);
            boolean back = carry(other, one, random, 0);
            more = there || back;
        }
    }

    /** The frames that the side has written, without a client's preface. */
    static List<Frame> frames(Recorder side) {
        ByteBuf all = taken(side);
        var frames = new ArrayList<Frame>();
        if (all.readableBytes() >= Frames.PREFACE_LENGTH && all.getByte(0) == 'P') {
            all.skipBytes(Frames.PREFACE_LENGTH);
        }
        while (all.isReadable()) {
            int length = all.readUnsignedMedium();
            int type = all.readByte();
            int flags = all.readUnsignedByte();
            int stream = all.readInt();
            byte[] payload = new byte[length];
            all.readBytes(payload);
            frames.add(new Frame(type, flags, stream, payload));
        }
        all.release();
        return frames;
    }

    /** Sends bytes that the test has made itself. */
    static void send(Recorder to, long now, byte[]... parts) {
        for (byte[] part : parts) {
            to.connection.receive(ALLOCATOR.directBuffer(part.length + 1).writeBytes(part), now);
        }
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        ByteBuf out = ALLOCATOR.heapBuffer();
        out.writeInt(payload.length << 8 | type).writeByte(flags).writeInt(stream);
        out.writeBytes(payload);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        out.release();
        return bytes;
    }

    static byte[] preface() {
        return FieldTraits.ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    }

    static byte[] number(int number) {
        return new byte[] {
            (byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number
        };
    }

    static byte[] setting(int name, int value) {
        byte[] payload = new byte[6];
        payload[1] = (byte) name;
        System.arraycopy(number(value), 0, payload, 2, 4);
        return frame(Frames.SETTINGS, 0, 0, payload);
    }

    /** A head without a compression table. */
    static byte[] block(Fields fields) {
        var encoder = new HpackEncoder(new Scratch(), false);
        return fields.encoded(encoder);
    }

    static byte[] head(int stream, boolean end, Fields fields) {
        int flags = Frames.END_HEADERS | (end ? Frames.END_STREAM : 0);
        return frame(Frames.HEADERS, flags, stream, block(fields));
    }

    /** A server that a client which the test plays is connected to. */
    static Recorder server(Http2Settings settings) {
        var server = new Recorder(Http2Connection.Side.SERVER, settings);
        send(
                server,
                0,
                preface(),
                frame(Frames.SETTINGS, 0, 0),
                frame(Frames.SETTINGS, Frames.ACK, 0));
        frames(server);
        return server;
    }

    /** A client that a server which the test plays is connected to. */
    static Recorder client(Http2Settings settings) {
        var client = new Recorder(Http2Connection.Side.CLIENT, settings);
        send(client, 0, frame(Frames.SETTINGS, 0, 0), frame(Frames.SETTINGS, Frames.ACK, 0));
        frames(client);
        return client;
    }
}
