package dev.ebb.balance;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many different sessions an endpoint has seen lately, as one event loop knows: HyperLogLog
 * (Flajolet et al., 2007) with {@value #REGISTERS} registers, so that the same session on several
 * loops counts once, and the size is 2 KiB however many there are. The standard error is 4.6 %, and
 * nearly none below a hundred (linear counting). Four slices of a third of the window each make it
 * forget: what is counted was seen within one to one and a third windows.
 *
 * <p>One writer, any number of readers.
 */
final class SessionSketch {
    private static final int BITS = 9;
    static final int REGISTERS = 1 << BITS;
    private static final int SLICES = 4;
    private static final double ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);
    private static final VarHandle BYTE = MethodHandles.arrayElementVarHandle(byte[].class);

    private final long sliceNanos;
    private final byte[] registers = new byte[SLICES * REGISTERS];

    /** By slice, which stretch of time it holds. */
    private final AtomicLongArray epochs = new AtomicLongArray(SLICES);

    SessionSketch(long windowNanos) {
        sliceNanos = Math.max(1, windowNanos / (SLICES - 1));
        for (int slice = 0; slice < SLICES; slice++) {
            epochs.setPlain(slice, Long.MIN_VALUE);
        }
    }

    /** Writer: a request of this session was here. */
    void add(int session, long nowNanos) {
        long epoch = Math.floorDiv(nowNanos, sliceNanos);
        int slice = (int) Math.floorMod(epoch, (long) SLICES);
        if (epochs.getPlain(slice) != epoch) {
            for (int i = 0; i < REGISTERS; i++) {
                BYTE.setOpaque(registers, slice * REGISTERS + i, (byte) 0);
            }
            epochs.setRelease(slice, epoch);
        }
        long hash = Hashing.mix(session + Hashing.GOLDEN);
        int at = slice * REGISTERS + (int) (hash >>> (64 - BITS));
        byte rank = (byte) (1 + Long.numberOfLeadingZeros((hash << BITS) | (1L << (BITS - 1))));
        if (rank > registers[at]) {
            BYTE.setOpaque(registers, at, rank);
        }
    }

    /** Any thread: how many different ones all of these have seen. */
    static int count(Collection<SessionSketch> loops, long nowNanos) {
        var most = new byte[REGISTERS];
        for (SessionSketch loop : loops) {
            loop.addTo(most, nowNanos);
        }
        double sum = 0;
        int empty = 0;
        for (byte rank : most) {
            sum += Math.scalb(1.0, -rank);
            empty += rank == 0 ? 1 : 0;
        }
        double raw = ALPHA * REGISTERS * REGISTERS / sum;
        boolean few = raw <= 2.5 * REGISTERS && empty > 0;
        double estimate = few ? REGISTERS * Math.log((double) REGISTERS / empty) : raw;
        return (int) Math.min(Integer.MAX_VALUE, Math.round(estimate));
    }

    private void addTo(byte[] most, long nowNanos) {
        long epoch = Math.floorDiv(nowNanos, sliceNanos);
        for (int slice = 0; slice < SLICES; slice++) {
            long held = epochs.getAcquire(slice);
            if (held > epoch - SLICES && held <= epoch + 1) {
                for (int i = 0; i < REGISTERS; i++) {
                    byte rank = (byte) BYTE.getOpaque(registers, slice * REGISTERS + i);
                    most[i] = rank > most[i] ? rank : most[i];
                }
            }
        }
    }
}
