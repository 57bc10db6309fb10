package dev.ebb.core;

import java.util.OptionalInt;

/** What the platform knows of an instance's process, at the moment of asking. */
public sealed interface Liveness {

    /** It exists. Whether it is well is {@link Health}'s matter. */
    record Running() implements Liveness {}

    /** It has ended. The exit code is empty when it was no child of this process (adopted). */
    record Exited(OptionalInt code) implements Liveness {}

    /** It could not be started; {@code why} is for people. */
    record NotStarted(String why) implements Liveness {}

    /** The platform cannot say at the moment. Treated as neither running nor ended. */
    record Unclear() implements Liveness {}

    /**
     * The platform itself cannot be seen: all that is known of the instance may be old. It is
     * judged by nothing that takes time, and this time counts for none of it.
     */
    record Unseen() implements Liveness {}
}
