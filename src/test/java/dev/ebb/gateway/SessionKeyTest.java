package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key that is kept beside the journal, so that sessions outlive the process. */
class SessionKeyTest {
    @TempDir Path state;

    @Test
    void itIsMadeOnceAndForItsOwnerOnly() throws IOException {
        SessionKey first = SessionKey.in(state);
        assertThat(SessionKey.in(state).key()).isEqualTo(first.key());
        assertThat(first.key()).isNotEqualTo(SessionKey.OF_THIS_PROCESS.key());
        try (var files = Files.list(state)) {
            Path file = files.toList().getFirst();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            Files.write(file, new byte[3]);
        }
        assertThatThrownBy(() -> SessionKey.in(state))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds 3 bytes, not 16; remove it");
    }
}
