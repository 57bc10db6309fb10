package dev.ebb.control;

import dev.ebb.control.EndpointSink.Told;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Port: what instances say of their own load, each asked at its own address (ORCA, out of band). No
 * call waits. Safe for use by several threads.
 */
public interface SelfReports extends AutoCloseable {

    /**
     * @param address of the instance, as text; no name
     * @param every how often it is to report; it may do so less often
     */
    record Asked(String address, int port, Duration every) {}

    /**
     * @param newest what was said last, however old, since the connection that it came by stands;
     *     missing is never 0
     * @param trouble why there is nothing
     */
    record Heard(Optional<Told> newest, Optional<String> trouble) {
        public static final Heard NOTHING =
                new Heard(Optional.empty(), Optional.of("it was not asked yet"));
    }

    /** Nobody is asked. */
    SelfReports NONE =
            new SelfReports() {
                @Override
                public void ask(String owner, Set<Asked> wanted) {}

                @Override
                public void retain(Set<String> owners) {}

                @Override
                public Heard heard(Asked one) {
                    return Heard.NOTHING;
                }

                @Override
                public void close() {}
            };

    /** Asks exactly these for this owner from now on. Whom several want is asked once. */
    void ask(String owner, Set<Asked> wanted);

    /** Forgets all owners but these. */
    void retain(Set<String> owners);

    Heard heard(Asked one);

    /** How many reports made no sense or could not be read, and were ignored, since the start. */
    default long malformed() {
        return 0;
    }

    /** Asks no more. Waits for nobody. */
    @Override
    void close();
}
