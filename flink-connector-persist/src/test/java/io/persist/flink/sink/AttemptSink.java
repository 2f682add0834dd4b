package io.persist.flink.sink;

import io.persist.shard.WriterLine;

import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;

/** The sink in a later attempt of its job; Flink's harness only knows first ones. */
record AttemptSink(PersistSink<String> sink, int attempt)
        implements Sink<String>,
                SupportsWriterState<String, WriterLine>,
                SupportsPreCommitTopology<WriterResult, SealedCommit>,
                SupportsCommitter<SealedCommit> {
    private static final long serialVersionUID = 1L;

    @Override
    public StatefulSinkWriter<String, WriterLine> createWriter(WriterInitContext context)
            throws IOException {
        return sink.createWriter(later(context));
    }

    @Override
    public StatefulSinkWriter<String, WriterLine> restoreWriter(
            WriterInitContext context, Collection<WriterLine> restored) throws IOException {
        return sink.restoreWriter(later(context), restored);
    }

    private WriterInitContext later(WriterInitContext context) {
        TaskInfo first = context.getTaskInfo();
        TaskInfo task =
                new TaskInfoImpl(
                        first.getTaskName(),
                        first.getMaxNumberOfParallelSubtasks(),
                        first.getIndexOfThisSubtask(),
                        first.getNumberOfParallelSubtasks(),
                        attempt);
        return (WriterInitContext)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {WriterInitContext.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("getTaskInfo")) {
                                return task;
                            }
                            try {
                                return method.invoke(context, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    @Override
    public SimpleVersionedSerializer<WriterLine> getWriterStateSerializer() {
        return sink.getWriterStateSerializer();
    }

    @Override
    public DataStream<CommittableMessage<SealedCommit>> addPreCommitTopology(
            DataStream<CommittableMessage<WriterResult>> results) {
        return sink.addPreCommitTopology(results);
    }

    @Override
    public SimpleVersionedSerializer<WriterResult> getWriteResultSerializer() {
        return sink.getWriteResultSerializer();
    }

    @Override
    public Committer<SealedCommit> createCommitter(CommitterInitContext context) {
        return sink.createCommitter(context);
    }

    @Override
    public SimpleVersionedSerializer<SealedCommit> getCommittableSerializer() {
        return sink.getCommittableSerializer();
    }
}
