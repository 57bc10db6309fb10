package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * A request of HTTP/2 as the gateway has to send it, by RFC 9113 8 and with nothing left to
 * anybody's judgment; shares no code with the gateway.
 */
final class StrictHttp2 {
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9a-z-]+");
    private static final Pattern VALUE =
            Pattern.compile("(?:[!-~\\x80-\\xff](?:[\\t -~\\x80-\\xff]*[!-~\\x80-\\xff])?)?");
    private static final Map<String, Pattern> PSEUDO =
            Map.of(
                    ":method",
                    Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"),
                    ":scheme",
                    Pattern.compile("https?"),
                    ":authority",
                    Pattern.compile("(?:[0-9A-Za-z._~-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{0,5})?"),
                    ":path",
                    Pattern.compile("/[!-~&&[^#]]*|\\*"));
    private static final Set<String> ONE_HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authorization",
                    "proxy",
                    "transfer-encoding",
                    "upgrade",
                    "http2-settings",
                    "host");
    private static final Set<String> ONCE =
            Set.of("content-length", "te", "cookie", "x-forwarded-for", "forwarded");

    private StrictHttp2() {}

    /** All but the pseudo-header fields, as {@code name: value}. */
    static List<String> fields(TestHttp2Instance.Request seen) {
        return StreamSupport.stream(seen.head().spliterator(), false)
                .map(field -> field.getKey() + ": " + field.getValue())
                .filter(field -> !field.startsWith(":"))
                .toList();
    }

    static void check(TestHttp2Instance.Request seen) {
        var times = new TreeMap<String, Integer>();
        boolean regular = false;
        for (var field : seen.head()) {
            var name = field.getKey().toString();
            var value = field.getValue().toString();
            times.merge(name, 1, Integer::sum);
            if (name.startsWith(":")) {
                assertThat(regular).as("%s behind other fields", name).isFalse();
                assertThat(PSEUDO).containsKey(name);
                assertThat(value).matches(PSEUDO.getOrDefault(name, NAME));
            } else {
                regular = true;
                assertThat(name).matches(NAME);
                assertThat(value).as(name).matches(VALUE);
                assertThat(ONE_HOP).doesNotContain(name);
            }
        }
        assertThat(times).containsKeys(":method", ":scheme", ":authority", ":path");
        times.forEach((name, count) -> {
            if (name.startsWith(":") || ONCE.contains(name)) {
                assertThat(count).as(name).isOne();
            }
        });
        if (times.containsKey("te")) {
            assertThat(seen.field("te")).isEqualTo("trailers");
        }
        if (times.containsKey("content-length")) {
            assertThat(seen.field("content-length"))
                    .isEqualTo(String.valueOf(seen.body().length()));
        }
        for (String trailer : seen.trailers()) {
            var name = trailer.substring(0, trailer.indexOf('='));
            assertThat(name).matches(NAME);
            assertThat(ONE_HOP).doesNotContain(name);
            assertThat(name).isNotEqualTo("content-length");
        }
    }
}
