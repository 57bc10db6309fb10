package dev.ebb.journal;

/** The result of opening a journal. */
public sealed interface Opening {

    /** It can be used. The report may hold a warning that must be shown. */
    record Ready(FileJournal journal, RecoveryReport report) implements Opening {}

    /**
     * It cannot be used, or using it could lose instances. Nothing was changed on disk.
     *
     * @param why what, where, and what to do
     * @param movable whether {@link FileJournal#moveAside} would help
     */
    record Refused(String why, boolean movable) implements Opening {}
}
