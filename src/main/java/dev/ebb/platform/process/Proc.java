package dev.ebb.platform.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code /proc}. "It is not there" and "it could not be read" (no file descriptor left, for
 * example) are different answers: only the first may count as ended. Safe for use by several
 * threads; one reading takes tens of microseconds.
 */
final class Proc {
    private static final String TOKEN_PREFIX = ChildEnvironment.TOKEN + "=";

    // USER_HZ: part of Linux' interface, and 100 on every architecture that a JDK runs on.
    private static final int TICKS_PER_SECOND = 100;

    private final Path root;

    Proc() {
        this(Path.of("/proc"));
    }

    Proc(Path root) {
        this.root = root;
    }

    /** Result of looking at a pid. */
    sealed interface Seen {
        record There(ProcStat stat) implements Seen {}

        record NotThere() implements Seen {}

        record Unreadable(String why) implements Seen {}
    }

    /** How a process compares with an identity. */
    enum Match {
        SAME,
        /** The process of this identity has ended, whatever has its pid now. */
        ENDED,
        UNCLEAR
    }

    /**
     * An environment as the process was given it.
     *
     * @param empty nothing to read: none was given, it is just being replaced by exec, or the
     *     process may not be read
     */
    record Environment(boolean empty, Optional<String> token) {}

    /** The kernel's id of its present life; empty where there is none. */
    Optional<String> bootId() {
        try {
            return Optional.of(Files.readString(root.resolve("sys/kernel/random/boot_id")).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Clock ticks since boot, the scale of start times; 0 where it cannot be read. */
    long uptimeTicks() {
        try {
            String seconds = Files.readString(root.resolve("uptime")).split(" ", -1)[0];
            return Math.round(Double.parseDouble(seconds) * TICKS_PER_SECOND);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    Seen look(long pid) {
        Path file = root.resolve(Long.toString(pid)).resolve("stat");
        try {
            String line = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            return ProcStat.parse(line)
                    .<Seen>map(Seen.There::new)
                    .orElseGet(() -> new Seen.Unreadable("strange contents: " + file));
        } catch (NoSuchFileException e) {
            return new Seen.NotThere();
        } catch (IOException e) {
            // A process that ends between open and read; the message is in the user's language.
            return Files.notExists(file) ? new Seen.NotThere() : new Seen.Unreadable(e.toString());
        }
    }

    /** The token and emptiness of a process's environment. */
    Environment environment(long pid) {
        try {
            byte[] bytes = Files.readAllBytes(root.resolve(Long.toString(pid)).resolve("environ"));
            String all = new String(bytes, StandardCharsets.ISO_8859_1);
            for (String entry : all.split("\0", -1)) {
                if (entry.startsWith(TOKEN_PREFIX)) {
                    return new Environment(
                            false, Optional.of(entry.substring(TOKEN_PREFIX.length())));
                }
            }
            return new Environment(bytes.length == 0, Optional.empty());
        } catch (IOException e) {
            return new Environment(true, Optional.empty());
        }
    }

    /** Whether the process of this identity lives. Cheap: one file. */
    Match match(Identity identity, String bootId) {
        if (!identity.bootId().equals(bootId)) {
            return Match.ENDED;
        }
        return switch (look(identity.pid())) {
            case Seen.There(ProcStat stat) ->
                    stat.startTicks() == identity.startTicks() && !stat.ended()
                            ? Match.SAME
                            : Match.ENDED;
            case Seen.NotThere() -> Match.ENDED;
            case Seen.Unreadable(String why) -> Match.UNCLEAR;
        };
    }

    /**
     * The same, and its environment must not bear another token. It need not bear this one: some
     * programs overwrite their environment (to set their title), and boot, pid and start time are
     * enough by themselves.
     */
    Match match(Identity identity, String bootId, String token) {
        Match match = match(identity, bootId);
        boolean stranger =
                match == Match.SAME
                        && environment(identity.pid())
                                .token()
                                .filter(other -> !other.equals(token))
                                .isPresent();
        return stranger ? Match.ENDED : match;
    }

    /** Every process that can be read and has not ended. */
    List<ProcStat> all() {
        var found = new ArrayList<ProcStat>();
        String[] names = root.toFile().list();
        if (names == null) {
            return found;
        }
        for (String name : names) {
            if (isNumber(name)
                    && look(Long.parseLong(name)) instanceof Seen.There(ProcStat stat)
                    && !stat.ended()) {
                found.add(stat);
            }
        }
        return found;
    }

    private static boolean isNumber(String name) {
        return !name.isEmpty() && name.length() < 12 && name.chars().allMatch(Character::isDigit);
    }
}
