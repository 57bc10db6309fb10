package dev.ebb.cli;

import dev.ebb.pki.Issuer;
import dev.ebb.pki.Issuer.Use;
import dev.ebb.pki.Issuer.Wanted;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb certificate}: a certificate and its key for trying TLS out. */
@Command(
        name = "certificate",
        header = "Make a self-signed certificate and its key, to try TLS out.",
        description = {
            "Writes certificate.pem and key.pem (ECDSA P-256), and prints the lines of a"
                    + " configuration that use them. The names are DNS names, wildcards such as"
                    + " *.shop.test, and IP addresses; without any it is for localhost, 127.0.0.1"
                    + " and ::1.",
            "",
            "Clients trust it only if they are told to; for anything but trying out, get one from"
                    + " an authority.",
            "",
            "With --client also a certificate for a client, client.pem and client-key.pem, and the"
                    + " authority that signed both, ca.pem. The authority's own key is thrown away:"
                    + " it never signs anything else.",
            ""
        })
final class CertificateCommand implements Callable<Integer> {
    private static final int MOST_NAMES = 100;
    private static final Pattern NAME =
            Pattern.compile(
                    "(?=.{1,253}$)(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
                            + "(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "What the certificate is for.")
    private List<String> names = List.of();

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            defaultValue = ".",
            description =
                    "Where the files go: the current folder by default. It is made if needed.")
    private Path folder = Path.of(".");

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "90",
            description = "How long it is valid, from 1 to 825: ${DEFAULT-VALUE} days by default.")
    private int days = 90;

    @Option(
            names = "--client",
            paramLabel = "NAME",
            description = "Also make a certificate for a client of this name, to try mTLS out.")
    private Optional<String> client = Optional.empty();

    @Option(names = "--force", description = "Replace files that are there.")
    private boolean force;

    @Override
    public Integer call() {
        if (days < 1 || days > 825) {
            throw new Failure(Exit.USAGE, "--days is from 1 to 825, not " + days);
        }
        List<String> wanted = names.isEmpty() ? List.of("localhost", "127.0.0.1", "::1") : names();
        Instant now = Instant.now();
        Duration validity = Duration.ofDays(days);
        var files = new PemFolder(folder, force);
        var server = new Wanted(wanted.getFirst(), wanted, Use.SERVER, validity);
        Issuer made;
        if (client.isPresent()) {
            String name = clientName(client.get());
            var root = new Wanted("Ebb try-out CA", List.of(), Use.AUTHORITY, validity);
            Issuer authority = Issuer.selfSigned(root, now);
            made = authority.issue(server, now);
            files.certificate("ca.pem", authority);
            files.pair(
                    "client",
                    authority.issue(new Wanted(name, List.of(), Use.CLIENT, validity), now));
        } else {
            made = Issuer.selfSigned(server, now);
        }
        files.certificate("certificate.pem", made);
        files.key("key.pem", made);
        try {
            files.write();
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "cannot write in %s: %s".formatted(folder, e));
        }
        tell(wanted, made, files);
        return Exit.OK;
    }

    private List<String> names() {
        if (names.size() > MOST_NAMES) {
            throw new Failure(Exit.USAGE, "at most " + MOST_NAMES + " names");
        }
        var good = new ArrayList<String>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!Issuer.isAddress(lower) && !NAME.matcher(lower).matches()) {
                throw new Failure(
                        Exit.USAGE,
                        "'%s' is neither a DNS name such as shop.test nor an address"
                                .formatted(name));
            }
            good.add(lower);
        }
        return good;
    }

    private static String clientName(String name) {
        if (name.isBlank() || name.length() > 64 || name.chars().anyMatch(c -> c < ' ')) {
            throw new Failure(Exit.USAGE, "--client is a name of 1 to 64 characters");
        }
        return name;
    }

    private void tell(List<String> wanted, Issuer made, PemFolder files) {
        PrintWriter out = spec.commandLine().getOut();
        var until = made.identity().expires().atZone(ZoneOffset.UTC).toLocalDate();
        out.printf("A certificate for %s, until %s:%n", String.join(", ", wanted), until);
        files.names().forEach(name -> out.println("  " + files.path(name)));
        out.println();
        out.println("In the configuration:");
        out.println();
        out.println("tls:");
        out.println("  listen: 127.0.0.1:8443");
        out.println("  certificates:");
        out.printf(
                "    - {certificate: %s, key: %s}%n",
                quoted(files.absolute("certificate.pem")), quoted(files.absolute("key.pem")));
        if (client.isPresent()) {
            out.printf("  clients: {verify: required, ca: %s}%n", quoted(files.absolute("ca.pem")));
        }
        out.println();
        out.println("And then, while it runs:");
        out.println();
        String host = wanted.getFirst().replaceFirst("^\\*", "www");
        boolean here = host.equals("localhost") || Issuer.isAddress(host);
        out.printf(
                "curl --cacert %s%s%s https://%s:8443/%n",
                files.path(client.isPresent() ? "ca.pem" : "certificate.pem"),
                client.isPresent()
                        ? " --cert %s --key %s"
                                .formatted(files.path("client.pem"), files.path("client-key.pem"))
                        : "",
                here ? "" : " --resolve " + host + ":8443:127.0.0.1",
                host.contains(":") ? "[" + host + "]" : host);
    }

    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[A-Za-z0-9_./-]+") ? text : "'" + text.replace("'", "''") + "'";
    }
}
