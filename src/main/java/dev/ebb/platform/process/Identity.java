package dev.ebb.platform.process;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What tells one process from any other that ever ran here: a pid is used again, but not with the
 * same start time in the same boot. Written {@code bootId/pid/startTicks}.
 *
 * @param bootId of the kernel's life in which it was started
 * @param pid of the session's leader
 * @param startTicks clock ticks from boot to its start; kept across exec
 */
record Identity(String bootId, long pid, long startTicks) {
    private static final Pattern TEXT =
            Pattern.compile("([0-9a-f-]{1,64})/([0-9]{1,10})/([0-9]{1,18})");

    /** Empty when the text is no identity. */
    static Optional<Identity> parse(String text) {
        var match = TEXT.matcher(text.strip());
        if (!match.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new Identity(
                        match.group(1),
                        Long.parseLong(match.group(2)),
                        Long.parseLong(match.group(3))));
    }

    @Override
    public String toString() {
        return bootId + "/" + pid + "/" + startTicks;
    }
}
