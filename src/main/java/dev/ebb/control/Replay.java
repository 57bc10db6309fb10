package dev.ebb.control;

import dev.ebb.control.ReplayReport.Cause;
import dev.ebb.control.ReplayReport.What;
import dev.ebb.core.Command;
import dev.ebb.core.Decider;
import dev.ebb.core.Decision;
import dev.ebb.core.Explanation;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Move;
import dev.ebb.core.Now;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import dev.ebb.core.ServiceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes one service's decisions again from the journal's entries, in their order, and compares them
 * with what was recorded. It begins with a {@link JournalEntry.Remembered}, decides on each
 * observation, carries out what was really carried out, and compares its own state with the next
 * one on record. Where something is missing, it says so, and begins again with that. Not
 * thread-safe.
 */
public final class Replay {
    private static final OptionalLong NO_DIGEST = OptionalLong.empty();

    private final ServiceName service;
    private final Findings findings;
    private Optional<Known> known = Optional.empty();
    private Optional<Made> made = Optional.empty();
    private Cause unknownFor = Cause.NO_STATE;
    private Optional<Explanation> standing = Optional.empty();
    private long nextTick;

    /** All that the next decision depends on, besides its observation. */
    private record Known(Policy policy, ServiceState state) {
        Known with(ServiceState next) {
            return new Known(policy, next);
        }
    }

    /** A decision on record. */
    private record Said(JournalEntry.Decided decided, int leftOut) {
        Explanation explanation() {
            return decided.explanation();
        }

        boolean isOf(Explanation replayed) {
            return Explained.same(explanation(), leftOut, replayed);
        }
    }

    /** The newest decision that was made again, and what the record says of it so far. */
    private static final class Made {
        final long wallMillis;
        final long tick;
        final Now now;
        final Decision decision;
        final List<Move> recordedMoves = new ArrayList<>();
        Optional<Said> recorded = Optional.empty();

        Made(JournalEntry.Observed observed, long tick, Decision decision) {
            this.wallMillis = observed.wallMillis();
            this.now = observed.observation().now();
            this.tick = tick;
            this.decision = decision;
        }
    }

    /**
     * @param fromMillis decisions from before that time are made again, but not counted
     */
    public Replay(ServiceName service, long fromMillis) {
        this.service = service;
        this.findings = new Findings(fromMillis);
    }

    /**
     * The next entry that concerns the service.
     *
     * @param leftOut of a decision, how many at the end of its ranking were not written down
     */
    public void take(JournalEntry entry, int leftOut) {
        switch (entry) {
            case JournalEntry.Remembered remembered -> begin(remembered);
            case JournalEntry.Observed observed -> observed(observed);
            case JournalEntry.Decided decided -> {
                if (belongsToNewest(decided.wallMillis())) {
                    made.ifPresent(m -> m.recorded = Optional.of(new Said(decided, leftOut)));
                }
            }
            case JournalEntry.Intended intended -> {
                if (belongsToNewest(intended.wallMillis())) {
                    carryOut(new Command.Start(intended.intent().id(), intended.replaces()));
                }
            }
            case JournalEntry.Moved moved -> moved(moved);
            case JournalEntry.Marked _, JournalEntry.Frozen _, JournalEntry.Ordered _ ->
                    forget(true, Cause.AFTER_ORDER);
            case JournalEntry.Identified identified -> {
                if (identified.adopted()) {
                    endLife();
                }
            }
            case JournalEntry.Opened _ -> {
                endLife();
                findings.life();
            }
            case JournalEntry.Closed _ -> endLife();
            case JournalEntry.OfEbb _,
                    JournalEntry.Configured _,
                    JournalEntry.HealthChanged _,
                    JournalEntry.Checkpoint _ -> {}
        }
    }

    /** Some entries are missing at this place. */
    public void missing() {
        forget(false, Cause.LINES_MISSING);
    }

    /** What was found, after the last entry. */
    public ReplayReport report() {
        settle(false, NO_DIGEST);
        return findings.report(service);
    }

    private void endLife() {
        forget(false, Cause.NO_STATE);
        nextTick = 0;
    }

    private void forget(boolean whole, Cause why) {
        settle(whole, NO_DIGEST);
        if (known.isPresent()) {
            known = Optional.empty();
            unknownFor = why;
        }
    }

    private void begin(JournalEntry.Remembered remembered) {
        boolean follows = remembered.whole() && remembered.tick() == nextTick;
        settle(follows, follows ? remembered.before() : NO_DIGEST);
        if (follows) {
            known.ifPresent(k -> compareStates(k.state(), remembered));
        } else if (nextTick > 0 && remembered.tick() > nextTick) {
            long missing = remembered.tick() - nextTick;
            findings.skipped(remembered.wallMillis(), 0, missing, Cause.NOT_KEPT);
        }
        known = Optional.of(new Known(remembered.policy(), remembered.state()));
        standing = Optional.empty();
        nextTick = remembered.tick();
        findings.resumed();
    }

    private void compareStates(ServiceState mine, JournalEntry.Remembered remembered) {
        ServiceState theirs = remembered.state();
        ServiceState same = mine.withGeneration(theirs.generation()).withJournalDown(false);
        findings.state(
                remembered.wallMillis(),
                remembered.tick(),
                StateParts.difference(theirs.withJournalDown(false), same));
    }

    private void observed(JournalEntry.Observed observed) {
        if (observed.tick().isEmpty() || observed.generation().isEmpty()) {
            forget(false, Cause.OLDER);
            unknownFor = Cause.OLDER;
            findings.skipped(observed.wallMillis(), 1, 0, unknownFor);
            return;
        }
        long tick = observed.tick().getAsLong();
        boolean follows = tick == nextTick;
        settle(follows, follows ? observed.before() : NO_DIGEST);
        if (!follows) {
            forget(false, Cause.NOT_KEPT);
        }
        long missing = nextTick > 0 && tick > nextTick ? tick - nextTick : 0;
        nextTick = tick + 1;
        if (known.isEmpty()) {
            findings.skipped(observed.wallMillis(), 1, missing, unknownFor);
            return;
        }
        Known before = known.get();
        ServiceState state =
                before.state()
                        .withJournalDown(false)
                        .withGeneration(observed.generation().getAsLong());
        Decision decision = Decider.decide(state, observed.observation(), before.policy());
        known = Optional.of(before.with(decision.state()));
        made = Optional.of(new Made(observed, tick, decision));
    }

    /**
     * Entries of a tick bear its time; one of another tick tells that an observation is missing.
     */
    private boolean belongsToNewest(long wallMillis) {
        if (made.isEmpty()) {
            return false;
        }
        if (made.get().wallMillis != wallMillis) {
            forget(false, Cause.NOT_KEPT);
            return false;
        }
        return true;
    }

    private void moved(JournalEntry.Moved moved) {
        if (Done.isFor(moved, Done.RECOVERED)) {
            endLife();
            return;
        }
        if (moved.byOperator()) {
            forget(true, Cause.AFTER_ORDER);
            return;
        }
        Optional<Command> command = Done.command(moved);
        boolean start = moved.from() == Lifecycle.STARTING && moved.to() == Lifecycle.STARTING;
        if (start || !belongsToNewest(moved.wallMillis())) {
            return;
        }
        if (command.isPresent()) {
            carryOut(command.get());
        } else if (Done.isFor(moved, Done.CANNOT_START)) {
            apply((state, now) -> state.withFailures(state.failures().plus(now)));
        } else {
            Move move = new Move(moved.id(), moved.from(), moved.to(), moved.reasons());
            made.ifPresent(m -> m.recordedMoves.add(move));
        }
    }

    private interface Change {
        ServiceState of(ServiceState state, Now now);
    }

    private void apply(Change change) {
        if (known.isPresent() && made.isPresent()) {
            Known before = known.get();
            known = Optional.of(before.with(change.of(before.state(), made.get().now)));
        }
    }

    private void carryOut(Command command) {
        try {
            apply((state, now) -> state.after(command, now));
        } catch (IllegalStateException e) {
            made.ifPresent(m ->
                    findings.different(
                            m.wallMillis,
                            m.tick,
                            What.COMMAND,
                            "carried out: " + Explained.command(command),
                            String.valueOf(e.getMessage())));
            forget(false, Cause.OTHERWISE);
        }
    }

    /**
     * Compares the newest decision with its record.
     *
     * @param whole whether nothing of the record can be missing
     * @param digest of all that it explained; empty where that is not on record
     */
    private void settle(boolean whole, OptionalLong digest) {
        if (made.isEmpty()) {
            return;
        }
        Made one = made.get();
        made = Optional.empty();
        Explanation replayed = one.decision.explanation();
        boolean repeats =
                standing.filter(s -> Done.gist(s).equals(Done.gist(replayed))).isPresent();
        if (one.recorded.isEmpty() && !repeats && !whole) {
            findings.unconfirmed(one.wallMillis);
            return;
        }
        boolean sameFigures = digest.isEmpty() || digest.getAsLong() == Digest.of(replayed);
        boolean same = one.recorded.map(r -> r.isOf(replayed)).orElse(repeats) && sameFigures;
        boolean sameMoves = !whole || one.recordedMoves.equals(one.decision.moves());
        Optional<Explanation> recorded = one.recorded.map(Said::explanation).or(() -> standing);
        findings.decision(one.wallMillis, same && sameMoves);
        if (!same) {
            boolean said = one.recorded.isPresent() || !repeats;
            findings.different(
                    one.wallMillis,
                    one.tick,
                    said ? What.DECISION : What.FIGURES,
                    !said
                            ? "the same with other figures, of which only a digest is kept"
                            : recorded.map(r -> Explained.told(r, replayed)).orElse("nothing"),
                    said
                            ? Explained.told(replayed, recorded.orElse(replayed))
                            : Explained.figures(replayed));
        } else if (!sameMoves) {
            findings.different(
                    one.wallMillis,
                    one.tick,
                    What.MOVES,
                    Explained.moves(one.recordedMoves),
                    Explained.moves(one.decision.moves()));
        }
        standing = recorded;
    }
}
