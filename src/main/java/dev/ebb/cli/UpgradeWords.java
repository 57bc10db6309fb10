package dev.ebb.cli;

import dev.ebb.core.InstanceId;
import dev.ebb.gateway.Listening;
import dev.ebb.gateway.handover.HandoverException;
import dev.ebb.gateway.handover.Talk;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What two processes of Ebb say while one takes over from the other. In this order, the new one's
 * words on the left:
 *
 * <pre>
 * ebb-upgrade 1 VERSION PID
 *                              ebb-upgrade 1 VERSION PID
 *                              listener ADDRESS PORT      for each socket
 *                              healthy INSTANCE           for each one in rotation
 *                              listens                    afterwards: {@link UpgradeFeed}
 *                              end
 * (takes the sockets)          (hands them over)
 * received
 * prepared
 *                              (gives up lock, journal, instances)
 *                              released
 * (takes them)
 * ready
 *                              (accepts no more connections)
 *                              yours
 * in charge
 * (accepts connections)        (drains, and ends)
 * </pre>
 *
 * <p>At any place the new one may say {@code failed WHY}. The end of the conversation is the end of
 * the process. Pure, but for the talk.
 */
final class UpgradeWords {
    static final int VERSION = 1;
    static final String RECEIVED = "received";
    static final String PREPARED = "prepared";
    static final String RELEASED = "released";
    static final String READY = "ready";
    static final String YOURS = "yours";
    static final String IN_CHARGE = "in charge";
    private static final String GREETING = "ebb-upgrade";
    private static final String LISTENER = "listener ";
    private static final String HEALTHY = "healthy ";
    private static final String END = "end";
    private static final String FAILED = "failed ";
    private static final int ITEMS_MAX = 100_000;

    private UpgradeWords() {}

    /** Who speaks. */
    record Who(String version, long pid) {
        static Who me() {
            return new Who(BuildInfo.load().version(), ProcessHandle.current().pid());
        }
    }

    /**
     * What the old process tells about itself.
     *
     * @param listens whether it goes on to listen once it has handed over, see {@link UpgradeFeed}
     */
    record Greeting(
            Who who, List<InetSocketAddress> listeners, Set<InstanceId> healthy, boolean listens) {
        Greeting {
            listeners = List.copyOf(listeners);
            healthy = Set.copyOf(healthy);
        }
    }

    static void introduce(Talk talk, Who me) throws HandoverException {
        talk.send(GREETING + " " + VERSION + " " + me.version() + " " + me.pid());
    }

    static void describe(Talk talk, Collection<Listening> sockets, Collection<InstanceId> healthy)
            throws HandoverException {
        for (Listening socket : sockets) {
            String host = socket.address().getAddress().getHostAddress();
            talk.send(LISTENER + host + " " + socket.address().getPort());
        }
        for (InstanceId id : healthy) {
            talk.send(HEALTHY + id);
        }
        talk.send(UpgradeFeed.LISTENS);
        talk.send(END);
    }

    static void fail(Talk talk, String why) throws HandoverException {
        talk.send(FAILED + why);
    }

    /** The other side's first words. */
    static Who hearWho(Talk talk, Duration limit) throws HandoverException, InterruptedException {
        String line = hear(talk, limit);
        List<String> words = List.of(line.split(" ", -1));
        if (words.size() != 4
                || !words.getFirst().equals(GREETING)
                || !words.get(3).matches("\\d{1,18}")) {
            throw new HandoverException("the other process speaks something else: " + line);
        }
        if (!words.get(1).equals(Integer.toString(VERSION))) {
            throw new HandoverException(
                    "version %s hands over by protocol %s, and this one by %d"
                            .formatted(words.get(2), words.get(1), VERSION));
        }
        return new Who(words.get(2), Long.parseLong(words.get(3)));
    }

    static Greeting hearGreeting(Talk talk, Duration limit)
            throws HandoverException, InterruptedException {
        Who who = hearWho(talk, limit);
        List<InetSocketAddress> listeners = new ArrayList<>();
        Set<InstanceId> healthy = new HashSet<>();
        boolean listens = false;
        for (int i = 0; i < ITEMS_MAX; i++) {
            String line = hear(talk, limit);
            if (line.equals(END)) {
                return new Greeting(who, listeners, healthy, listens);
            }
            listens |= line.equals(UpgradeFeed.LISTENS);
            if (line.startsWith(LISTENER)) {
                listeners.add(address(line.substring(LISTENER.length())));
            } else if (line.startsWith(HEALTHY)) {
                InstanceId.parse(line.substring(HEALTHY.length())).ifPresent(healthy::add);
            }
            // Anything else is of a newer Ebb, and may be passed over.
        }
        throw new HandoverException("the other process says too much");
    }

    private static InetSocketAddress address(String text) throws HandoverException {
        int space = text.indexOf(' ');
        boolean good =
                space > 0
                        && text.substring(0, space).matches("[0-9a-fA-F:.%]+")
                        && text.substring(space + 1).matches("\\d{1,5}");
        if (!good || Integer.parseInt(text.substring(space + 1)) > 65_535) {
            throw new HandoverException("not an address: " + text);
        }
        return new InetSocketAddress(
                text.substring(0, space), Integer.parseInt(text.substring(space + 1)));
    }

    /**
     * Waits for just this.
     *
     * @throws HandoverException when it is not said in time, or something else is
     */
    static void expect(Talk talk, String word, Duration limit)
            throws HandoverException, InterruptedException {
        String line = hear(talk, limit);
        if (!line.equals(word)) {
            throw new HandoverException("'%s' was to be said, not: %s".formatted(word, line));
        }
    }

    private static String hear(Talk talk, Duration limit)
            throws HandoverException, InterruptedException {
        String line = talk.hear(limit);
        Optional<String> failed =
                line.startsWith(FAILED)
                        ? Optional.of(line.substring(FAILED.length()))
                        : Optional.empty();
        if (failed.isPresent()) {
            throw new HandoverException(failed.get());
        }
        return line;
    }
}
