package dev.ebb.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this build of Ebb says about itself, read from a resource that the build fills in.
 *
 * @param version the Maven version
 * @param commit the commit it was built from, "-dirty" after it if files had changed, or "unknown"
 */
record BuildInfo(String version, String commit) {

    private static final String RESOURCE = "build.properties";

    static BuildInfo load() {
        var properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream(RESOURCE)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(
                properties.getProperty("version", "unknown"),
                properties.getProperty("commit", "unknown"));
    }

    /** The lines that {@code ebb version} and {@code ebb --version} print. */
    String[] lines() {
        return new String[] {
            "ebb " + version + " (commit " + commit + ")",
            "Java "
                    + System.getProperty("java.version")
                    + " ("
                    + System.getProperty("java.vendor")
                    + ")",
            System.getProperty("os.name")
                    + " "
                    + System.getProperty("os.version")
                    + " "
                    + System.getProperty("os.arch")
        };
    }
}
