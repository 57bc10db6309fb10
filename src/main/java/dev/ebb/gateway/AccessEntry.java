package dev.ebb.gateway;

import dev.ebb.core.InstanceId;
import dev.ebb.gateway.AccessLogSettings.Query;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the access log says of one request. Used again and again: it belongs to an event loop from
 * the request's head to its end, then to the log's thread until that has written it. What is text
 * stands in one array, one part after the other; nothing is allocated once that is large enough.
 */
final class AccessEntry {

    /** How a request ended. */
    enum End {
        COMPLETE,
        /** The gateway answered it. */
        OWN,
        REFUSED,
        /** The answer broke off. */
        CUT,
        CLIENT_GONE
    }

    /** Why it is in the log. */
    enum Kept {
        SAMPLE,
        FAILED,
        SLOW
    }

    /** Parts of the text, in this order. */
    enum Part {
        ID,
        METHOD,
        HOST,
        PATH,
        TRACE,
        /** The client's address, if a proxy before this one says so. */
        CLIENT
    }

    /** A longer path is cut; so is a longer name of a host or method, which nobody has. */
    static final int LONGEST_PATH = 2048;

    private static final int LONGEST = 300;
    private static final byte[] NO_BYTES = new byte[0];
    private static final int PARTS = Part.values().length;

    byte[] text = new byte[256];
    private final int[] ends = new int[PARTS];
    private int parts;
    boolean pathCut;

    private @Nullable AccessTap tap;

    /**
     * The address that the connection comes from, as text. Shared with the connection, and written
     * to by nobody.
     */
    byte[] client = NO_BYTES;

    String protocol = "";
    boolean secure;
    long wallMillis;
    private long startNanos;
    long durationNanos;

    String service = "";
    @Nullable InstanceId instance;
    int attempts;

    /** From the pick of the instance to the head of its answer; -1 for none. */
    long upstreamNanos;

    int status;

    /** {@link GrpcStatus#NONE} for none. */
    int grpcStatus;

    @Nullable Refusal refusal;
    long bytesIn;
    long bytesOut;
    End end = End.COMPLETE;
    Kept kept = Kept.SAMPLE;

    /**
     * A connection's or stream's next request, of which no more is known yet.
     *
     * @param id the request's; empty for none
     */
    void begin(
            AccessTap owner, Peer peer, String spoken, byte[] id, long nowNanos, long nowMillis) {
        tap = owner;
        client = peer.client;
        protocol = spoken;
        secure = peer.secure;
        startNanos = nowNanos;
        wallMillis = nowMillis;
        parts = 0;
        pathCut = false;
        service = "";
        instance = null;
        attempts = 0;
        upstreamNanos = -1;
        status = 0;
        grpcStatus = GrpcStatus.NONE;
        refusal = null;
        bytesIn = 0;
        bytesOut = 0;
        add(id, 0, id.length, LONGEST);
    }

    /** Takes over from the head, which is gone soon. */
    void head(RequestHead request, Query query) {
        byte[] from = request.head.bytes;
        add(from, 0, request.methodEnd, LONGEST);
        add(from, request.hostStart, request.hostEnd, LONGEST);
        int pathEnd = request.pathEnd();
        switch (query) {
            case NONE -> path(from, request.pathStart, pathEnd);
            case NAMES -> names(from, request.pathStart, pathEnd, request.targetEnd);
            case ALL -> path(from, request.pathStart, request.targetEnd);
        }
        int trace = TraceContext.find(request.head);
        add(from, trace, trace < 0 ? trace : trace + TraceContext.ID_LENGTH, LONGEST);
    }

    /** The client, as a trusted proxy names it. */
    void forwardedFor(Head head, ForwardedFor found) {
        found.find(head);
        add(head.bytes, found.start, found.end, LONGEST);
    }

    private void path(byte[] from, int start, int end) {
        pathCut = end - start > LONGEST_PATH;
        add(from, start, end, LONGEST_PATH);
    }

    @SuppressWarnings("EnumOrdinal")
    private void names(byte[] from, int start, int pathEnd, int end) {
        path(from, start, pathEnd);
        int at = ends[Part.PATH.ordinal()];
        room(at + Math.min(LONGEST_PATH, end - pathEnd));
        boolean value = false;
        // Without a '=' the whole parameter may be what should not be seen.
        boolean named = false;
        int parameter = at;
        for (int i = pathEnd; i < end && at < text.length; i++) {
            byte b = from[i];
            if (i == pathEnd || b == '&' || b == ';') {
                at = named ? at : parameter;
                text[at++] = b;
                parameter = at;
                value = false;
                named = false;
            } else if (b == '=' && !value) {
                text[at++] = b;
                value = true;
                named = true;
            } else if (!value) {
                text[at++] = b;
            }
        }
        ends[Part.PATH.ordinal()] = named ? at : parameter;
    }

    private void add(byte[] from, int start, int end, int most) {
        int at = parts == 0 ? 0 : ends[parts - 1];
        int length = Math.min(Math.max(0, end - start), most);
        room(at + length);
        if (length > 0) {
            System.arraycopy(from, start, text, at, length);
        }
        ends[parts++] = at + length;
    }

    private void room(int size) {
        if (text.length < size) {
            text = Arrays.copyOf(text, Math.max(size, text.length * 2));
        }
    }

    @SuppressWarnings("EnumOrdinal")
    int start(Part part) {
        int index = part.ordinal();
        return index == 0 || index >= parts ? 0 : ends[index - 1];
    }

    @SuppressWarnings("EnumOrdinal")
    int end(Part part) {
        int index = part.ordinal();
        return index >= parts ? 0 : ends[index];
    }

    /** An attempt begins; its answer, if there is one, is {@link #answered} with its instance. */
    void picked(InstanceId id) {
        instance = id;
        attempts++;
    }

    /** The head of an answer has come, and is passed on. */
    void answered(InstanceId id, long nanos) {
        instance = id;
        upstreamNanos = nanos;
    }

    /** The request is over; so is the caller's hold on this. */
    void done(End how, int withStatus, long nowNanos) {
        AccessTap owner = tap;
        tap = null;
        end = how;
        status = withStatus;
        durationNanos = nowNanos - startNanos;
        if (owner != null) {
            owner.end(this);
        }
    }

    /** The gateway has answered by itself; null does nothing, as below. */
    static void own(@Nullable AccessEntry entry, int status, long nowNanos) {
        if (entry != null) {
            entry.done(End.OWN, status, nowNanos);
        }
    }

    static void refused(@Nullable AccessEntry entry, Refusal why, long nowNanos) {
        if (entry != null) {
            entry.refusal = why;
            entry.done(End.REFUSED, why.status(), nowNanos);
        }
    }
}
