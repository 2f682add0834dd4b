package io.persist.e2e.cluster;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a cluster's REST interface says of it and its jobs. */
public final class FlinkRest {
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(20);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;

    FlinkRest(int port) {
        this.base = URI.create("http://127.0.0.1:" + port);
    }

    /** Whether a job that is stopped reads its input to the end first. */
    public enum Stop {
        DRAIN,
        AT_ONCE
    }

    /** TaskManagers that have registered. */
    public int taskManagers() throws IOException, InterruptedException {
        return get("/overview").path("taskmanagers").asInt();
    }

    public JobStatus status(JobID job) throws IOException, InterruptedException {
        return JobStatus.valueOf(get("/jobs/" + job).path("state").asText());
    }

    /** Whether the cluster knows a job that has not ended. */
    public boolean isAlive(JobID job) throws IOException, InterruptedException {
        for (JsonNode known : get("/jobs/overview").path("jobs")) {
            if (known.path("jid").asText().equals(job.toHexString())) {
                return !JobStatus.valueOf(known.path("state").asText()).isGloballyTerminalState();
            }
        }
        return false;
    }

    /** The ids of the TaskManagers that run tasks of a job, in order. */
    public Set<String> taskManagersOf(JobID job) throws IOException, InterruptedException {
        Set<String> ids = new TreeSet<>();
        for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
            String path = "/jobs/" + job + "/vertices/" + vertex.path("id").asText();
            for (JsonNode subtask : get(path).path("subtasks")) {
                if (subtask.path("status").asText().equals("RUNNING")) {
                    ids.add(subtask.path("taskmanager-id").asText());
                }
            }
        }
        return ids;
    }

    /** How many checkpoints of this submission have completed. */
    public long completedCheckpoints(JobID job) throws IOException, InterruptedException {
        return get("/jobs/" + job + "/checkpoints").path("counts").path("completed").asLong();
    }

    /** How often this submission, or a part of it, has gone on from a snapshot. */
    public long restoredCheckpoints(JobID job) throws IOException, InterruptedException {
        return get("/jobs/" + job + "/checkpoints").path("counts").path("restored").asLong();
    }

    /** Why a job failed last, in Flink's words; empty if it did not. */
    public String lastFailure(JobID job) throws IOException, InterruptedException {
        return get("/jobs/" + job + "/exceptions")
                .path("exceptionHistory")
                .path("entries")
                .path(0)
                .path("stacktrace")
                .asText("");
    }

    /**
     * Takes a savepoint of a job that goes on.
     *
     * @return where it is
     */
    public String savepoint(JobID job, Path directory, Duration limit)
            throws IOException, InterruptedException {
        ObjectNode body = json.createObjectNode();
        body.put("target-directory", directory.toUri().toString()).put("cancel-job", false);
        return operation(job, "/savepoints", body, limit);
    }

    /**
     * Stops a job with a savepoint.
     *
     * @return where the savepoint is
     */
    public String stop(JobID job, Path directory, Stop how, Duration limit)
            throws IOException, InterruptedException {
        return operation(job, "/stop", stopping(directory, how), limit);
    }

    private ObjectNode stopping(Path directory, Stop how) {
        return json.createObjectNode()
                .put("targetDirectory", directory.toUri().toString())
                .put("drain", how == Stop.DRAIN);
    }

    /** Tells a job to stop with a savepoint, and does not wait for what comes of it. */
    public void triggerStop(JobID job, Path directory, Stop how)
            throws IOException, InterruptedException {
        post("/jobs/" + job + "/stop", stopping(directory, how));
    }

    /** Cancels a job, and does not wait for its end. */
    public void cancel(JobID job) throws IOException, InterruptedException {
        send(
                request("/jobs/" + job + "?mode=cancel")
                        .method("PATCH", HttpRequest.BodyPublishers.noBody())
                        .build());
    }

    /** Asks for a savepoint, and does not wait for what comes of it. */
    public void triggerSavepoint(JobID job, Path directory)
            throws IOException, InterruptedException {
        ObjectNode body = json.createObjectNode();
        body.put("target-directory", directory.toUri().toString()).put("cancel-job", false);
        post("/jobs/" + job + "/savepoints", body);
    }

    /** How often the tasks of a job were started, by the name of their vertex. */
    public Map<String, Integer> attempts(JobID job) throws IOException, InterruptedException {
        Map<String, Integer> attempts = new TreeMap<>();
        for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
            String path = "/jobs/" + job + "/vertices/" + vertex.path("id").asText();
            int sum = 0;
            for (JsonNode subtask : get(path).path("subtasks")) {
                sum += 1 + subtask.path("attempt").asInt();
            }
            attempts.put(vertex.path("name").asText(), sum);
        }
        return attempts;
    }

    private String operation(JobID job, String what, ObjectNode body, Duration limit)
            throws IOException, InterruptedException {
        String trigger = post("/jobs/" + job + what, body).path("request-id").asText();
        String path = "/jobs/" + job + "/savepoints/" + trigger;
        JsonNode operation =
                Await.answer(
                        what + " of job " + job,
                        limit,
                        () -> {
                            JsonNode answer = get(path);
                            return answer.path("status").path("id").asText().equals("COMPLETED")
                                    ? answer.path("operation")
                                    : null;
                        });
        if (operation.hasNonNull("failure-cause")) {
            throw new IOException(
                    what
                            + " of job "
                            + job
                            + " failed: "
                            + operation.path("failure-cause").path("stack-trace").asText());
        }
        return operation.path("location").asText();
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    private JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)))
                        .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(REQUEST_LIMIT);
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(
                    request.method()
                            + " "
                            + request.uri()
                            + " was answered with "
                            + response.statusCode()
                            + ": "
                            + response.body());
        }
        String body = response.body();
        return body.isEmpty() ? json.missingNode() : json.readTree(body);
    }
}
