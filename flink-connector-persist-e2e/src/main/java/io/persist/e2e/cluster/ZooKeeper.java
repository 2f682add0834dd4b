package io.persist.e2e.cluster;

import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServer;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A ZooKeeper server as a program, of the classes that Flink brings along. */
public final class ZooKeeper {
    /** What it writes before its port. */
    static final String LISTENING = "ZooKeeper is listening at port ";

    private static final int MAX_CONNECTIONS = 100;
    private static final int TICK_MILLIS = 500;

    private ZooKeeper() {}

    /** The argument is the directory for its data. */
    public static void main(String[] args) throws IOException, InterruptedException {
        File directory = new File(args[0]);
        NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
        connections.configure(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MAX_CONNECTIONS);
        connections.startup(new ZooKeeperServer(directory, directory, TICK_MILLIS));
        System.out.println(LISTENING + connections.getLocalPort());
        connections.join();
    }
}
