package dev.ebb.pki;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A PEM file with the certificates of authorities: whom they signed is trusted. One that has
 * expired is left out with a warning; without any other the file cannot be used.
 */
public record TrustFile(Path file) {

    public Checked<List<X509Certificate>> read(Instant now) {
        var usable = new ArrayList<X509Certificate>();
        var flaws = new ArrayList<Flaw>();
        var warnings = new ArrayList<Flaw>();
        try {
            for (X509Certificate one : Certificates.read(file)) {
                var untimely = Certificates.untimely(one, now);
                untimely.ifPresent(text -> flaws.add(new Flaw(file, text)));
                if (untimely.isEmpty()) {
                    usable.add(one);
                    Certificates.endsSoon(one, now)
                            .ifPresent(text -> warnings.add(new Flaw(file, text)));
                }
            }
        } catch (BadFile e) {
            flaws.add(e.flaw(file));
        }
        if (usable.isEmpty()) {
            return new Checked.Bad<>(flaws);
        }
        warnings.addAll(flaws);
        return new Checked.Good<>(List.copyOf(usable), warnings);
    }
}
