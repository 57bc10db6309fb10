package dev.ebb.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ebb version}: what to quote in a bug report. */
@Command(name = "version", header = "Print the version, the commit, Java and the system.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        for (String line : getVersion()) {
            out.println(line);
        }
        return 0;
    }

    @Override
    public String[] getVersion() {
        return BuildInfo.load().lines();
    }
}
