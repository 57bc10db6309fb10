package dev.ebb.observe.prometheus;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One instant query at a time of a Prometheus' HTTP API. No more of an answer is read than it may
 * be long, none is waited for beyond its limit, and no redirect is followed: a token goes to the
 * place that it is for. Safe for use by several threads.
 */
final class PrometheusClient implements AutoCloseable {
    private static final int REASON_MAX = 300;

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    /**
     * The body of a good answer. Waits for it.
     *
     * @param most bytes of it
     * @throws IOException when there is none; the message is fit to be shown
     */
    byte[] ask(Question question, int most) throws IOException, InterruptedException {
        HttpRequest request = request(question);
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), most));
        try {
            return good(answer.get(question.timeout().toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + question.timeout().toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(problem(Optional.ofNullable(e.getCause())), e);
        } finally {
            answer.cancel(true);
        }
    }

    /** What is wrong, in one line for people. */
    static String reason(Exception e) {
        String text = e.getMessage() == null ? "it cannot be reached" : e.getMessage();
        String line = text.lines().findFirst().orElse("it cannot be reached");
        return line.substring(0, Math.min(REASON_MAX, line.length()));
    }

    private static String problem(Optional<Throwable> cause) {
        Optional<String> text = cause.map(Throwable::getMessage).filter(t -> !t.isBlank());
        boolean refused = cause.filter(ConnectException.class::isInstance).isPresent();
        return text.orElse(refused ? "the connection is refused" : "it cannot be reached");
    }

    private static HttpRequest request(Question question) throws IOException {
        String form =
                "query="
                        + URLEncoder.encode(question.query(), StandardCharsets.UTF_8)
                        + "&timeout="
                        + question.timeout().toMillis()
                        + "ms";
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(question.url() + "/api/v1/query"))
                        .timeout(question.timeout())
                        .header("content-type", "application/x-www-form-urlencoded")
                        .header("accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(form));
        question.credentials()
                .token()
                .ifPresent(token -> request.header("authorization", "Bearer " + token));
        return request.build();
    }

    private static byte[] good(HttpResponse<byte[]> answer) throws IOException {
        int status = answer.statusCode();
        if (status == 401 || status == 403) {
            throw new IOException("it refuses (" + status + "); see 'token-file'");
        }
        if (status >= 300 && status < 400) {
            throw new IOException("it answers with a redirect (" + status + "), not followed");
        }
        if (status != 200) {
            String why = InstantAnswer.error(answer.body()).map(e -> ": " + e).orElse("");
            throw new IOException("it answers " + status + why);
        }
        return answer.body();
    }

    /** Asks no more. Waits for nobody. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
