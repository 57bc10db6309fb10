package dev.ebb.config;

import dev.ebb.core.QueryTarget;
import dev.ebb.core.QueryTarget.Pace;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys below {@code prometheus} and {@code policy.target.queries}. */
final class QuerySchema {
    private QuerySchema() {}

    /** Each is asked by a thread of its own. */
    private static final int MOST = 16;

    private static final int LONGEST = 4000;
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    private static final Key<URI> SHARED_URL =
            Key.required("url", url(), "Where it listens. Its API is below `/api/v1`.");
    private static final Key<String> TOKEN_FILE =
            Key.optional(
                    "token-file",
                    RunSchema.text("a file's name, such as /run/secrets/token"),
                    "File with a bearer token, read anew for each question; mode 0600 is best."
                            + " Relative to the folder of this file.");
    private static final Key<String> TOKEN_VARIABLE =
            Key.optional(
                    "token-variable",
                    Kinds.scalar(
                            "a variable's name, such as PROMETHEUS_TOKEN",
                            text ->
                                    VARIABLE.matcher(text).matches()
                                            ? Kinds.good(text)
                                            : Kinds.bad("is no variable's name"),
                            text -> text),
                    "Variable of Ebb's own environment with a bearer token, instead of a file.");

    static final Section<PrometheusConfig> PROMETHEUS =
            new Section<>(List.of(SHARED_URL, TOKEN_FILE, TOKEN_VARIABLE), QuerySchema::prometheus);

    private static final Key<String> QUERY_NAME =
            Key.required(
                    "name",
                    Kinds.scalar(
                            "a name in lower case, such as orders or queue-length",
                            text ->
                                    NAME.matcher(text).matches()
                                            ? Kinds.good(text)
                                            : Kinds.bad(
                                                    "is no name; write letters in lower case,"
                                                            + " digits and dashes, at most 40"),
                            text -> text),
                    "For people, and in the record of decisions.");
    private static final Key<String> QUERY =
            Key.required(
                    "query",
                    Kinds.scalar(
                            "a query in PromQL",
                            text ->
                                    text.isEmpty() || text.length() > LONGEST
                                            ? Kinds.bad("is empty or longer than " + LONGEST)
                                            : Kinds.good(text),
                            text -> text),
                    "In PromQL. Its answer must be one number of 0 or more; where there may be"
                            + " several series, write `sum(...)`.");
    private static final Key<URI> URL =
            Key.optional(
                    "url",
                    url(),
                    "Which Prometheus is asked, without credentials. Without it that of"
                            + " `prometheus`.");
    private static final Key<Double> EACH =
            Key.required(
                    "each",
                    Kinds.decimal(0.000001, 999_999_999),
                    "The number is of the whole service, and one instance does for so much of it:"
                            + " 500 jobs that wait, 50 for each, are 10 instances.");
    private static final Key<Duration> EVERY =
            Key.of(
                    "every",
                    Kinds.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
                    Pace.DEFAULT.every(),
                    "From one question to the next.");
    private static final Key<Duration> TIMEOUT =
            Key.of(
                    "timeout",
                    Kinds.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
                    Pace.DEFAULT.timeout(),
                    "How long an answer may take.");
    private static final Key<Duration> MAX_AGE =
            Key.of(
                    "max-age",
                    Kinds.duration(Duration.ofSeconds(1), Duration.ofHours(24)),
                    Pace.DEFAULT.maxAge(),
                    "An answer older than this is missing: nobody is let go then, and nobody is"
                            + " added for it.");

    static final Section<QueryTarget> TARGET =
            new Section<>(
                    List.of(QUERY_NAME, QUERY, URL, EACH, EVERY, TIMEOUT, MAX_AGE),
                    QuerySchema::target);

    static final Key<List<Placed<QueryTarget>>> QUERIES =
            Key.optional(
                    "queries",
                    new OneOrMany<>(TARGET, MOST),
                    "Numbers of a Prometheus that size the service, each beside the other needs:"
                            + " the largest counts. See sizing.md.");

    private static QueryTarget target(Values v, Problems problems) {
        if (v.sound(EVERY, TIMEOUT, MAX_AGE)
                && v.of(MAX_AGE).compareTo(v.of(EVERY).plus(v.of(TIMEOUT))) < 0) {
            problems.error(
                    v.place(MAX_AGE),
                    "an answer may be older than 'max-age' (%s) before the next one comes: 'every'"
                                    .formatted(Kinds.showDuration(v.of(MAX_AGE)))
                            + " and 'timeout' are %s together; make it longer, or these shorter"
                                    .formatted(
                                            Kinds.showDuration(v.of(EVERY).plus(v.of(TIMEOUT)))));
        }
        return new QueryTarget(
                v.of(QUERY_NAME),
                v.of(QUERY),
                v.given(URL).map(URI::toString),
                v.of(EACH),
                new Pace(v.of(EVERY), v.of(TIMEOUT), v.of(MAX_AGE)));
    }

    static List<QueryTarget> read(Values v, Problems problems) {
        var all = new ArrayList<QueryTarget>();
        var names = new HashSet<String>();
        for (Placed<QueryTarget> one : v.given(QUERIES).orElse(List.of())) {
            if (!names.add(one.value().name())) {
                problems.error(
                        one.place(),
                        "there are two queries '%s'; rename one".formatted(one.value().name()));
            }
            all.add(one.value());
        }
        return all;
    }

    private static PrometheusConfig prometheus(Values v, Problems problems) {
        if (v.given(TOKEN_FILE).isPresent() && v.given(TOKEN_VARIABLE).isPresent()) {
            problems.error(
                    v.place(TOKEN_VARIABLE),
                    "'token-file' and 'token-variable' are both here; remove one");
        }
        URI url = v.of(SHARED_URL);
        boolean secret = v.given(TOKEN_FILE).isPresent() || v.given(TOKEN_VARIABLE).isPresent();
        if (secret && url.getScheme().equals("http") && !isHere(url.getHost())) {
            problems.warning(
                    v.place(SHARED_URL), "the token goes over the network in the clear; use https");
        }
        Optional<Path> file =
                v.given(TOKEN_FILE).flatMap(text -> problems.surroundings().resolve(text));
        return new PrometheusConfig(url, file, v.given(TOKEN_VARIABLE));
    }

    private static boolean isHere(String host) {
        try {
            return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What can only be seen with the whole file at hand. */
    static void check(
            List<ServiceConfig> services, boolean shared, Place place, Problems problems) {
        for (ServiceConfig service : services) {
            for (QueryTarget target : service.policy().targets().queries()) {
                if (target.url().isEmpty() && !shared) {
                    problems.error(
                            place,
                            "the query '%s' of '%s' has no 'url', and the file no"
                                            .formatted(target.name(), service.name())
                                    + " 'prometheus: {url: ...}'; give one of them");
                }
            }
        }
    }

    private static Kind<URI> url() {
        Kind<URI> plain =
                Kinds.scalar(
                        "a URL such as http://127.0.0.1:9090", QuerySchema::readUrl, URI::toString);
        return new Kind<>() {
            @Override
            public Optional<URI> read(Yaml node, Problems problems) {
                if (node instanceof Yaml.Scalar scalar && scalar.text().contains("@")) {
                    // The message does not repeat them.
                    problems.error(
                            node.place(),
                            "credentials are in this URL; use 'prometheus: {token-file: ...}'");
                    return Optional.empty();
                }
                return plain.read(node, problems);
            }

            @Override
            public String form() {
                return plain.form();
            }

            @Override
            public String show(URI value) {
                return plain.show(value);
            }
        };
    }

    private static Kinds.Read<URI> readUrl(String text) {
        URI url;
        try {
            url = new URI(text.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            return Kinds.bad("is no URL; write for example http://127.0.0.1:9090");
        }
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null || text.length() > LONGEST) {
            return Kinds.bad("is no URL of http or https; write for example http://127.0.0.1:9090");
        }
        return url.getRawQuery() != null || url.getRawFragment() != null
                ? Kinds.bad("has more than a path; end it before the '?' or '#'")
                : Kinds.good(url);
    }
}
