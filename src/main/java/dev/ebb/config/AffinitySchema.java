package dev.ebb.config;

import dev.ebb.balance.HashKey;
import dev.ebb.balance.HashPolicy;
import dev.ebb.balance.SessionPolicy;
import dev.ebb.balance.SessionPolicy.SameSite;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys below {@code balance} about what ties requests to instances. */
final class AffinitySchema {
    private AffinitySchema() {}

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}");
    private static final Pattern PARAMETER = Pattern.compile("[!-~&&[^&=#?]]{1,200}");
    private static final String FORM =
            "'header NAME', 'cookie NAME', 'query NAME', 'path' or 'client-address'";

    private static final Kind<HashKey> KEY_KIND =
            Kinds.scalar("one of " + FORM, AffinitySchema::key, AffinitySchema::show);

    private static Kinds.Read<HashKey> key(String text) {
        String[] words = text.split("\\s+", -1);
        String name = words.length == 2 ? words[1] : "";
        boolean named = TOKEN.matcher(name).matches();
        if (words.length <= 2) {
            switch (words[0]) {
                case "path", "client-address" -> {
                    if (words.length == 2) {
                        return Kinds.bad("has a name, which " + words[0] + " does not take");
                    }
                    return Kinds.good(
                            words[0].equals("path")
                                    ? new HashKey.Path()
                                    : new HashKey.ClientAddress());
                }
                case "header" -> {
                    return named
                            ? Kinds.good(new HashKey.Header(name))
                            : Kinds.bad("names no header field; write for example header x-user");
                }
                case "cookie" -> {
                    return named
                            ? Kinds.good(new HashKey.Cookie(name))
                            : Kinds.bad("names no cookie; write for example cookie cart");
                }
                case "query" -> {
                    return PARAMETER.matcher(name).matches()
                            ? Kinds.good(new HashKey.Query(name))
                            : Kinds.bad("names no parameter; write for example query user");
                }
                default -> {}
            }
        }
        return Kinds.bad("is no key; it is one of " + FORM);
    }

    static String show(HashKey key) {
        return switch (key) {
            case HashKey.Header(String name) -> "header " + name;
            case HashKey.Cookie(String name) -> "cookie " + name;
            case HashKey.Query(String name) -> "query " + name;
            case HashKey.Path() -> "path";
            case HashKey.ClientAddress() -> "client-address";
        };
    }

    private static final Key<List<HashKey>> KEY =
            Key.optional(
                    "key",
                    new ListKind<>(KEY_KIND, FORM, 8),
                    "What of a request decides where it goes; with several, the first that it has."
                            + " A request without any is placed by `least-response-time`, and"
                            + " counted (`ebb_requests_unkeyed_total`).");
    private static final Key<Double> BOUND =
            Key.of(
                    "bound",
                    Kinds.share(0, 100),
                    HashPolicy.BOUND,
                    "How busy an instance may be, as a share of the mean, before further requests"
                            + " of its keys go to others; 100% or more, or 0% for no bound.");

    private static final Key<String> COOKIE =
            Key.optional(
                    "cookie",
                    Kinds.scalar(
                            "a cookie's name such as ebb-session",
                            text ->
                                    TOKEN.matcher(text).matches()
                                            ? Kinds.good(text)
                                            : Kinds.bad(
                                                    "is no name of a cookie; write for example"
                                                            + " ebb-session"),
                            text -> text),
                    "Name of the cookie by which a client's requests go on to the instance that"
                            + " answered its first one. It tells nothing about the instance."
                            + " Without it there are no sessions.");
    private static final Key<Duration> TTL =
            Key.optional(
                    "ttl",
                    Kinds.duration(Duration.ofMinutes(1), Duration.ofDays(400)),
                    "How long the cookie is good after a session's last request, within half of"
                            + " that. Without it: as long as the client's browser runs.");
    private static final Key<Duration> WINDOW =
            Key.of(
                    "window",
                    Kinds.duration(Duration.ofSeconds(10), Duration.ofHours(24)),
                    SessionPolicy.WINDOW,
                    "A session counts as one of its instance's, which are dear to lose, for so long"
                            + " after its last request.");
    private static final Key<String> PATH =
            Key.of("path", RouteSchema.path(), "/", "The cookie's path.");
    private static final Key<SameSite> SAME_SITE =
            Key.of(
                    "same-site",
                    Kinds.oneOf(SameSite.class),
                    SameSite.LAX,
                    "Whether browsers send the cookie with requests that other sites cause.");

    static final Section<Optional<SessionPolicy>> SESSIONS =
            new Section<>(
                    List.of(COOKIE, TTL, WINDOW, PATH, SAME_SITE),
                    (v, problems) -> {
                        boolean any =
                                v.given(TTL).isPresent()
                                        || v.given(WINDOW).isPresent()
                                        || v.given(PATH).isPresent()
                                        || v.given(SAME_SITE).isPresent();
                        if (any && v.given(COOKIE).isEmpty() && v.sound(COOKIE)) {
                            problems.error(
                                    v.place(),
                                    "sessions need a cookie: give its name, for example 'cookie:"
                                            + " ebb-session'");
                        }
                        return v.given(COOKIE)
                                .map(name ->
                                        new SessionPolicy(
                                                name,
                                                v.given(TTL),
                                                v.of(WINDOW),
                                                v.of(PATH),
                                                v.of(SAME_SITE)));
                    });

    static final Section<Optional<HashPolicy>> HASH =
            new Section<>(
                    List.of(KEY, BOUND),
                    (v, problems) -> {
                        double bound = v.of(BOUND);
                        if (bound > 0 && bound < 1) {
                            problems.error(
                                    v.place(BOUND),
                                    "all cannot be less busy than the mean; write 100% or more, or"
                                            + " 0% for no bound");
                            return Optional.empty();
                        }
                        return v.given(KEY).map(keys -> new HashPolicy(keys, bound));
                    });
}
