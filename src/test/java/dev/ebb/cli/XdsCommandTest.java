package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What data planes start with, and what is said of a wrong command line. */
class XdsCommandTest {
    private static final String SERVICE =
            """
            services:
              hello:
                run: {command: sh}
                instances: 2..4
            """;

    @TempDir Path folder;
    private String plain = "";
    private String secured = "";

    @BeforeEach
    void write() throws IOException {
        plain = file("plain.yaml", "xds: {listen: 127.0.0.1:18000}\n" + SERVICE);
        assertThat(
                        Cli.run("certificate", "--client", "plane", "--folder", folder.toString())
                                .code())
                .isZero();
        secured =
                file(
                        "secured.yaml",
                        """
                        xds:
                          listen: :18000
                          tls:
                            certificate: certificate.pem
                            key: key.pem
                            clients: {verify: required, ca: ca.pem}
                        """
                                + SERVICE);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static Cli bootstrap(String file, String... more) {
        return Cli.run(
                Stream.concat(Stream.of("xds", "bootstrap", file), List.of(more).stream())
                        .toArray(String[]::new));
    }

    @Test
    void anEnvoyFindsEbb() {
        Cli ran = bootstrap(plain, "--node", "envoy-7", "--admin-port", "0");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("id: envoy-7 ")
                .contains("{address: \"127.0.0.1\", port_value: 18000}")
                .contains("{address: 127.0.0.1, port_value: 0}")
                .doesNotContain("transport_socket");
    }

    @Test
    void withoutAFileItIsForAnOperatorWhoseNameTheDataPlaneLooksUp() {
        Cli plainly = Cli.run("xds", "bootstrap", "--address", "192.0.2.7:18000");
        assertThat(plainly.err()).isEmpty();
        assertThat(plainly.out())
                .contains("type: STATIC", "{address: \"192.0.2.7\", port_value: 18000}")
                .doesNotContain("transport_socket");
        String[] name = {"xds", "bootstrap", "--address", "ebb-xds.ebb-system:18000"};
        String[] files = {"--ca", "ca.pem", "--certificate", "client.pem", "--key", "key.pem"};
        Cli secured =
                Cli.run(Stream.concat(Stream.of(name), Stream.of(files)).toArray(String[]::new));
        assertThat(secured.err()).isEmpty();
        assertThat(secured.out())
                .contains("type: LOGICAL_DNS")
                .contains("{address: \"ebb-xds.ebb-system\", port_value: 18000}")
                .contains("{san_type: DNS, matcher: {exact: \"ebb-xds.ebb-system\"}}");
        Cli grpc = Cli.run("xds", "bootstrap", "--grpc", "--address", "ebb-xds.ebb-system:18000");
        assertThat(grpc.out()).contains("\"server_uri\": \"ebb-xds.ebb-system:18000\"");
    }

    @Test
    void withoutAFileAndAnAddressItIsSaidWhatIsMissing() {
        Cli ran = Cli.run("xds", "bootstrap");
        assertThat(ran.code()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).contains("there is no FILE").contains("--address");
        Cli half = Cli.run("xds", "bootstrap", "--address", "a.example:1", "--key", "key.pem");
        assertThat(half.code()).isEqualTo(Exit.USAGE);
        assertThat(half.err()).contains("belong together");
    }

    @Test
    void aGrpcClientFindsEbb() {
        Cli ran = bootstrap(plain, "--grpc", "--node", "client-1");
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("\"server_uri\": \"127.0.0.1:18000\"")
                .contains("[{\"type\": \"insecure\"}]")
                .contains("\"id\": \"client-1\"");
    }

    @Test
    void withTlsBothAreToldOfTheirFiles() {
        String[] options = {
            "--address",
            "localhost:18000",
            "--ca",
            "/a/ca.pem",
            "--certificate",
            "/a/c.pem",
            "--key",
            "/a/k.pem"
        };
        Cli envoy = bootstrap(secured, options);
        assertThat(envoy.err()).isEmpty();
        assertThat(envoy.out())
                .contains("sni: \"localhost\"")
                .contains("trusted_ca: {filename: \"/a/ca.pem\"}")
                .contains("certificate_chain: {filename: \"/a/c.pem\"}")
                .contains("{san_type: DNS, matcher: {exact: \"localhost\"}}");
        String[] grpc =
                Stream.concat(Stream.of(options), Stream.of("--grpc")).toArray(String[]::new);
        assertThat(bootstrap(secured, grpc).out())
                .contains("\"server_uri\": \"localhost:18000\"")
                .contains(
                        "{\"type\": \"tls\", \"config\": {\"ca_certificate_file\": \"/a/ca.pem\","
                                + " \"certificate_file\": \"/a/c.pem\", \"private_key_file\":"
                                + " \"/a/k.pem\"}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    secured | --address 127.0.0.1:1             | say with --ca
                    secured | --address 127.0.0.1:1 --ca x      | must show a certificate
                    secured | --ca x                            | say with --address
                    plain   | --ca x                            | has no 'xds: tls'
                    plain   | --node -x                         | is no name
                    plain   | --admin-port 70000                | is no port
                    plain   | --address nowhere                 | is no address
                    """)
    void aWrongCommandLineIsNamed(String which, String options, String said) {
        // What could be read as an option is written with its name.
        String[] words = options.replace("--node -x", "--node=-x").split(" ");
        Cli ran = bootstrap(which.equals("plain") ? plain : secured, words);
        assertThat(ran.code()).isEqualTo(Exit.USAGE);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("ebb: ").contains(said).hasLineCount(1);
    }

    @Test
    void aFileWithoutXdsAndAPortThatNobodyKnowsAreNamed() throws IOException {
        Cli none = bootstrap(file("none.yaml", SERVICE));
        assertThat(none.code()).isEqualTo(Exit.USAGE);
        assertThat(none.err()).contains("none.yaml has no part 'xds'; add: xds: {listen:");
        Cli any = bootstrap(file("any.yaml", "xds: {listen: 127.0.0.1:0}\n" + SERVICE));
        assertThat(any.code()).isEqualTo(Exit.USAGE);
        assertThat(any.err()).contains("takes any free port; give it one");
    }

    @Test
    void outsideThisMachineDataPlanesMustShowCertificates() throws IOException {
        Cli open = Cli.run("check", file("open.yaml", "xds: {listen: ':18000'}\n" + SERVICE));
        assertThat(open.code()).isEqualTo(Exit.USAGE);
        assertThat(open.out() + open.err())
                .contains("can be reached from outside")
                .contains("give 'tls' with 'clients: {verify: required, ca: FILE}'");
        assertThat(Cli.run("check", secured).code()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --xds 127.0.0.1:1 --node=-x                      | is no name
                    --xds 127.0.0.1:0                                | is no port
                    --xds here                                       | is no address
                    --listen 127.0.0.1:1                             | --xds
                    --xds 127.0.0.1:1 --loops 0                      | --loops is from 1 to 256
                    --xds 127.0.0.1:1 --shutdown 9999                | --shutdown is from 0
                    --xds 127.0.0.1:1 --tls 127.0.0.1:2              | --tls needs --certificate
                    --xds 127.0.0.1:1 --xds-name a.test              | give --xds-ca, too
                    --xds 127.0.0.1:1 --xds-key k                    | belong together
                    --xds 127.0.0.1:1 --xds-ca /no/ca.pem            | /no/ca.pem:
                    --xds 127.0.0.1:1 --strategy best                | --strategy is one of
                    """)
    void aGatewaySaysWhatIsWrong(String options, String said) {
        Cli ran = Cli.run(("gateway " + options).split(" "));
        assertThat(ran.code()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).startsWith("ebb: ").contains(said).hasLineCount(1);
    }
}
