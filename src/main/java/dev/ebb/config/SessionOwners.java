package dev.ebb.config;

import dev.ebb.balance.SessionPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Sees to it that no two services set the same cookie: a browser keeps one for a name, host and
 * path (RFC 6265 5.3), so each answer of one would end the client's session at the other.
 */
final class SessionOwners {
    private SessionOwners() {}

    static void check(List<Placed<ServiceConfig>> services, Problems problems) {
        for (int i = 0; i < services.size(); i++) {
            ServiceConfig later = services.get(i).value();
            for (Placed<ServiceConfig> earlier : services.subList(0, i)) {
                if (shareCookie(earlier.value(), later)) {
                    problems.error(
                            services.get(i).place(),
                            ("'%s' has the sessions' cookie of '%s', and clients keep one for both;"
                                            + " give one of them another 'cookie' or 'path'")
                                    .formatted(later.name(), earlier.value().name()));
                }
            }
        }
    }

    private static boolean shareCookie(ServiceConfig one, ServiceConfig other) {
        Optional<SessionPolicy> mine = one.balance().affinity().sessions();
        Optional<SessionPolicy> theirs = other.balance().affinity().sessions();
        return mine.isPresent()
                && theirs.isPresent()
                && mine.get().cookie().equals(theirs.get().cookie())
                && mine.get().path().equals(theirs.get().path())
                && shareHost(hosts(one), hosts(other));
    }

    private static boolean shareHost(Set<Optional<String>> some, Set<Optional<String>> others) {
        return some.contains(Optional.empty())
                || others.contains(Optional.empty())
                || some.stream().anyMatch(others::contains);
    }

    private static Set<Optional<String>> hosts(ServiceConfig service) {
        return service.routes().stream().map(r -> r.match().host()).collect(Collectors.toSet());
    }
}
