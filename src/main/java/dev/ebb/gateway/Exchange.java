package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.GrpcCode;
import dev.ebb.balance.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: pick, connect, send, receive, and again elsewhere where that is
 * allowed. Ends exactly once, as {@link Downstream} says. Knows nothing of the protocols on its two
 * sides. One event loop.
 */
final class Exchange extends Attempts {
    /** For the client of a WebSocket to answer the Close frame, and the instance after it. */
    private static final long CLOSE_WAIT_NANOS = 5_000_000_000L;

    /** A call of gRPC that has begun to answer and goes on for longer is a stream. */
    private static final long CALL_NANOS = 3_000_000_000L;

    private final Downstream client;
    private final boolean isHead;
    private final boolean upgrade;
    private @Nullable LongStream stream;

    /** The answer is gRPC's and counts as a request still, not as a stream. */
    private boolean call;

    private boolean tunnel;
    private boolean streaming;
    private int status;

    /** The status that the instance's answer has beside HTTP's, if it is gRPC's and was told. */
    private int grpcStatus = GrpcStatus.NONE;

    private boolean grpc;

    /**
     * @param timeouts those of the request's route
     * @param asked is read here only
     * @param head what goes to the instance, in HTTP/1.1's form; owned from here on
     */
    Exchange(
            Downstream client,
            LoopService service,
            Timeouts timeouts,
            RequestHead asked,
            BodyScanner body,
            ByteBuf head,
            long nowNanos) {
        super(
                service,
                timeouts,
                asked,
                service.priorityOf(head),
                new RequestSide(asked, head, body, service.speaksHttp1(), service.loop),
                nowNanos);
        this.client = client;
        isHead = asked.isHead;
        upgrade = asked.upgrade;
    }

    @Override
    Exchange exchange() {
        return this;
    }

    @Override
    void resume() {
        client.resume();
    }

    /** The connection ended, or its answer made no sense, before the answer was complete. */
    void broken(Attempt from, Break why) {
        long now = System.nanoTime();
        if (begun) {
            boolean senseless = why == Break.BAD_RESPONSE;
            Refusal reason = senseless ? Refusal.BAD_RESPONSE : Refusal.UPSTREAM_CLOSED;
            truncated(Outcome.CUT, reason, now);
        } else {
            brokenEarly(from, why, now);
        }
    }

    // ---- The request's body

    boolean requestIsComplete() {
        return request.complete();
    }

    /** Whether bytes of the request's body are wanted now. */
    boolean wantsBody() {
        return !over && request.wantsMore(upstream());
    }

    /** Takes its part of what the client has sent, from the reader index on. */
    void requestBody(ByteBuf in) {
        int taken = request.accept(in, upstream(), keeps());
        if (taken == Downstream.BAD) {
            giveUp(Refusal.BAD_CHUNK);
            return;
        }
        progressNanos = loop.now();
        service.counters.add(Counters.BYTES_IN, taken);
        long most = loop.settings().limits().requestBodyBytes();
        if (most > 0 && request.bytes() > most && !tunnel) {
            giveUp(Refusal.BODY_TOO_LARGE);
        }
    }

    /** The client's protocol says that the body is complete; the scanner knows already. */
    void requestFinished() {
        if (!over) {
            request.finished(upstream(), keeps());
            flushUpstream();
        }
    }

    void flushUpstream() {
        Upstream connection = upstream();
        if (connection != null) {
            connection.flush();
        }
    }

    /** The connection to the instance takes bytes again. */
    void upstreamWritable() {
        progressNanos = System.nanoTime();
        client.resume();
    }

    // ---- The answer

    boolean isHead() {
        return isHead;
    }

    /** An answer before the answer: 100, 102, 103. */
    void interim(Attempt from, ResponseHead response) {
        if (from == main() && request.wantsInterim(response.status)) {
            progressNanos = System.nanoTime();
            client.interim(response);
        }
    }

    /** Whether the client asked to leave HTTP for another protocol, and the instance may agree. */
    boolean wantsUpgrade() {
        return upgrade && !begun;
    }

    /** The instance agrees to another protocol: from now on bytes pass both ways as they are. */
    boolean switched(Attempt from, ResponseHead response, Upstream connection, ByteBuf rest) {
        tunnel = true;
        request.tunnel();
        connection.body().untilClose();
        boolean more = responseHead(from, response, connection, rest);
        client.resume();
        return more;
    }

    /**
     * The answer's head, and as many bytes of its body as came along; owns them.
     *
     * @return whether there are bytes behind the body's end
     */
    boolean responseHead(Attempt from, ResponseHead response, Upstream connection, ByteBuf rest) {
        long now = loop.now();
        service.heard(from.candidate(), response, now);
        int alone = GrpcStatus.in(response);
        boolean failed = response.status >= 400 || alone > 0;
        if (failed && triesElsewhere(from, response, alone, now)) {
            return discard(from, outcome(response.status, alone), connection, rest, now);
        }
        int readable = rest.readableBytes();
        status = response.status;
        grpcStatus = alone;
        grpc = response.grpc;
        LongStream opened =
                response.stream || tunnel ? new LongStream(LongStream.kindOf(response)) : null;
        if (opened != null) {
            opened.first(rest);
            connection.body().watchEvents(EventBorder.of(response.head));
        }
        response.cookie = tries.bind(from.candidate(), response.status, now);
        int taken = client.begin(response, connection.body(), rest, request.complete());
        if (taken == Downstream.BAD) {
            return false;
        }
        won(from, outcome(status, alone), now);
        begun = true;
        if (opened != null) {
            stream = opened;
            from.streamOpened();
        }
        call = response.grpc && opened == null;
        request.drop();
        passed(connection, taken, now);
        return taken < readable;
    }

    /** More of the answer's body; owns it, and says whether there are bytes behind its end. */
    boolean responseBody(Upstream connection, ByteBuf bytes) {
        long now = loop.now();
        LongStream open = stream;
        ByteBuf part = open == null ? bytes : open.pass(bytes, loop.allocator(), now);
        int readable = part.readableBytes();
        int taken = client.pass(connection.body(), part);
        if (taken == Downstream.BAD) {
            return false;
        }
        passed(connection, taken, now);
        boolean more = taken < readable;
        if (open != null && open.mayEnd(connection.body())) {
            endStream(connection);
        }
        return more;
    }

    /** Asks the answer to end, if it is a long stream of that instance's, or of any for null. */
    void ask(@Nullable Candidate leaving, LongStream.Why why) {
        LongStream open = stream;
        Upstream connection = upstream();
        boolean meant = leaving == null || isWith(leaving);
        if (open == null || connection == null || !meant || open.asked()) {
            return;
        }
        open.ask(why);
        if (open.mayEnd(connection.body())) {
            endStream(connection);
        } else if (open.mayClose()) {
            responseBody(connection, Unpooled.EMPTY_BUFFER);
            client.flush();
        }
    }

    /** Ends the answer in good order, although the instance would have gone on. */
    private void endStream(Upstream connection) {
        connection.abandon();
        responseEnded(connection.body(), null);
    }

    private void passed(Upstream connection, int bytes, long nowNanos) {
        progressNanos = nowNanos;
        AccessEntry logged = entry;
        if (logged != null) {
            logged.bytesOut += bytes;
        }
        service.counters.add(Counters.BYTES_OUT, bytes);
        if (!client.writable()) {
            connection.read(false);
        }
    }

    /** The client takes bytes again. */
    void clientWritable() {
        progressNanos = System.nanoTime();
        Upstream connection = upstream();
        if (connection != null) {
            connection.read(true);
        }
    }

    void flushClient() {
        client.flush();
    }

    /**
     * The answer is complete.
     *
     * @param body the answer's
     * @param reusable the connection, if it may serve again
     */
    void responseEnded(BodyScanner body, @Nullable Upstream reusable) {
        long now = loop.now();
        stream = null;
        if (grpc && grpcStatus == GrpcStatus.NONE) {
            grpcStatus = body.grpcStatus();
        }
        finish(outcome(status, grpcStatus), now);
        service.counters.answered(status, now - startNanos);
        over = true;
        log(AccessEntry.End.COMPLETE, now);
        // Before the connection is released, which may begin to serve another exchange.
        boolean complete = request.complete();
        client.finish(body);
        if (reusable != null) {
            reusable.release(now);
        }
        client.ended(complete);
    }

    private boolean isOwnTime(Refusal why) {
        return timeouts.isOwn(why, begun, wholeNanos, loop.settings().timeouts());
    }

    /** What a complete answer says of the instance. */
    private Outcome outcome(int http, int grpcCode) {
        if (http != 200 || grpcCode == GrpcStatus.NONE) {
            return Outcome.ofStatus(http);
        }
        boolean late = grpcCode == GrpcStatus.DEADLINE_EXCEEDED;
        return late && isOwnTime(Refusal.REQUEST_DEADLINE)
                ? Outcome.DEADLINE
                : GrpcCode.outcome(grpcCode);
    }

    // ---- Other ends

    private void truncated(Outcome outcome, Refusal why, long nowNanos) {
        Attempt current = main();
        boolean byScaling = current != null && current.byScaling();
        stream = null;
        Attempt failed = finish(outcome, nowNanos);
        if (byScaling) {
            failed.cutByScaling();
        }
        service.counters.count(Counters.TRUNCATED);
        over = true;
        log(AccessEntry.End.CUT, nowNanos);
        client.cut(why);
    }

    /** Ends without an answer of the instance: the gateway's own goes to the client. */
    @Override
    void refuse(Refusal refusal) {
        goesOn(false);
        request.drop();
        over = true;
        service.counters.refused(refusal);
        status = refusal.status();
        if (client.isGrpc()) {
            grpcStatus = GrpcStatus.of(refusal);
        }
        reason(refusal);
        log(AccessEntry.End.REFUSED, System.nanoTime());
        int seconds =
                status == 503
                        ? service.retryAfterSeconds(refusal, System.nanoTime())
                        : HeadRewriter.NO_RETRY_AFTER;
        client.refused(refusal, seconds, request.complete());
    }

    /** The client's fault, or time's: lets go of the instance and answers, if that is possible. */
    private void giveUp(Refusal refusal) {
        long now = System.nanoTime();
        Upstream current = upstream();
        boolean clientStalls = current != null && !current.isReading();
        // That a stream had nothing to say is no fault of the instance's.
        boolean mayBeQuiet = stream != null || streaming;
        boolean timeout = !clientStalls && !mayBeQuiet && refusal.instanceWasSlow();
        Outcome late = isOwnTime(refusal) ? Outcome.DEADLINE : Outcome.TIMEOUT;
        Outcome outcome = timeout ? late : Outcome.CANCELLED;
        letGo(now);
        if (begun) {
            reason(refusal);
            truncated(outcome, refusal, now);
            return;
        }
        Attempt failed = main();
        if (failed != null) {
            if (timeout && failed.byScaling()) {
                failed.lostByScaling();
            }
            finish(outcome, now);
        }
        refuse(refusal);
    }

    /** The client has closed its connection, or we have at our end. */
    void clientGone() {
        if (over) {
            return;
        }
        over = true;
        long now = System.nanoTime();
        letGo(now);
        request.drop();
        if (main() != null) {
            finish(tunnel ? Outcome.OK : Outcome.CANCELLED, now);
        }
        boolean cut = loop.isCutting();
        if (tunnel) {
            // Either side may end it.
            service.counters.answered(status, now - startNanos);
        } else {
            service.counters.count(cut && begun ? Counters.TRUNCATED : Counters.CANCELLED);
        }
        var byClient = tunnel ? AccessEntry.End.COMPLETE : AccessEntry.End.CLIENT_GONE;
        log(cut ? AccessEntry.End.CUT : byClient, now);
    }

    private void reason(Refusal refusal) {
        AccessEntry logged = entry;
        if (logged != null) {
            logged.refusal = refusal;
        }
    }

    private void log(AccessEntry.End how, long nowNanos) {
        AccessEntry logged = entry;
        entry = null;
        if (logged != null) {
            logged.service = service.service.name().value();
            logged.bytesIn = request.bytes();
            logged.grpcStatus = grpcStatus;
            logged.done(how, status, nowNanos);
        }
    }

    /**
     * A call of gRPC whose answer stays open turns out to be a stream: one of messages as they
     * come, which takes no place among the requests that an instance may work on at once. Nothing
     * in its head tells it from a call that has one answer.
     */
    private void tickCall(long nowNanos) {
        Attempt current = main();
        if (call && current != null && nowNanos - current.pickNanos() > CALL_NANOS) {
            call = false;
            streaming = true;
            current.streamOpened();
        }
    }

    /** A stream that may have nothing to say; not one whose client takes nothing any more. */
    private boolean isQuietStream() {
        Upstream connection = upstream();
        boolean open = stream != null || streaming;
        return tunnel || (open && connection != null && connection.isReading());
    }

    /** Called about ten times a second. */
    void tick(long nowNanos) {
        LongStream open = stream;
        Upstream connection = upstream();
        if (over) {
            return;
        }
        if (open != null && connection != null && open.overdue(nowNanos, CLOSE_WAIT_NANOS)) {
            endStream(connection);
        } else if (!tunnel && nowNanos - startNanos > wholeNanos) {
            giveUp(Refusal.REQUEST_DEADLINE);
            return;
        }
        tickCall(nowNanos);
        Attempt current = main();
        if (current == null) {
            return;
        }
        if (connection != null || current.isQueued()) {
            // To connect has a timeout of its own.
            Phase phase = Phase.of(connection, request.complete(), begun, isQuietStream());
            if (phase.overdue(nowNanos - progressNanos, timeouts)) {
                giveUp(phase.refusal());
                return;
            }
            long grace = timeouts.requestBody().toNanos();
            if (phase == Phase.UPLOAD && request.drips(GatewayLoop.TICK.toNanos(), grace)) {
                giveUp(Refusal.REQUEST_TIMEOUT);
                return;
            }
        }
        tickTries(nowNanos);
    }
}
