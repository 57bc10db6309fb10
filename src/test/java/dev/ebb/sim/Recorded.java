package dev.ebb.sim;

import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.Ports;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What a simulated run writes to its journal, nothing dropped, and the same into another one. */
public final class Recorded {
    private Recorded() {}

    /** All entries of a run, of all lives. */
    static List<JournalEntry> of(Scenario scenario) {
        List<JournalEntry> all = new ArrayList<>();
        run(scenario, () -> new Kept(all));
        return all;
    }

    /**
     * A load that falls, rises and falls again for 15 minutes, with a crash of Ebb in between.
     *
     * @param journals for each life of Ebb the journal that it writes, too
     */
    public static void fallingAndRising(Supplier<Journal> journals) {
        run(fallingAndRising(), journals);
    }

    static Scenario fallingAndRising() {
        double each = Worlds.CAPACITY;
        LoadShape load =
                new LoadShape.Steps(
                        List.of(
                                new LoadShape.Level(0, 3.3 * each),
                                new LoadShape.Level(90, 1.1 * each),
                                new LoadShape.Level(400, 3.6 * each),
                                new LoadShape.Level(600, 0.9 * each)));
        return Worlds.of(
                Worlds.policy(), load, List.of(Worlds.fault(Fault.Kind.EBB_CRASHES, 330, 1)));
    }

    static Outcome run(Scenario scenario, Supplier<Journal> journals) {
        UnaryOperator<Ports> also =
                ports ->
                        new Ports(
                                ports.platform(),
                                ports.sink(),
                                ports.metrics(),
                                new Also(ports.journal(), journals.get()),
                                ports.queries());
        return Simulation.run(scenario, RealControl::new, also);
    }

    /** Writes what was written to the first one to the second one, too. */
    private record Also(Journal inner, Journal also) implements Journal {
        @Override
        public Appended append(JournalEntry entry, Durability durability) {
            Appended result = inner.append(entry, durability);
            if (result instanceof Appended.Written) {
                also.append(entry, Durability.LATER);
            }
            return result;
        }

        @Override
        public boolean wantsCheckpoint() {
            return inner.wantsCheckpoint();
        }

        @Override
        public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
            Appended result = inner.beginSegment(checkpoint);
            if (result instanceof Appended.Written) {
                also.beginSegment(checkpoint);
            }
            return result;
        }

        @Override
        public List<JournalEntry> recover() {
            return inner.recover();
        }
    }

    private record Kept(List<JournalEntry> all) implements Journal {
        @Override
        public Appended append(JournalEntry entry, Durability durability) {
            all.add(entry);
            return new Appended.Written();
        }

        @Override
        public boolean wantsCheckpoint() {
            return false;
        }

        @Override
        public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
            all.add(checkpoint);
            return new Appended.Written();
        }

        @Override
        public List<JournalEntry> recover() {
            return List.copyOf(all);
        }
    }
}
