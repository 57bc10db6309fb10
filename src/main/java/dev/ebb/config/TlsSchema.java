package dev.ebb.config;

import dev.ebb.config.TlsConfig.Clients;
import dev.ebb.config.TlsConfig.Instances;
import dev.ebb.config.TlsConfig.Minimum;
import dev.ebb.config.TlsConfig.Verify;
import dev.ebb.pki.Checked;
import dev.ebb.pki.Flaw;
import dev.ebb.pki.Identity;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The keys below {@code tls}, of the file, of xDS and of a service. Files are read to be checked.
 */
final class TlsSchema {
    private TlsSchema() {}

    private static final int MOST_CERTIFICATES = 1000;
    private static final String RELATIVE = " Relative to the folder of this file.";

    private static final Key<String> CERTIFICATE =
            Key.required(
                    "certificate",
                    file(),
                    "PEM file: the certificate, then those that signed it." + RELATIVE);
    private static final Key<String> KEY =
            Key.required(
                    "key",
                    file(),
                    "PEM file with the key to it, not encrypted; mode 0600 is best.");

    /**
     * One certificate in the list.
     *
     * @param names it is for; none when the files were not read
     */
    private record Listed(IdentityFiles files, List<String> names) {}

    private static final Section<Listed> PAIR =
            new Section<>(List.of(CERTIFICATE, KEY), TlsSchema::pair);

    private static Listed pair(Values v, Problems problems) {
        IdentityFiles files = files(v.of(CERTIFICATE), v.of(KEY), problems);
        Optional<Identity> read = read(files, v.place(CERTIFICATE), v.place(KEY), problems);
        return new Listed(files, read.map(Identity::names).orElse(List.of()));
    }

    private static final Key<Address> LISTEN =
            Key.of(
                    "listen",
                    RootSchema.address(a -> true, ""),
                    new Address("127.0.0.1", 8443),
                    "Where TLS is accepted, besides the plain `listen`.");
    private static final Key<List<Placed<Listed>>> CERTIFICATES =
            Key.required(
                    "certificates",
                    new OneOrMany<>(PAIR, MOST_CERTIFICATES),
                    "The server name that a client asks for picks one, by the names that the"
                            + " certificates are for (`*.example.com` too); the first is for all"
                            + " others. Changed files are used within seconds.");
    private static final Key<Minimum> MINIMUM =
            Key.of("minimum", minimum(), Minimum.TLS_1_2, "The oldest version of TLS spoken.");

    private static final Key<Verify> VERIFY =
            Key.of(
                    "verify",
                    Kinds.oneOf(Verify.class),
                    Verify.OFF,
                    "Whether clients must show a certificate (`required`), or may (`optional`)."
                            + " What they showed is passed on in the field `Client-Cert`.");
    private static final Key<String> CLIENT_CA =
            Key.optional(
                    "ca",
                    file(),
                    "PEM file with the certificates of who signs the clients'; required unless"
                            + " `verify` is off.");
    private static final Section<Clients> CLIENTS =
            new Section<>(List.of(VERIFY, CLIENT_CA), TlsSchema::clients);
    private static final Key<Clients> CLIENTS_KEY =
            Key.section("clients", CLIENTS, "Certificates that clients show.");

    static final Section<TlsConfig> TLS =
            new Section<>(List.of(LISTEN, CERTIFICATES, MINIMUM, CLIENTS_KEY), TlsSchema::listener);

    /** Of data planes, with one certificate: there is but one name that they ask for. */
    static final Section<XdsConfig.Tls> XDS =
            new Section<>(
                    List.of(CERTIFICATE, KEY, CLIENTS_KEY),
                    (v, problems) ->
                            new XdsConfig.Tls(pair(v, problems).files(), v.of(CLIENTS_KEY)));

    private static TlsConfig listener(Values v, Problems problems) {
        Map<String, Placed<Listed>> taken = new HashMap<>();
        for (Placed<Listed> one : v.of(CERTIFICATES)) {
            for (String name : one.value().names()) {
                Placed<Listed> before = taken.putIfAbsent(name, one);
                if (before != null) {
                    problems.warning(
                            one.place(),
                            "the certificate on line %d is for %s too, and goes first"
                                    .formatted(before.place().line(), name));
                    break;
                }
            }
        }
        return new TlsConfig(
                v.of(LISTEN),
                v.of(CERTIFICATES).stream().map(one -> one.value().files()).toList(),
                v.of(MINIMUM),
                v.of(CLIENTS_KEY));
    }

    private static Clients clients(Values v, Problems problems) {
        Verify verify = v.of(VERIFY);
        Optional<TrustFile> ca = trust(v, CLIENT_CA, problems);
        if (verify != Verify.OFF && ca.isEmpty() && v.sound(CLIENT_CA)) {
            problems.error(
                    v.place(VERIFY),
                    "'ca' is missing: clients' certificates are verified by who signed them");
        }
        if (verify == Verify.OFF && ca.isPresent() && v.sound(VERIFY)) {
            problems.warning(
                    v.place(CLIENT_CA),
                    "no certificate of clients is looked at; write 'verify: required' or optional");
        }
        return new Clients(verify, ca);
    }

    private static final Key<String> INSTANCE_CA =
            Key.optional(
                    "ca",
                    file(),
                    "PEM file with the certificates of who signs the instances'. Without it those"
                            + " that the JDK trusts."
                            + RELATIVE);
    private static final Key<String> OWN_CERTIFICATE =
            Key.optional(
                    "certificate",
                    file(),
                    "PEM file with the certificate that Ebb shows to the instances, then those that"
                            + " signed it.");
    private static final Key<String> OWN_KEY =
            Key.optional("key", file(), "PEM file with the key to `certificate`, not encrypted.");
    private static final Key<String> SERVER_NAME =
            Key.optional(
                    "server-name",
                    RouteSchema.host(),
                    "What the instances' certificates are for, and what Ebb asks for. Without it"
                            + " the instance's address.");
    private static final Key<Boolean> CHECKED =
            Key.of(
                    "verify",
                    Kinds.yesNo(),
                    true,
                    "False accepts any certificate: encrypted, but from whoever answers.");

    static final Section<Instances> INSTANCES =
            new Section<>(
                    List.of(INSTANCE_CA, OWN_CERTIFICATE, OWN_KEY, SERVER_NAME, CHECKED),
                    TlsSchema::instances);

    private static Instances instances(Values v, Problems problems) {
        Optional<IdentityFiles> own = Optional.empty();
        if (v.given(OWN_CERTIFICATE).isPresent() && v.given(OWN_KEY).isPresent()) {
            IdentityFiles files = files(v.of(OWN_CERTIFICATE), v.of(OWN_KEY), problems);
            var _ = read(files, v.place(OWN_CERTIFICATE), v.place(OWN_KEY), problems);
            own = Optional.of(files);
        } else if (v.sound(OWN_CERTIFICATE, OWN_KEY)) {
            v.given(OWN_CERTIFICATE)
                    .ifPresent(
                            c -> problems.error(v.place(OWN_CERTIFICATE), "its 'key' is missing"));
            v.given(OWN_KEY)
                    .ifPresent(
                            k -> problems.error(v.place(OWN_KEY), "its 'certificate' is missing"));
        }
        Optional<TrustFile> ca = trust(v, INSTANCE_CA, problems);
        if (ca.isPresent() && !v.of(CHECKED)) {
            problems.warning(
                    v.place(CHECKED), "any certificate is accepted, so 'ca' has no effect");
        }
        return new Instances(ca, own, v.given(SERVER_NAME), v.of(CHECKED));
    }

    // ---- Files

    private static Kind<String> file() {
        return RunSchema.text("a PEM file, such as ca.pem");
    }

    private static Kind<Minimum> minimum() {
        return Kinds.scalar(
                "1.2 or 1.3",
                text -> {
                    for (Minimum one : Minimum.values()) {
                        if (one.text.equals(text)) {
                            return Kinds.good(one);
                        }
                    }
                    return Kinds.bad("is no version that is spoken; it is 1.2 or 1.3");
                },
                one -> one.text);
    }

    private static IdentityFiles files(String certificate, String key, Problems problems) {
        return new IdentityFiles(path(certificate, problems), path(key, problems));
    }

    private static Path path(String text, Problems problems) {
        return problems.surroundings().resolve(text).orElse(Path.of("/no-such-name"));
    }

    private static Optional<Identity> read(
            IdentityFiles files, Place certificate, Place key, Problems problems) {
        return tell(
                problems.surroundings().read(files),
                flaw -> flaw.file().equals(files.certificate()) ? certificate : key,
                problems);
    }

    private static Optional<TrustFile> trust(Values v, Key<String> key, Problems problems) {
        Optional<TrustFile> file = v.given(key).map(text -> new TrustFile(path(text, problems)));
        file.ifPresent(f -> {
            var _ = tell(problems.surroundings().read(f), flaw -> v.place(key), problems);
        });
        return file;
    }

    private static <T> Optional<T> tell(
            Optional<Checked<T>> checked, Function<Flaw, Place> place, Problems problems) {
        if (checked.isEmpty()) {
            return Optional.empty();
        }
        return switch (checked.get()) {
            case Checked.Good<T>(T value, List<Flaw> warnings) -> {
                warnings.forEach(flaw -> problems.warning(place.apply(flaw), flaw.toString()));
                yield Optional.of(value);
            }
            case Checked.Bad<T>(List<Flaw> flaws) -> {
                flaws.forEach(flaw -> problems.error(place.apply(flaw), flaw.toString()));
                yield Optional.empty();
            }
        };
    }
}
