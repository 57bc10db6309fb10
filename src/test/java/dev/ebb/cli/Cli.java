package dev.ebb.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands as a person types them, and what they print. */
record Cli(int code, String out, String err) {

    static Cli run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Cli(code, out.toString(), err.toString());
    }

    /** The same for this state directory. */
    static Cli on(Path state, String... args) {
        var all = new ArrayList<>(List.of(args));
        all.add("--state");
        all.add(state.toString());
        return run(all.toArray(String[]::new));
    }
}
