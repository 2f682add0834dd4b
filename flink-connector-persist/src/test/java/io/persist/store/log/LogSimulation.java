package io.persist.store.log;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.ConditionalObjects;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.mem.MemObjects;
import io.persist.testing.SeededIds;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Explores every schedule of a few clients of one log, stepped at each request to the store. A
 * create may also leave doubt, done or not yet done, and a copy of it may arrive at any later
 * moment.
 *
 * <p>A client is run again from its beginning for each step, with the answers it has got so far,
 * and stopped at its next request by an exception: no threads. What a client does next depends on
 * those answers alone, so each sequence of answers is run once, and states that agree in all are
 * visited once.
 */
final class LogSimulation {
    static final ShardId SHARD = new ShardId(new UUID(1, 1));

    /** What one client does. */
    interface Program {
        void run(Client client);
    }

    /** Found on some schedule; the message is the schedule. */
    static final class Violation extends Exception {
        private static final long serialVersionUID = 1L;

        Violation(String message) {
            super(message);
        }
    }

    private final BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant;
    private final List<Answers> beginnings = new ArrayList<>();
    private final TreeMap<String, Bytes> initial = new TreeMap<>();
    private final int copies;
    private final int doubts;

    /**
     * @param copies how many late copies of creates may arrive on one schedule
     * @param doubts how many creates may end in doubt
     */
    LogSimulation(
            BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant,
            int copies,
            int doubts,
            Program... programs) {
        this.variant = variant;
        this.copies = copies;
        this.doubts = doubts;
        for (int i = 0; i < programs.length; i++) {
            beginnings.add(new Answers(i, programs[i], null, null));
        }
    }

    /** Lets the log begin with an entry 0, instead of not at all. */
    LogSimulation withFirstEntry() {
        LogEntry first = new LogEntry(LogEntry.Kind.ENTRY, new UUID(9, 9), Bytes.utf8("first"));
        initial.put(SHARD + "/log/" + "0".repeat(20), first.encode());
        return this;
    }

    /** Visits all schedules; returns the number of states. */
    int explore(int maxStates) throws Violation {
        Set<State> seen = new HashSet<>();
        Deque<Visit> open = new ArrayDeque<>();
        Visit start = new Visit(null, "start", begin());
        open.push(start);
        seen.add(start.state);
        while (!open.isEmpty()) {
            Visit visit = open.pop();
            for (Visit next : nextSteps(visit)) {
                if (seen.add(next.state)) {
                    if (seen.size() > maxStates) {
                        throw new IllegalStateException("more than " + maxStates + " states");
                    }
                    open.push(next);
                }
            }
        }
        return seen.size();
    }

    private State begin() throws Violation {
        TreeMap<Long, String> committed =
                new TreeMap<>(initial.isEmpty() ? Map.of(-1L, "empty") : Map.of(0L, "first"));
        List<Answers> at = new ArrayList<>();
        List<Long> known = new ArrayList<>();
        for (Answers beginning : beginnings) {
            at.add(beginning);
            known.add(committed.lastKey());
            beginning.expand(variant);
        }
        return new State(initial, at, known, committed, Set.of(), List.of(), copies, doubts);
    }

    private List<Visit> nextSteps(Visit visit) throws Violation {
        List<Visit> steps = new ArrayList<>();
        State state = visit.state;
        for (int i = 0; i < state.at.size(); i++) {
            Request request = state.at.get(i).request;
            if (request != null) {
                step(visit, i, request, steps);
            }
        }
        if (state.copies > 0) {
            for (Request copy : state.underWay) {
                State arrived = state.arrive(copy);
                steps.add(new Visit(visit, "late copy of " + copy, arrived));
            }
        }
        return steps;
    }

    private void step(Visit visit, int client, Request request, List<Visit> steps)
            throws Violation {
        State state = visit.state;
        TreeMap<String, Bytes> store = new TreeMap<>(state.store);
        Object answer = request.apply(store);
        State done = state.with(store, state.underWay, state.doubts);
        boolean mayRepeat = request.isEntryCreate() && state.copies > 0;
        steps.add(
                answered(
                        new Visit(
                                visit, "client " + client + ": " + request + " -> " + answer, done),
                        client,
                        answer,
                        mayRepeat ? request : null));
        if (request.kind.equals("create") && state.doubts > 0) {
            Visit lost =
                    new Visit(visit, "client " + client + ": " + request + " reply lost", done);
            steps.add(answered(lost.spend(), client, Request.DOUBT, mayRepeat ? request : null));
            Visit late = new Visit(visit, "client " + client + ": " + request + " late", state);
            steps.add(answered(late.spend(), client, Request.DOUBT, request));
        }
    }

    /** The client hears the answer and goes on to its next request. */
    private Visit answered(Visit visit, int client, Object answer, @Nullable Request underWay)
            throws Violation {
        State state = visit.state;
        Answers next = state.at.get(client).after(answer, variant);
        TreeMap<Long, String> committed = new TreeMap<>(state.committed);
        Set<String> denied = new TreeSet<>(state.denied);
        long known = state.known.get(client);
        for (Operation operation : next.completed) {
            String wrong = operation.judge(known, committed, denied);
            if (wrong != null) {
                throw new Violation(wrong + " by client " + client + "\n" + visit.trace());
            }
            known = committed.lastKey();
        }
        List<Answers> at = new ArrayList<>(state.at);
        at.set(client, next);
        List<Long> knowns = new ArrayList<>(state.known);
        knowns.set(client, known);
        List<Request> copiesUnderWay = new ArrayList<>(state.underWay);
        if (underWay != null && !copiesUnderWay.contains(underWay)) {
            copiesUnderWay.add(underWay);
        }
        State after =
                new State(
                        state.store,
                        at,
                        knowns,
                        committed,
                        denied,
                        copiesUnderWay,
                        state.copies,
                        state.doubts);
        return new Visit(visit.before, visit.step, after);
    }

    /**
     * All there is at one moment.
     *
     * @param known per client, the newest seqno that was known to be in the log when its current
     *     operation began
     * @param committed what was acknowledged or seen, by seqno
     * @param denied what a client was told is not in the log
     * @param underWay creates of which a copy may still arrive
     */
    private record State(
            Map<String, Bytes> store,
            List<Answers> at,
            List<Long> known,
            TreeMap<Long, String> committed,
            Set<String> denied,
            List<Request> underWay,
            int copies,
            int doubts) {
        State with(Map<String, Bytes> newStore, List<Request> newUnderWay, int newDoubts) {
            return new State(
                    newStore, at, known, committed, denied, newUnderWay, copies, newDoubts);
        }

        State arrive(Request copy) {
            TreeMap<String, Bytes> after = new TreeMap<>(store);
            Object unheard = copy.apply(after);
            List<Request> rest = new ArrayList<>(underWay);
            rest.remove(copy);
            return new State(
                    unheard.equals(true) ? after : store,
                    at,
                    known,
                    committed,
                    denied,
                    rest,
                    copies - 1,
                    doubts);
        }
    }

    /** A state and how it was reached. */
    private record Visit(@Nullable Visit before, String step, State state) {
        Visit spend() {
            return new Visit(
                    before, step, state.with(state.store, state.underWay, state.doubts - 1));
        }

        String trace() {
            List<String> steps = new ArrayList<>();
            for (Visit visit = this; visit != null; visit = visit.before) {
                steps.add(0, visit.step);
            }
            return String.join("\n", steps);
        }
    }

    /** One request to the store. */
    private record Request(String kind, String key, Bytes value) {
        static final String DOUBT = "doubt";

        boolean isEntryCreate() {
            return kind.equals("create") && key.contains("/log/");
        }

        Object apply(TreeMap<String, Bytes> store) {
            return switch (kind) {
                case "create" -> store.putIfAbsent(key, value) == null;
                case "get" -> Optional.ofNullable(store.get(key));
                case "delete" -> {
                    store.remove(key);
                    yield "deleted";
                }
                default -> {
                    MemObjects objects = new MemObjects();
                    store.forEach(objects::createIfAbsent);
                    yield objects.list(key);
                }
            };
        }

        @Override
        public String toString() {
            return kind + " " + key.substring(key.indexOf('/') + 1);
        }
    }

    /** A client that has got certain answers: what it has done, and what it asks next. */
    private static final class Answers {
        private final int client;
        private final Program program;
        private final @Nullable Answers before;
        private final @Nullable Object answer;
        private final Map<Object, Answers> after = new HashMap<>();
        private List<Operation> completed = List.of();
        private @Nullable Request request;

        Answers(int client, Program program, @Nullable Answers before, @Nullable Object answer) {
            this.client = client;
            this.program = program;
            this.before = before;
            this.answer = answer;
        }

        Answers after(
                Object next, BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant) {
            Answers existing = after.get(next);
            if (existing != null) {
                return existing;
            }
            Answers made = new Answers(client, program, this, next);
            made.expand(variant);
            after.put(next, made);
            return made;
        }

        void expand(BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant) {
            List<Object> script = new ArrayList<>();
            for (Answers at = this; at.before != null; at = at.before) {
                script.add(0, at.answer);
            }
            ScriptedObjects objects = new ScriptedObjects(script);
            Client acting =
                    new Client(
                            variant.apply(objects, new SeededIds(client)), "c" + client, objects);
            try {
                program.run(acting);
            } catch (Parked parked) {
                request = parked.request;
            }
            completed = acting.completedAfter(script.size());
        }
    }

    /** Ends the run of a client at its next request. */
    private static final class Parked extends Error {
        private static final long serialVersionUID = 1L;
        private final transient Request request;

        Parked(Request request) {
            super(request.toString(), null, false, false);
            this.request = request;
        }
    }

    /** Gives the answers of a script, then parks the client. */
    private static final class ScriptedObjects implements ConditionalObjects {
        private final List<Object> script;
        private int used;

        ScriptedObjects(List<Object> script) {
            this.script = script;
        }

        @Override
        public boolean createIfAbsent(String key, Bytes value) throws StoreException {
            Object answer = next(new Request("create", key, value));
            if (answer.equals(Request.DOUBT)) {
                throw new StoreException.Indeterminate("create " + key);
            }
            return (Boolean) answer;
        }

        @Override
        public Optional<Bytes> get(String key) {
            Optional<?> answer = (Optional<?>) next(new Request("get", key, Bytes.EMPTY));
            return answer.map(Bytes.class::cast);
        }

        @Override
        public void delete(String key) {
            next(new Request("delete", key, Bytes.EMPTY));
        }

        @Override
        public List<String> list(String folder) {
            List<?> answer = (List<?>) next(new Request("list", folder, Bytes.EMPTY));
            return answer.stream().map(String.class::cast).toList();
        }

        @Override
        public void close() {}

        private Object next(Request request) {
            if (used == script.size()) {
                throw new Parked(request);
            }
            return script.get(used++);
        }
    }

    /** What a program works with: a consensus whose results are noted. */
    static final class Client {
        private final Consensus consensus;
        private final String name;
        private final ScriptedObjects objects;
        private final List<Operation> operations = new ArrayList<>();
        private final List<Integer> answersUsed = new ArrayList<>();
        private long head = -1;
        private int appends;

        Client(Consensus consensus, String name, ScriptedObjects objects) {
            this.consensus = consensus;
            this.name = name;
            this.objects = objects;
        }

        void head() {
            try {
                List<Versioned> found = consensus.head(SHARD).map(List::of).orElse(List.of());
                head = found.isEmpty() ? -1 : found.get(0).seqno().value();
                note(new Operation("head", found, null, null));
            } catch (StoreException e) {
                note(failed(e));
            }
        }

        /** Imports a log that begins at {@code first}. */
        void importFrom(long first) {
            List<Versioned> entries =
                    List.of(
                            new Versioned(new SeqNo(first), Bytes.utf8("imported")),
                            new Versioned(new SeqNo(first + 1), Bytes.utf8("imported too")));
            try {
                boolean done = consensus.importLog(SHARD, entries) == CasResult.COMMITTED;
                note(new Operation("import", done ? entries : List.of(), null, null));
            } catch (StoreException.Indeterminate e) {
                note(new Operation("import in doubt", List.of(), null, null));
            } catch (StoreException e) {
                note(failed(e));
            }
        }

        private static Operation failed(StoreException e) {
            String message = String.valueOf(e.getMessage());
            return new Operation(
                    (message.contains("was left unfinished") ? "unfinished: " : "failed: ")
                            + message,
                    List.of(),
                    null,
                    null);
        }

        /** Tries once to append after the head that this client has seen last. */
        void append() {
            Versioned next = new Versioned(new SeqNo(head + 1), Bytes.utf8(name + "-" + appends++));
            try {
                CasResult result =
                        consensus.compareAndSet(SHARD, head < 0 ? null : new SeqNo(head), next);
                if (result == CasResult.COMMITTED) {
                    head++;
                }
                note(new Operation("append", List.of(), next, result));
            } catch (StoreException.Indeterminate e) {
                note(new Operation("append in doubt", List.of(), null, null));
            } catch (StoreException e) {
                note(failed(e));
            }
        }

        void scan() {
            try {
                List<Versioned> found = consensus.scan(SHARD, new SeqNo(0), Integer.MAX_VALUE);
                note(new Operation("scan", found, null, null));
            } catch (StoreException e) {
                note(failed(e));
            }
        }

        /** Truncates to the head that this client has seen last. */
        void truncate() {
            if (head < 0) {
                return;
            }
            try {
                consensus.truncate(SHARD, new SeqNo(head));
                note(new Operation("truncate", List.of(), null, null));
            } catch (StoreException.Indeterminate e) {
                note(new Operation("truncate in doubt", List.of(), null, null));
            } catch (StoreException e) {
                note(failed(e));
            }
        }

        private void note(Operation operation) {
            operations.add(operation);
            answersUsed.add(objects.used);
        }

        private List<Operation> completedAfter(int answers) {
            List<Operation> completed = new ArrayList<>();
            for (int i = 0; i < operations.size(); i++) {
                if (answersUsed.get(i) == answers) {
                    completed.add(operations.get(i));
                }
            }
            return completed;
        }
    }

    /** An operation that has ended. */
    private record Operation(
            String what,
            List<Versioned> seen,
            @Nullable Versioned appended,
            @Nullable CasResult result) {
        /**
         * Updates what is known.
         *
         * @param known the newest seqno known to be in the log when the operation began
         * @return what is wrong, or null
         */
        @Nullable String judge(long known, TreeMap<Long, String> committed, Set<String> denied) {
            if (what.startsWith("failed") || (what.startsWith("unfinished") && known >= 0)) {
                return what + ", but " + known + " had been committed";
            }
            if (result == CasResult.MISMATCH) {
                denied.add(text(appended));
                return committed.containsValue(appended.data().utf8())
                        ? text(appended) + " is in the log, but mismatch was answered"
                        : null;
            }
            if (result == CasResult.COMMITTED) {
                if (appended.seqno().value() <= known) {
                    return text(appended) + " was committed, but " + known + " had been before";
                }
                return add(appended, committed, denied);
            }
            long newest = seen.isEmpty() ? -1 : seen.get(seen.size() - 1).seqno().value();
            if ((what.equals("head") || what.equals("scan")) && newest < known) {
                return what + " found " + newest + ", but " + known + " had been committed";
            }
            for (int i = 0; i < seen.size(); i++) {
                if (i > 0 && !seen.get(i).seqno().equals(seen.get(i - 1).seqno().next())) {
                    return what + " has a gap: " + seen;
                }
                String wrong = add(seen.get(i), committed, denied);
                if (wrong != null) {
                    return wrong;
                }
            }
            return null;
        }

        private static @Nullable String add(
                Versioned entry, TreeMap<Long, String> committed, Set<String> denied) {
            String data = entry.data().utf8();
            String before = committed.put(entry.seqno().value(), data);
            if (before != null && !before.equals(data)) {
                return "two entries at " + entry.seqno() + ": " + before + " and " + data;
            }
            return denied.contains(text(entry))
                    ? text(entry) + " is in the log, but mismatch had been answered"
                    : null;
        }

        private static String text(Versioned entry) {
            return entry.seqno() + "=" + entry.data().utf8();
        }
    }
}
