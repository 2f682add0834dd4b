package io.persist.flink.sink;

import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** A cluster for the tests of one class, and a lab for each test. */
@Timeout(120)
abstract class LabCase {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(8)
                            .build());

    @TempDir Path folder;
    SinkLab lab;
    private MiniCluster cluster;

    @BeforeEach
    void openLab(TestInfo test, @InjectMiniCluster MiniCluster miniCluster) {
        lab = new SinkLab(test.getTestMethod().orElseThrow() + test.getDisplayName());
        cluster = miniCluster;
    }

    @AfterEach
    void closeLab() throws IOException {
        lab.close();
    }

    LabJob.Plan plan() {
        return new LabJob.Plan(lab, cluster, folder);
    }

    /** Another object for each submission, as users make them. */
    PersistSink<String> sink() {
        return lab.wired(lab.sink());
    }
}
