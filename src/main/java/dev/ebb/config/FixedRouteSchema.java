package dev.ebb.config;

import dev.ebb.config.FixedRouteConfig.Answer;
import dev.ebb.config.FixedRouteConfig.Redirect;
import dev.ebb.config.FixedRouteConfig.Respond;
import dev.ebb.config.RouteConfig.Match;
import dev.ebb.config.RouteConfig.Scheme;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys below {@code routes}: what the gateway answers itself. */
final class FixedRouteSchema {
    private FixedRouteSchema() {}

    private static final int LONGEST_BODY = 64 << 10;
    private static final String HTTPS = "https";

    private static final Key<Integer> STATUS =
            Key.of("status", Kinds.whole(200, 599), 200, "The status.");
    private static final Key<String> BODY =
            Key.of("body", new BodyKind(), "", "The body, sent in UTF-8.");
    private static final Key<Map<String, String>> HEADERS =
            Key.of(
                    "headers",
                    new FieldsKind(),
                    Map.of(),
                    "Header fields. Without a `content-type` a body is `text/plain;"
                            + " charset=utf-8`.");
    private static final Section<Respond> RESPOND =
            new Section<>(List.of(STATUS, BODY, HEADERS), FixedRouteSchema::respond);
    private static final Key<Respond> RESPOND_KEY =
            Key.optional("respond", RESPOND, "Answers with this, whatever the method.");

    private static final Key<String> TO =
            Key.required(
                    "to",
                    target(),
                    "`https` is the same host, path and query over https: the route then takes"
                            + " only requests that came over http, and goes before all routes"
                            + " without a `scheme`. The host is the request's own; it is answered"
                            + " with 400 if it is none.");
    private static final Key<Integer> PORT =
            Key.of("port", Kinds.whole(1, 65535), 443, "The port of https, with `to: https`.");
    private static final Key<Boolean> KEEP_PATH =
            Key.of(
                    "keep-path",
                    Kinds.yesNo(),
                    false,
                    "Whether path and query of the request follow the URL.");
    private static final Key<Boolean> PERMANENT =
            Key.of(
                    "permanent",
                    Kinds.yesNo(),
                    true,
                    "301 or 302 for GET and HEAD; 308 or 307, which keep the method and the body,"
                            + " for all others.");
    private static final Section<Redirect> REDIRECT =
            new Section<>(List.of(TO, PORT, KEEP_PATH, PERMANENT), FixedRouteSchema::redirect);
    private static final Key<Redirect> REDIRECT_KEY =
            Key.optional("redirect", new Shorthand<>(REDIRECT, TO), "Sends the client elsewhere.");

    static final OneOrMany<FixedRouteConfig> ROUTES =
            new OneOrMany<>(
                    RouteSchema.section(
                            List.of(RESPOND_KEY, REDIRECT_KEY), FixedRouteSchema::build),
                    RouteSchema.MOST_ROUTES);

    private static Respond respond(Values v, Problems problems) {
        int status = v.of(STATUS);
        String body = v.of(BODY);
        if ((status == 204 || status == 304) && !body.isEmpty()) {
            problems.error(
                    v.place(BODY), "an answer with status " + status + " has no body; remove it");
        }
        var headers = new LinkedHashMap<>(v.of(HEADERS));
        if (!body.isEmpty()) {
            headers.putIfAbsent("content-type", "text/plain; charset=utf-8");
        }
        return new Respond(status, headers, body);
    }

    private static Redirect redirect(Values v, Problems problems) {
        String to = v.of(TO);
        boolean https = to.equals(HTTPS);
        if (!https && v.given(PORT).isPresent()) {
            problems.error(v.place(PORT), "'port' is for 'to: https'; write the port in the URL");
        }
        if (https && v.given(KEEP_PATH).isPresent()) {
            problems.error(v.place(KEEP_PATH), "'to: https' always keeps the path; remove this");
        }
        boolean joins = !to.endsWith("/") && !to.contains("?") && !to.contains("#");
        if (v.of(KEEP_PATH) && !joins) {
            problems.error(
                    v.place(TO), "a path can follow no URL that ends with '/' or has a '?' or '#'");
        }
        return new Redirect(
                Optional.of(to).filter(url -> !https),
                v.of(PORT),
                v.of(KEEP_PATH),
                v.of(PERMANENT));
    }

    private static FixedRouteConfig build(Values v, Problems problems) {
        Optional<Respond> respond = v.given(RESPOND_KEY);
        Optional<Redirect> redirect = v.given(REDIRECT_KEY);
        boolean one = respond.isPresent() != redirect.isPresent();
        if (!one && v.sound(RESPOND_KEY, REDIRECT_KEY)) {
            problems.error(v.place(), "a route here has either 'respond' or 'redirect'");
        }
        Match match = RouteSchema.match(v);
        boolean toHttps = redirect.isPresent() && redirect.get().url().isEmpty();
        if (toHttps && RouteSchema.schemeIsGiven(v) && match.scheme() != Scheme.HTTP) {
            problems.error(
                    v.place(), "a redirect to https is for requests over http; remove 'scheme'");
        }
        Answer answer = respond.<Answer>map(r -> r).or(() -> redirect).orElse(NOTHING);
        return new FixedRouteConfig(
                toHttps
                        ? new Match(
                                Scheme.HTTP,
                                match.host(),
                                match.path(),
                                match.methods(),
                                match.headers())
                        : match,
                answer);
    }

    private static final Respond NOTHING = new Respond(404, Map.of(), "");

    private static Kind<String> target() {
        return Kinds.scalar(
                "https, a URL such as https://www.example.com/new, or a path such as /new",
                text -> {
                    if (text.equals(HTTPS)) {
                        return Kinds.good(text);
                    }
                    return isUrl(text)
                            ? Kinds.good(text)
                            : Kinds.bad("is no target; it is https, a URL or a path");
                },
                text -> text);
    }

    private static boolean isUrl(String text) {
        if (text.length() > 4000 || !text.matches("[\\x21-\\x7e]+")) {
            return false;
        }
        try {
            var url = new URI(text);
            if (text.startsWith("/")) {
                return !text.startsWith("//") && !text.startsWith("/\\");
            }
            boolean web = "http".equals(url.getScheme()) || HTTPS.equals(url.getScheme());
            return web && url.getHost() != null && url.getUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static final class BodyKind implements Kind<String> {
        @Override
        public Optional<String> read(Yaml node, Problems problems) {
            if (!(node instanceof Yaml.Scalar scalar)) {
                problems.error(node.place(), node.what() + " is here; it is " + form());
                return Optional.empty();
            }
            String text = scalar.isNothing() ? "" : scalar.text();
            if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_BODY) {
                problems.error(
                        node.place(), "the body is longer than 64Ki; let a service answer that");
                return Optional.empty();
            }
            return Optional.of(text);
        }

        @Override
        public String form() {
            return "text of at most 64Ki";
        }

        @Override
        public String show(String value) {
            return value.isEmpty() ? "none" : value;
        }
    }

    private static final class FieldsKind implements Kind<Map<String, String>> {
        @Override
        public Optional<Map<String, String>> read(Yaml node, Problems problems) {
            return HeaderText.read(node, form(), problems);
        }

        @Override
        public String form() {
            return "a mapping of header fields such as {cache-control: no-store}";
        }

        @Override
        public String show(Map<String, String> value) {
            return value.isEmpty() ? "none" : value.toString();
        }
    }
}
