package dev.ebb.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The entry point of {@code ebb}. It knows nothing of picocli, which takes longer to load than all
 * that a plain command needs: see {@link Commands}.
 */
public final class Main {
    private static final String EPOLL = "sun.nio.ch.EPollSelectorProvider";

    private Main() {}

    public static void main(String[] args) {
        if (System.getProperty("os.name").equals("Linux")) {
            // The JDK would search all jars for another one, and Netty needs but the name of it.
            String provider = "java.nio.channels.spi.SelectorProvider";
            System.setProperty(provider, System.getProperty(provider, EPOLL));
        }
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code;
        try {
            code = execute(out, err, args);
        } catch (RuntimeException | Error e) {
            // Whatever else still runs here must not keep the process alive.
            code = unexpected(e, err);
        }
        out.flush();
        err.flush();
        Exit.with(code);
    }

    static int execute(PrintWriter out, PrintWriter err, String... args) {
        try {
            OptionalInt code = quickly(out, err, args);
            if (code.isPresent()) {
                return code.getAsInt();
            }
        } catch (Failure e) {
            return failed(e, err);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Exit.FAILED;
        }
        return Commands.commandLine(out, err, args).execute(args);
    }

    /** What should be there at once goes past picocli, unless there is something to explain. */
    private static OptionalInt quickly(PrintWriter out, PrintWriter err, String... args)
            throws InterruptedException {
        String name = args.length == 0 ? "" : args[0];
        List<String> words = List.of(args).subList(Math.min(1, args.length), args.length);
        return switch (name) {
            case "proxy" -> {
                Optional<ProxyCommand> proxy = ProxyCommand.quick(words);
                yield proxy.isPresent()
                        ? OptionalInt.of(proxy.get().run(out, err))
                        : OptionalInt.empty();
            }
            case "status" -> {
                Optional<StatusCommand> status = StatusCommand.quick(words);
                yield status.isPresent()
                        ? OptionalInt.of(status.get().run(out))
                        : OptionalInt.empty();
            }
            case "train" ->
                    args.length == 2 && !args[1].startsWith("-")
                            ? OptionalInt.of(new TrainCommand().run(args[1]))
                            : OptionalInt.empty();
            default -> OptionalInt.empty();
        };
    }

    /** An error in Ebb itself. */
    static int unexpected(Throwable e, PrintWriter err) {
        err.println("ebb: this should not happen; please report it with what follows");
        e.printStackTrace(err);
        return Exit.FAILED;
    }

    static int failed(Failure failure, PrintWriter err) {
        err.println("ebb: " + failure.line());
        return failure.code();
    }
}
