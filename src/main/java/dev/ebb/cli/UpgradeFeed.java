package dev.ebb.cli;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.handover.HandoverException;
import dev.ebb.gateway.handover.Talk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the two processes of an upgrade say once the new one is in charge, while the old one answers
 * what it has. The new one's words on the left, each whenever there is something to say:
 *
 * <pre>
 * listens
 * endpoints SERVICE COUNT
 * endpoint INSTANCE HOST PORT ROLE WEIGHT   COUNT times
 *                                           waits SERVICE COUNT
 *                                           cut COUNT          last of all
 * </pre>
 *
 * <p>Nothing is said to a process that has not shown that it listens: the old one by {@link
 * #LISTENS} in its greeting, the new one by the same word here. A service has 100,000 endpoints at
 * most. A reader is for one thread.
 */
final class UpgradeFeed {
    static final String LISTENS = "listens";

    private static final String WAITS = "waits";
    private static final String CUT = "cut";
    private static final String ENDPOINTS = "endpoints";
    private static final String ENDPOINT = "endpoint";
    private static final int ENDPOINTS_MAX = 100_000;

    private Optional<ServiceName> service = Optional.empty();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private int missing;

    static void tell(Talk talk, EndpointSnapshot snapshot) throws HandoverException {
        talk.send(ENDPOINTS + " " + snapshot.service() + " " + snapshot.endpoints().size());
        for (Endpoint e : snapshot.endpoints()) {
            talk.send(
                    "%s %s %s %d %s %s"
                            .formatted(ENDPOINT, e.id(), e.host(), e.port(), e.role(), e.weight()));
        }
    }

    static void waits(Talk talk, ServiceName service, int count) throws HandoverException {
        talk.send(WAITS + " " + service + " " + count);
    }

    static void cut(Talk talk, int count) throws HandoverException {
        talk.send(CUT + " " + count);
    }

    /** How many wait for a first instance of a service; empty when the line says something else. */
    static Optional<Wait> waits(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 3 || !words[0].equals(WAITS)) {
            return Optional.empty();
        }
        return number(words[2]).map(count -> new Wait(new ServiceName(words[1]), count));
    }

    record Wait(ServiceName service, int count) {}

    static Optional<Integer> cut(String line) {
        String[] words = line.split(" ", -1);
        return words.length == 2 && words[0].equals(CUT) ? number(words[1]) : Optional.empty();
    }

    private static Optional<Integer> number(String text) {
        return text.matches("\\d{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    /**
     * Takes a line; what is nothing of this is of a newer Ebb, and passed over. One that cannot be
     * what it seems throws; what follows it may be heard.
     *
     * @param generation of what the line completes
     * @return a service's endpoints, once all of them were told
     */
    Optional<EndpointSnapshot> hear(String line, long generation) {
        String[] words = line.split(" ", -1);
        if (words.length == 3 && words[0].equals(ENDPOINTS)) {
            service = Optional.of(new ServiceName(words[1]));
            missing = number(words[2]).orElse(-1);
            endpoints.clear();
            if (missing > ENDPOINTS_MAX) {
                missing = -1;
                throw new IllegalArgumentException(
                        "%s endpoints of %s, and %d at most are taken in"
                                .formatted(words[2], words[1], ENDPOINTS_MAX));
            }
        } else if (words.length == 6 && words[0].equals(ENDPOINT) && missing > 0) {
            Optional<InstanceId> id = InstanceId.parse(words[1]);
            if (id.isEmpty()) {
                missing = -1;
                return Optional.empty();
            }
            endpoints.add(
                    new Endpoint(
                            id.get(),
                            words[2],
                            Integer.parseInt(words[3]),
                            EndpointRole.valueOf(words[4]),
                            Double.parseDouble(words[5]),
                            Endpoint.NO_RAMP));
            missing--;
        } else {
            return Optional.empty();
        }
        if (missing != 0) {
            return Optional.empty();
        }
        missing = -1;
        return service.map(name -> new EndpointSnapshot(name, generation, endpoints));
    }
}
