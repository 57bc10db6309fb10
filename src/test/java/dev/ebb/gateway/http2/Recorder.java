package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One side of a connection in memory: keeps what goes out and what it was told. */
class Recorder implements Http2Listener, Http2Output {
    /** What was told of one stream. */
    static final class Told {
        Fields head = new Fields();
        Fields trailers = new Fields();
        final List<Fields> interims = new ArrayList<>();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean headIsThere;
        boolean tooLarge;
        boolean ended;
        String aborted = "";
        int writable;
    }

    final Http2Connection connection;
    final Map<Integer, Told> streams = new LinkedHashMap<>();
    final Map<Integer, Http2Stream> open = new LinkedHashMap<>();
    final List<ByteBuf> out = new ArrayList<>();
    final List<String> rejected = new ArrayList<>();
    boolean transportIsFull;
    boolean consumesAtOnce = true;
    String failed = "";
    String goAway = "";
    int drained;
    int flushes;
    private Fields current = new Fields();

    Recorder(Http2Connection.Side side, Http2Settings settings) {
        connection =
                new Http2Connection(side, settings, new Scratch(), Wire.ALLOCATOR, this, this, 0);
        connection.start();
    }

    Told told(int id) {
        return streams.computeIfAbsent(id, ignored -> new Told());
    }

    Told told(Http2Stream stream) {
        return told(stream.id());
    }

    /** A whole message's head, from this side. */
    void send(Http2Stream stream, Fields fields, boolean end) {
        fields.tell(connection.beginFields(stream));
        connection.endFields(stream, end);
    }

    void respond(Http2Stream stream, int status, Fields fields, boolean end) {
        fields.tell(connection.beginResponse(stream, status));
        connection.endFields(stream, end);
    }

    Http2Stream request(Fields fields, boolean end) {
        Http2Stream stream = connection.open(false, "test");
        send(stream, fields, end);
        return stream;
    }

    @Override
    public void write(ByteBuf bytes) {
        out.add(bytes);
    }

    @Override
    public void flush() {
        flushes++;
    }

    @Override
    public boolean writable() {
        return !transportIsFull;
    }

    @Override
    public FieldSink fields(Http2Stream stream) {
        open.put(stream.id(), stream);
        current = new Fields();
        return current;
    }

    @Override
    public void head(Http2Stream stream, boolean end) {
        Told told = told(stream);
        told.head = current;
        told.headIsThere = true;
        told.ended |= end;
    }

    @Override
    public void interim(Http2Stream stream, int status) {
        told(stream).interims.add(current);
    }

    @Override
    public void trailers(Http2Stream stream) {
        Told told = told(stream);
        told.trailers = current;
        told.ended = true;
    }

    @Override
    public void headTooLarge(Http2Stream stream, boolean end) {
        told(stream).tooLarge = true;
    }

    @Override
    public void data(Http2Stream stream, ByteBuf in, int length, boolean end) {
        Told told = told(stream);
        byte[] part = new byte[length];
        in.getBytes(in.readerIndex(), part);
        told.body.writeBytes(part);
        told.ended |= end;
        if (consumesAtOnce) {
            connection.consumed(stream, length);
        }
    }

    @Override
    public void writable(Http2Stream stream) {
        told(stream).writable++;
    }

    @Override
    public void aborted(Http2Stream stream, int code, Cause cause) {
        told(stream).aborted += Http2Error.name(code) + " " + cause;
    }

    @Override
    public void goAway(int code) {
        goAway = Http2Error.name(code);
    }

    @Override
    public void drained() {
        drained++;
    }

    @Override
    public void failed(int code, String why) {
        failed = Http2Error.name(code);
    }

    @Override
    public void rejected(int code, String why) {
        rejected.add(Http2Error.name(code));
    }
}
