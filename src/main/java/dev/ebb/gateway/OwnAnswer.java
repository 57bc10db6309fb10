package dev.ebb.gateway;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway answers itself because a {@link FixedRoute} says so: status, fields and body,
 * for any protocol. The length, the date and whatever concerns the connection come on top. The
 * arrays are written to by nobody.
 */
@SuppressWarnings("ArrayRecordComponent")
record OwnAnswer(int status, List<Field> fields, byte[] body) {
    private static final byte[] LOCATION = Bytes.ascii("location");
    private static final byte[] NOTHING = new byte[0];

    /**
     * @param name in lower case
     */
    record Field(byte[] name, byte[] value) {}

    /** The answer to one request; null when there is none, because the request names no host. */
    static @Nullable OwnAnswer to(RequestHead request, FixedRoute.Answer what) {
        return switch (what) {
            case FixedRoute.Respond respond -> of(respond);
            case FixedRoute.ToHttps https ->
                    request.hostStart == request.hostEnd
                            ? null
                            : redirect(request, https.permanent(), https(request, https.port()));
            case FixedRoute.Redirect redirect ->
                    redirect(request, redirect.permanent(), url(request, redirect));
        };
    }

    static OwnAnswer of(FixedRoute.Respond respond) {
        var fields = new ArrayList<Field>();
        for (FixedRoute.Field field : respond.fields()) {
            fields.add(new Field(Bytes.ascii(field.name()), Bytes.ascii(field.value())));
        }
        return new OwnAnswer(
                respond.status(), fields, respond.body().getBytes(StandardCharsets.UTF_8));
    }

    /** 301 and 302 let clients turn a POST into a GET; 308 and 307 do not (RFC 9110 15.4). */
    private static OwnAnswer redirect(RequestHead request, boolean permanent, byte[] location) {
        boolean plain = request.isHead || request.isGet();
        int status = plain ? permanent ? 301 : 302 : permanent ? 308 : 307;
        return new OwnAnswer(status, List.of(new Field(LOCATION, location)), NOTHING);
    }

    private static byte[] https(RequestHead request, int port) {
        byte[] text = request.head.bytes;
        int start = request.hostStart;
        var out = new HeadWriter();
        out.add(Bytes.ascii("https://")).add(text, start, request.hostNameEnd());
        if (port != 443) {
            out.add(Bytes.ascii(":" + port));
        }
        addPath(request, out);
        return out.toBytes();
    }

    private static byte[] url(RequestHead request, FixedRoute.Redirect redirect) {
        if (!redirect.keepPath()) {
            return Bytes.ascii(redirect.url());
        }
        var out = new HeadWriter().add(Bytes.ascii(redirect.url()));
        addPath(request, out);
        return out.toBytes();
    }

    private static void addPath(RequestHead request, HeadWriter out) {
        byte[] text = request.head.bytes;
        int start = request.pathStart;
        if (start == request.targetEnd || text[start] != '/') {
            out.addByte('/');
        }
        if (text[start] != '*') {
            out.add(text, start, request.targetEnd);
        }
    }
}
