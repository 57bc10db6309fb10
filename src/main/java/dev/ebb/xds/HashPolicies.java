package dev.ebb.xds;

import dev.ebb.balance.HashKey;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.util.List;

/** By what of a request a service's are placed, as a route's hash_policy. Pure. */
final class HashPolicies {
    private HashPolicies() {}

    /** The first key that a request has decides, as in Ebb's own gateway. */
    static List<HashPolicy> of(XdsService service) {
        return service.hash().stream()
                .flatMap(policy -> policy.keys().stream())
                .map(key -> of(key).setTerminal(true).build())
                .toList();
    }

    private static HashPolicy.Builder of(HashKey key) {
        var policy = HashPolicy.newBuilder();
        return switch (key) {
            case HashKey.Header(String name) -> policy.setHeader(header(name));
            // Without a time to live: only one that is there, none is set.
            case HashKey.Cookie(String name) ->
                    policy.setCookie(HashPolicy.Cookie.newBuilder().setName(name));
            case HashKey.Query(String name) ->
                    policy.setQueryParameter(HashPolicy.QueryParameter.newBuilder().setName(name));
            case HashKey.Path() ->
                    policy.setHeader(
                            header(":path")
                                    .setRegexRewrite(
                                            RegexMatchAndSubstitute.newBuilder()
                                                    .setPattern(
                                                            RegexMatcher.newBuilder()
                                                                    .setRegex("\\?.*"))));
            case HashKey.ClientAddress() ->
                    policy.setConnectionProperties(
                            HashPolicy.ConnectionProperties.newBuilder().setSourceIp(true));
        };
    }

    private static HashPolicy.Header.Builder header(String name) {
        return HashPolicy.Header.newBuilder().setHeaderName(name);
    }
}
