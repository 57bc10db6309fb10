package dev.ebb.observe;

/**
 * The size of a page. Java has no way to ask for it, so it is worked out from two views of this
 * very process: {@code statm} counts its size in pages, {@code status} in kB.
 */
final class PageSize {
    private static final long USUAL_BYTES = 4096;
    private static final long LARGEST_BYTES = 64 << 10;

    private PageSize() {}

    static long bytes(ProcReader proc) {
        long kilobytes =
                proc.read("self/status").stream()
                        .flatMap(String::lines)
                        .filter(line -> line.startsWith("VmSize:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElse(0);
        long pages =
                proc.read("self/statm")
                        .map(text -> Long.parseLong(text.split(" ", -1)[0]))
                        .orElse(0L);
        return pages == 0 || kilobytes == 0 ? USUAL_BYTES : nearest(kilobytes * 1024.0 / pages);
    }

    /** The power of two nearest to a ratio that is not exact, as the process grows meanwhile. */
    static long nearest(double bytes) {
        long size = USUAL_BYTES;
        while (size < LARGEST_BYTES && bytes > size * 1.4) {
            size *= 2;
        }
        return size;
    }
}
