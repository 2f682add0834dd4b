package io.persist.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The command line's entry point. */
@Command(
        name = "persist",
        description = "Looks into persist shards, moves them and keeps them small.",
        mixinStandardHelpOptions = true,
        version = "flink-connector-persist 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "PATH is a directory or a URI such as file:///dir. With --json every command prints one"
                    + " JSON object a line.",
            "Exit code 0: done. 1: something is wrong, said on standard error. 2: the call was not"
                    + " understood."
        },
        subcommands = {
            ShardsCommand.class,
            InspectCommand.class,
            ReadCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            HistoryCommand.class,
            CommitsCommand.class,
            OrphansCommand.class,
            CompactCommand.class,
            SinceCommand.class
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class Persist implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    public static void main(String[] args) {
        PrintWriter out =
                new PrintWriter(new java.io.OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        PrintWriter err =
                new PrintWriter(new java.io.OutputStreamWriter(System.err, StandardCharsets.UTF_8));
        int exitCode = run(args, out, err);
        System.exit(exitCode);
    }

    /** Runs one call; both writers are flushed. Returns the exit code. */
    static int run(String[] args, PrintWriter out, PrintWriter err) {
        CommandLine commandLine =
                new CommandLine(new Persist())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setOut(out)
                        .setErr(err)
                        .setExecutionExceptionHandler(
                                (failure, line, parsed) -> {
                                    line.getErr().println("persist: " + describe(failure));
                                    return 1;
                                });
        int exitCode = commandLine.execute(args);
        out.flush();
        err.flush();
        return exitCode;
    }

    /** The message of a failure and of what caused it, where that adds something. */
    private static String describe(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String message = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return text.toString();
    }
}
