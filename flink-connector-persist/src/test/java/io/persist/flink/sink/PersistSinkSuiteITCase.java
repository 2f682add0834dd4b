package io.persist.flink.sink;

import io.persist.client.Listen;
import io.persist.client.ListenStep;
import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ReadHandle;
import io.persist.client.ReadResult;
import io.persist.client.Update;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.testframe.environment.MiniClusterTestEnvironment;
import org.apache.flink.connector.testframe.external.ExternalContextFactory;
import org.apache.flink.connector.testframe.external.ExternalSystemDataReader;
import org.apache.flink.connector.testframe.external.sink.DataStreamSinkV2ExternalContext;
import org.apache.flink.connector.testframe.external.sink.TestingSinkSettings;
import org.apache.flink.connector.testframe.junit.annotations.TestContext;
import org.apache.flink.connector.testframe.junit.annotations.TestEnv;
import org.apache.flink.connector.testframe.junit.annotations.TestSemantics;
import org.apache.flink.connector.testframe.testsuites.SinkTestSuiteBase;
import org.apache.flink.core.execution.CheckpointingMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Flink's own suite for sinks: written, restarted, scaled up and down, and measured. */
class PersistSinkSuiteITCase extends SinkTestSuiteBase<String> {
    @TempDir static Path folder;

    @TestEnv
    @SuppressWarnings("unused") // Found by its annotation, as are those below.
    private final MiniClusterTestEnvironment cluster = new MiniClusterTestEnvironment();

    @TestSemantics
    @SuppressWarnings("unused")
    private final CheckpointingMode[] semantics = {CheckpointingMode.EXACTLY_ONCE};

    @TestContext
    @SuppressWarnings("unused")
    private final ExternalContextFactory<Strings> contexts = name -> new Strings();

    /** A fresh location for each test. */
    private static final class Strings implements DataStreamSinkV2ExternalContext<String> {
        private static final ShardId SHARD = ShardId.named("strings");

        private final PersistLocation location;

        Strings() {
            try {
                location =
                        PersistLocation.parse(
                                Files.createTempDirectory(folder, "shards").toUri().toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Sink<String> createSink(TestingSinkSettings settings) {
            return PersistSink.<String>builder()
                    .location(location)
                    .shard(SHARD)
                    .serializer(PersistRecordSerializer.ofKeys(() -> Codecs.STRING))
                    .build();
        }

        @Override
        public ExternalSystemDataReader<String> createSinkDataReader(TestingSinkSettings settings) {
            return new Reader(location, SHARD);
        }

        @Override
        public List<String> generateTestData(TestingSinkSettings settings, long seed) {
            Random random = new Random(seed);
            List<String> rows = new ArrayList<>();
            int count = 500 + random.nextInt(500);
            for (int i = 0; i < count; i++) {
                rows.add(i + "-" + Long.toHexString(random.nextLong()));
            }
            return rows;
        }

        @Override
        public TypeInformation<String> getProducedType() {
            return Types.STRING;
        }

        @Override
        public List<URL> getConnectorJarPaths() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    /** Follows the shard from its beginning. */
    private static final class Reader implements ExternalSystemDataReader<String> {
        private final PersistClient client;
        private final ReadHandle<String, Unit> handle;
        private final Listen<String, Unit> listen;

        Reader(PersistLocation location, ShardId shard) {
            try {
                client = PersistClient.open(location);
                handle = client.openReader(shard, Codecs.STRING, Codecs.UNIT, "suite");
                listen = handle.listen(Antichain.minimum()).orThrow();
            } catch (IOException
                    | CorruptDataException
                    | IncompatibleShardException
                    | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public List<String> poll(Duration timeout) {
            try {
                ReadResult<ListenStep<String, Unit>> step = listen.next(timeout);
                if (step instanceof ReadResult.NotYetAvailable) {
                    return List.of();
                }
                List<String> rows = new ArrayList<>();
                for (Update<String, Unit> update : step.orThrow().updates()) {
                    for (long copy = 0; copy < update.diff(); copy++) {
                        rows.add(update.key());
                    }
                }
                return rows;
            } catch (IOException
                    | CorruptDataException
                    | IncompatibleShardException
                    | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** Leaves the reader's entry in the shard, which goes with the test's folder. */
        @Override
        public void close() {
            handle.close();
            client.close();
        }
    }
}
