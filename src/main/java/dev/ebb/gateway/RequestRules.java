package dev.ebb.gateway;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.Priority;
import dev.ebb.balance.RetryOn;
import dev.ebb.balance.RetryPolicy;
import io.netty.buffer.ByteBuf;
import java.util.BitSet;

/**
 * What a service's policy says about one request or answer, in a form that costs nothing where the
 * policy is the default: which methods may be repeated, which statuses are failures, what is let in
 * first. Immutable.
 */
final class RequestRules {
    private final boolean idempotent;
    private final byte[][] methods;
    private final boolean anyStatus;
    private final BitSet statuses = new BitSet();
    private final byte[] probe;

    RequestRules(BalancePolicy policy) {
        RetryPolicy retry = policy.retry();
        idempotent = retry.methods().equals(RetryPolicy.IDEMPOTENT);
        methods = retry.methods().stream().map(Bytes::ascii).toArray(byte[][]::new);
        retry.statuses().forEach(statuses::set);
        anyStatus = retry.enabled() && retry.on().contains(RetryOn.STATUS) && !statuses.isEmpty();
        boolean limited = !(policy.limit() instanceof LimitPolicy.Unlimited);
        probe = limited ? Bytes.ascii(probed(policy.check())) : new byte[0];
    }

    private static String probed(CheckPolicy check) {
        return check.grpcService().isPresent() ? Http2Probe.GRPC : check.httpPath().orElse("");
    }

    /** Whether the request may be repeated although an instance may have processed it. */
    boolean mayRepeat(RequestHead request) {
        if (idempotent) {
            return request.idempotent;
        }
        for (byte[] method : methods) {
            if (is(request, 0, request.methodEnd, method)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an answer with this status is a failure. */
    boolean retriesStatus(int status) {
        return anyStatus && statuses.get(status);
    }

    /**
     * Somebody's health check of the service goes first: the path that the instance sees is that of
     * Ebb's own check.
     *
     * @param head what goes to the instance, in HTTP/1.1's form; is read only
     */
    Priority priorityOf(ByteBuf head) {
        if (probe.length == 0) {
            return Priority.NORMAL;
        }
        int start = head.readerIndex();
        while (head.getByte(start) != ' ') {
            start++;
        }
        start++;
        int end = start + probe.length;
        if (end >= head.writerIndex() || !is(head, start, probe)) {
            return Priority.NORMAL;
        }
        byte next = head.getByte(end);
        return next == ' ' || next == '?' ? Priority.HIGH : Priority.NORMAL;
    }

    private static boolean is(ByteBuf head, int start, byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (head.getByte(start + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean is(RequestHead request, int start, int end, byte[] text) {
        if (end - start != text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (request.head.bytes[start + i] != text[i]) {
                return false;
            }
        }
        return true;
    }
}
