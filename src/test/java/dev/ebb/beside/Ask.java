package dev.ebb.beside;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** One question over HTTP. Thread-safe. */
final class Ask {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

    private Ask() {}

    /** The body of a 200; empty for everything else. */
    static Optional<String> text(String address, Duration timeout) {
        var request = HttpRequest.newBuilder(URI.create(address)).timeout(timeout).build();
        try {
            var answer = CLIENT.send(request, BodyHandlers.ofString());
            return Optional.of(answer.body()).filter(_ -> answer.statusCode() == 200);
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
