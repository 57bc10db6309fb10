package dev.ebb.demo.view;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * Asks the system for the size of the window that standard output goes to, by {@code
 * ioctl(TIOCGWINSZ)}. A call takes microseconds, so that a view may ask before each frame instead
 * of listening to SIGWINCH. Safe for use by several threads.
 */
public final class Terminal {
    private static final int STDOUT = 1;
    private static final boolean MAC =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("mac");
    private static final long TIOCGWINSZ = MAC ? 0x40087468L : 0x5413L;
    private static final int MOST = 1_000;

    private final Optional<MethodHandle> ioctl;

    public Terminal() {
        ioctl = ioctl();
    }

    /** In characters. */
    public record Size(int columns, int rows) {
        /** Where a terminal does not say. */
        public static final Size USUAL = new Size(80, 24);
    }

    /** Empty when standard output is no terminal, or this cannot be told. */
    public Optional<Size> size() {
        if (ioctl.isEmpty()) {
            return Optional.empty();
        }
        try (var arena = Arena.ofConfined()) {
            MemorySegment window = arena.allocate(ValueLayout.JAVA_SHORT, 4);
            int result = (int) ioctl.get().invokeExact(STDOUT, TIOCGWINSZ, window);
            if (result != 0) {
                return Optional.empty();
            }
            int rows = window.getAtIndex(ValueLayout.JAVA_SHORT, 0);
            int columns = window.getAtIndex(ValueLayout.JAVA_SHORT, 1);
            return Optional.of(
                    rows < 1 || columns < 1 || rows > MOST || columns > MOST
                            ? Size.USUAL
                            : new Size(columns, rows));
        } catch (Throwable e) {
            // A foreign call may throw anything; without a size there are plain lines.
            return Optional.empty();
        }
    }

    @SuppressWarnings("restricted") // The launcher allows native access for Netty anyway.
    private static Optional<MethodHandle> ioctl() {
        try {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup()
                    .find("ioctl")
                    .map(address ->
                            linker.downcallHandle(
                                    address,
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.JAVA_LONG,
                                            ValueLayout.ADDRESS),
                                    Linker.Option.firstVariadicArg(2)));
        } catch (RuntimeException | LinkageError e) {
            return Optional.empty();
        }
    }
}
