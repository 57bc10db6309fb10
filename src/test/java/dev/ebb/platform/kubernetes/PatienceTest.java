package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatienceTest {
    private static final String SERVER = "https://api.test/";

    private final AtomicLong nanos = new AtomicLong();
    private final List<String> told = new ArrayList<>();
    private final Patience patience = new Patience(told::add, nanos::get);

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 429, 500, 503})
    void whatMayPassIsAskedForAgainForAMinuteAndToldOnce(int code) {
        assertThat(patience.hasWith(failure(code), SERVER)).isTrue();
        nanos.set(TimeUnit.SECONDS.toNanos(60));
        assertThat(patience.hasWith(failure(code), SERVER)).isTrue();
        assertThat(told).singleElement().asString().contains(SERVER, "asking again for 60 s");
        nanos.incrementAndGet();
        assertThat(patience.hasWith(failure(code), SERVER)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404})
    void whatWillNotPassIsNot(int code) {
        assertThat(patience.hasWith(failure(code), SERVER)).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void whatAnInformerHasWrappedIsUnwrapped() {
        assertThat(patience.hasWith(new CompletionException(failure(503)), SERVER)).isTrue();
        assertThat(patience.hasWith(new CompletionException(failure(404)), SERVER)).isFalse();
        assertThat(patience.hasWith(new CompletionException(new ConnectException()), SERVER))
                .isTrue();
    }

    @Test
    void aMistakeOfOursIsNot() {
        assertThat(patience.hasWith(new IllegalStateException("x"), SERVER)).isFalse();
    }

    private static KubernetesClientException failure(int code) {
        return new KubernetesClientException("said", code, null);
    }
}
