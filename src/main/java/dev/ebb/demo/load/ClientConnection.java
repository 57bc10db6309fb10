package dev.ebb.demo.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One keep-alive connection of the load generator. A request is sent once, whatever becomes of it:
 * nothing is ever sent again in secret. For one (virtual) thread at a time.
 */
final class ClientConnection implements AutoCloseable {
    private final SocketChannel channel;
    private final ResponseReader reader;
    private long deadlineNanos;
    private boolean reusable = true;

    private ClientConnection(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.reader = new ResponseReader(new DeadlineInput(channel.socket().getInputStream()));
    }

    /**
     * @throws IOException when there is no connection by the deadline
     */
    static ClientConnection open(InetSocketAddress target, long deadlineNanos) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().setTcpNoDelay(true);
            channel.socket().connect(target, millisLeft(deadlineNanos));
            return new ClientConnection(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Sends one request and reads its response. */
    Outcome exchange(String request, String id, long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
        reusable = false;
        try {
            channel.socket().getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // The other side may have answered, say with a 4xx, before it closed: read on.
        }
        try {
            ResponseReader.Response response = reader.read();
            if (response.status() < 500 && !response.echo().orElse(id).equals(id)) {
                return Outcome.BAD_RESPONSE;
            }
            reusable = response.reusable();
            return Outcome.ofStatus(response.status());
        } catch (SocketTimeoutException e) {
            return Outcome.TIMEOUT;
        } catch (ProtocolException e) {
            return Outcome.BAD_RESPONSE;
        } catch (IOException e) {
            return reader.hasBegun() ? Outcome.TRUNCATED : Outcome.CLOSED;
        }
    }

    boolean isReusable() {
        return reusable;
    }

    /**
     * Looks, without waiting, whether the other side has ended this idle connection, or sent
     * something that nobody asked for. A request on it would be lost without anybody's fault; so a
     * client that knows better does not send it (RFC 9112, 9.6). One that ends between this look
     * and the send is not excused: it counts as closed before the response.
     */
    boolean isStale() {
        try {
            channel.configureBlocking(false);
            int read = channel.read(ByteBuffer.allocate(1));
            channel.configureBlocking(true);
            return read != 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private static int millisLeft(long deadlineNanos) throws SocketTimeoutException {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("too late");
        }
        return (int) Math.max(1, left / 1_000_000);
    }

    /** Reads that end at the exchange's deadline, however slowly the bytes come. */
    private final class DeadlineInput extends InputStream {
        private final InputStream in;

        DeadlineInput(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            channel.socket().setSoTimeout(millisLeft(deadlineNanos));
            return in.read(bytes, offset, length);
        }
    }
}
