package dev.ebb.cli;

import java.io.OutputStream;
import java.io.PrintStream;

/** An {@code ebb} in which the first word that it says goes wrong in a way that nobody expects. */
public final class BrokenOutput {
    private BrokenOutput() {}

    public static void main(String[] args) {
        System.setOut(new PrintStream(new Broken(), true));
        Main.main(args);
    }

    private static final class Broken extends OutputStream {
        private boolean broken;

        @Override
        public void write(int b) {
            if (!broken) {
                broken = true;
                throw new IllegalStateException("broken on purpose");
            }
        }
    }
}
