package dev.ebb.cli;

import dev.ebb.sim.lab.InputProblem;
import dev.ebb.sim.lab.PrometheusAnswers;
import dev.ebb.sim.lab.TraceRead;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Range queries of Prometheus' HTTP API, in parts, because it answers with 11,000 points for each
 * series at most. For one thread.
 *
 * @param url of Prometheus, without the path of its API
 * @param token sent as a bearer token, if there is one
 */
record PrometheusQuery(String url, Optional<String> token) {
    private static final int POINTS = 10_000;
    private static final int PARTS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * The query's values.
     *
     * @param start seconds since 1970
     * @param end seconds since 1970
     * @param step seconds
     */
    TraceRead range(String name, String query, long start, long end, long step)
            throws InterruptedException {
        try {
            return answers(query, start, end, step).trace(name);
        } catch (InputProblem e) {
            throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** As {@link #range}; empty where Prometheus knows no values. */
    Optional<TraceRead> find(String name, String query, long start, long end, long step)
            throws InterruptedException {
        PrometheusAnswers answers = answers(query, start, end, step);
        try {
            return Optional.of(answers.trace(name));
        } catch (InputProblem e) {
            return Optional.empty();
        }
    }

    private PrometheusAnswers answers(String query, long start, long end, long step)
            throws InterruptedException {
        if ((end - start) / step / POINTS >= PARTS) {
            throw new Failure(Exit.USAGE, "--step: more than 10,000,000 points; make it longer");
        }
        var answers = new PrometheusAnswers();
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            for (long from = start; from <= end; from += POINTS * step) {
                long to = Math.min(end, from + (POINTS - 1) * step);
                part(client, query, from, to, step, answers);
            }
            return answers;
        } catch (InputProblem e) {
            throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()));
        } catch (IOException | IllegalArgumentException e) {
            String why = e.getMessage() == null ? "cannot be reached" : e.getMessage();
            throw new Failure(Exit.FAILED, "--prometheus: " + url + ": " + why);
        }
    }

    private void part(
            HttpClient client, String query, long from, long to, long step, PrometheusAnswers into)
            throws IOException, InterruptedException, InputProblem {
        String body =
                "query="
                        + URLEncoder.encode(query, StandardCharsets.UTF_8)
                        + "&start="
                        + from
                        + "&end="
                        + to
                        + "&step="
                        + step;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(url.replaceAll("/+$", "") + "/api/v1/query_range"))
                        .timeout(PATIENCE)
                        .header("content-type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        token.ifPresent(t -> request.header("authorization", "Bearer " + t));
        HttpResponse<InputStream> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = answer.body()) {
            if (answer.statusCode() == 401 || answer.statusCode() == 403) {
                throw new IOException("refused (" + answer.statusCode() + "); see --token-file");
            }
            into.add(in, url);
        }
    }
}
