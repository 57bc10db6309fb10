package dev.ebb.gateway.http2;

import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on a connection: the one object that each of them costs. Its state is
 * the connection's; the owner may look, and keep something of its own in {@link #owner}. One event
 * loop.
 */
public final class Http2Stream {
    /** What the owner of the connection wants to find again with the stream. */
    public @Nullable Object owner;

    final int id;

    /** We expect no body, whatever the head says: the request was HEAD. */
    final boolean toHead;

    boolean headReceived;

    /** The peer has sent its last frame of this stream; we have sent ours. */
    boolean remoteEnded;

    boolean localEnded;

    /** In neither side's table any more. */
    boolean closed;

    /** What still comes is not wanted: it is counted and thrown away. */
    boolean discards;

    // ---- Receiving

    /** -1 for not given. */
    long contentLength = -1;

    long received;
    int receiveWindow;

    /** Passed on to the owner and not consumed yet. */
    int unconsumed;

    /** Consumed, and the peer not told yet. */
    int credit;

    // ---- Sending

    int sendWindow;

    /** Made only when something has to wait. */
    @Nullable SendQueue queue;

    /** The owner was told that it cannot write, and waits to be told that it can. */
    boolean awaitsWritable;

    /** Neighbours among the streams that have something to send; null when not among them. */
    @Nullable Http2Stream next;

    @Nullable Http2Stream previous;

    Http2Stream(int id, boolean toHead, int receiveWindow, int sendWindow) {
        this.id = id;
        this.toHead = toHead;
        this.receiveWindow = receiveWindow;
        this.sendWindow = sendWindow;
    }

    /** Counts content that comes in; what is wrong with it, in a few words, empty for nothing. */
    String count(int content, boolean end) {
        if (!headReceived) {
            return "a body without a head";
        }
        received += content;
        boolean wrong = end ? received != contentLength : received > contentLength;
        return contentLength >= 0 && wrong ? "other content than announced" : "";
    }

    public int id() {
        return id;
    }

    /** Whether the peer's part is complete. */
    public boolean remoteEnded() {
        return remoteEnded;
    }

    /** Whether our part is complete and handed to the transport. */
    public boolean localEnded() {
        return localEnded;
    }

    /** Complete or reset: nothing can be sent and nothing more comes. */
    public boolean closed() {
        return closed;
    }

    /** Bytes of the body that wait to be sent. */
    public int queuedBytes() {
        SendQueue waiting = queue;
        return waiting == null ? 0 : waiting.bytes();
    }
}
