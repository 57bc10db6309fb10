package dev.ebb.platform.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What local instances need of this machine: Linux with {@code /proc}, a shell, and {@code setsid}
 * of util-linux.
 *
 * @param bootId of the kernel's present life
 * @param setsid path of the program
 */
record Host(String bootId, String setsid) {
    static final String SHELL = "/bin/sh";
    private static final String USUAL_PATH = "/usr/bin:/bin:/usr/local/bin";

    /** What this machine is, or why it will not do. */
    sealed interface Checked {
        record Fit(Host host) implements Checked {}

        record Unfit(String why) implements Checked {}
    }

    static Checked check(Proc proc, String path) {
        Optional<String> bootId = proc.bootId();
        long self = ProcessHandle.current().pid();
        if (bootId.isEmpty() || !(proc.look(self) instanceof Proc.Seen.There)) {
            return new Checked.Unfit(
                    "local instances need Linux with /proc mounted; this is "
                            + System.getProperty("os.name")
                            + " and /proc cannot be read");
        }
        if (!Files.isExecutable(Path.of(SHELL))) {
            return new Checked.Unfit("local instances need the shell " + SHELL);
        }
        return Executables.find("setsid", path + ":" + USUAL_PATH)
                .<Checked>map(setsid -> new Checked.Fit(new Host(bootId.get(), setsid.toString())))
                .orElseGet(() ->
                        new Checked.Unfit(
                                "local instances need the program setsid, which is not"
                                        + " in PATH; install the package util-linux"));
    }
}
