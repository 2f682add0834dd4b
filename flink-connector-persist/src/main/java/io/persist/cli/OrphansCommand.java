package io.persist.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.client.PersistClient;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.OrphanedPart;
import io.persist.store.Blob;
import io.persist.store.StoreException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code orphans}: parts and rollups that nobody refers to. */
@Command(
        name = "orphans",
        description = {
            "Lists the parts and rollups of a shard that no live state refers to, and deletes them"
                    + " on request.",
            "A part may also be staged by a running job, or belong to a snapshot that can still be"
                    + " restored; so only parts are listed that are older than any sink's memory.",
            "Files that a process was killed over are listed as well."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class OrphansCommand implements Callable<Integer> {
    @Mixin private ShardTarget target;

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            converter = Age.class,
            defaultValue = "90d",
            description =
                    "Such as 90d, 12h or PT15M. Default: ${DEFAULT-VALUE}, the default"
                            + " sink.commit-memory.")
    private Duration olderThan;

    @Option(names = "--delete", description = "Delete what is listed.")
    private boolean delete;

    @Override
    public Integer call()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        long before = Clock.systemUTC().instant().minus(olderThan).toEpochMilli();
        try (PersistClient client = target.open()) {
            List<OrphanedPart> old = new ArrayList<>();
            int younger = 0;
            int unknown = 0;
            for (OrphanedPart orphan :
                    client.orphans(target.shard()).orElseThrow(target::noShard)) {
                Long modified = orphan.modifiedMillis();
                if (modified == null) {
                    unknown++;
                } else if (modified > before) {
                    younger++;
                } else {
                    old.add(orphan);
                }
            }
            long deleted = delete ? client.deleteOrphans(target.shard(), old) : 0;
            List<Blob.HalfWritten> halfWritten = halfWritten(client, before);
            print(old, halfWritten);
            if (!target.json()) {
                target.err()
                        .println(
                                old.size()
                                        + " orphans, "
                                        + deleted
                                        + " deleted; left out: "
                                        + younger
                                        + " that are younger, "
                                        + unknown
                                        + " whose age the store does not tell; "
                                        + halfWritten.size()
                                        + " half-written files");
            }
        }
        return 0;
    }

    /** Files that a process was killed over. Unlike orphans, nobody can ever refer to them. */
    private List<Blob.HalfWritten> halfWritten(PersistClient client, long beforeMillis)
            throws StoreException, InterruptedException {
        List<Blob.HalfWritten> old = new ArrayList<>();
        for (Blob.HalfWritten left : client.halfWritten(target.shard())) {
            if (left.modifiedMillis() <= beforeMillis) {
                old.add(left);
                if (delete) {
                    client.delete(left);
                }
            }
        }
        return old;
    }

    private void print(List<OrphanedPart> orphans, List<Blob.HalfWritten> halfWritten) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PART", "STORED", "BYTES"));
        for (OrphanedPart orphan : orphans) {
            Long modified = orphan.modifiedMillis();
            if (target.json()) {
                ObjectNode object = Output.JSON.createObjectNode();
                object.put("part", orphan.key().text());
                object.put("stored_millis", modified);
                object.put("bytes", orphan.bytes());
                object.put("deleted", delete);
                Output.line(target.out(), object);
            } else {
                rows.add(
                        List.of(
                                orphan.key().text(),
                                modified == null ? "?" : Instant.ofEpochMilli(modified).toString(),
                                Output.size(orphan.bytes())));
            }
        }
        for (Blob.HalfWritten left : halfWritten) {
            if (target.json()) {
                ObjectNode object = Output.JSON.createObjectNode();
                object.put("half_written", left.place());
                object.put("stored_millis", left.modifiedMillis());
                object.put("bytes", left.bytes());
                object.put("deleted", delete);
                Output.line(target.out(), object);
            } else {
                rows.add(
                        List.of(
                                left.place(),
                                Instant.ofEpochMilli(left.modifiedMillis()).toString(),
                                Output.size(left.bytes())));
            }
        }
        if (!target.json()) {
            Output.table(target.out(), rows);
        }
    }
}
