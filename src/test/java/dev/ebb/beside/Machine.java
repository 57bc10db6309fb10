package dev.ebb.beside;

import dev.ebb.xds.RealEnvoy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** On what a run was made. */
final class Machine {
    private static final Pattern VERSION = Pattern.compile("/(\\d+\\.\\d+\\.\\d+)/");
    private static final long GIB = 1L << 20;

    private Machine() {}

    static String words() throws IOException {
        return "%d cores of %s, %d GiB, Linux %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        field("/proc/cpuinfo", "model name"),
                        Math.round(
                                Double.parseDouble(
                                                field("/proc/meminfo", "MemTotal")
                                                        .replace(" kB", ""))
                                        / GIB),
                        System.getProperty("os.version"));
    }

    private static String field(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("?");
    }

    static String envoy() throws IOException {
        String said = said(Path.of("."), List.of(RealEnvoy.binary().toString(), "--version"));
        Matcher version = VERSION.matcher(said);
        return version.find() ? version.group(1) : said;
    }

    static String commit(Path project) throws IOException {
        return said(project, List.of("git", "rev-parse", "--short=12", "HEAD"));
    }

    private static String said(Path folder, List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
