package dev.ebb.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The entry point of {@code ebb}. Each command is a class of its own, listed here. Exit codes: 0 it
 * worked, 1 it failed, 2 the command line was wrong.
 */
@Command(
        name = "ebb",
        description = "Scales microservices in without losing a request.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        subcommands = {VersionCommand.class})
public final class Main implements Runnable {

    @Spec private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }
}
