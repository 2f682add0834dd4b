package io.persist.state.maintenance;

import io.persist.batch.RunPart;
import io.persist.state.AppendOutcome;
import io.persist.state.CommitOutcome;
import io.persist.state.IdempotencyToken;
import io.persist.state.State;
import io.persist.state.Transition;
import io.persist.state.spine.MergeRequest;
import io.persist.state.spine.SpineId;
import io.persist.store.PartKey;
import io.persist.store.WriterKey;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How an append says in the state who compacts what, and takes over what nobody does.
 *
 * @param record whether requests are marked in shards of the 0.128 generation; in later ones they
 *     always are
 * @param takeOver whether an append that asks for nothing itself takes over old requests
 * @param percent how many it takes: one for each hundred, and one more with what is left as its
 *     chance
 * @param minVersion only batches are taken over that this version or a later one wrote; empty for
 *     all
 * @param staleMillis a request counts as nobody's if its mark is older
 */
public record Claims(
        boolean record, boolean takeOver, int percent, String minVersion, long staleMillis) {
    /** Marks only where it must, and takes over nothing: the original's default. */
    public static final Claims NONE = new Claims(false, false, 100, "", 3_600_000);

    /**
     * @throws IllegalArgumentException if a number is negative or the version is none
     */
    public Claims {
        if (percent < 0 || staleMillis < 0) {
            throw new IllegalArgumentException(
                    "percent and age must not be negative: " + percent + ", " + staleMillis);
        }
        if (!minVersion.isEmpty()) {
            WriterKey.ofVersion(minVersion);
        }
    }

    /**
     * What an append did, with these rules applied to it.
     *
     * @param len updates that were appended
     * @param token whose bits are the chance
     */
    public Transition<AppendOutcome> afterAppend(
            Transition<AppendOutcome> append, long len, IdempotencyToken token, long nowMillis) {
        if (append instanceof Transition.Changed<AppendOutcome> changed
                && changed.result() instanceof AppendOutcome.Appended appended) {
            Claimed claimed = claim(changed.next(), appended.merges(), len, token, nowMillis);
            return new Transition.Changed<>(
                    claimed.state(), new AppendOutcome.Appended(claimed.requests()));
        }
        return append;
    }

    /** The same of a sink's commit. */
    public Transition<CommitOutcome> afterCommit(
            Transition<CommitOutcome> commit, long len, IdempotencyToken token, long nowMillis) {
        if (commit instanceof Transition.Changed<CommitOutcome> changed
                && changed.result() instanceof CommitOutcome.Appended appended) {
            Claimed claimed = claim(changed.next(), appended.merges(), len, token, nowMillis);
            return new Transition.Changed<>(
                    claimed.state(),
                    new CommitOutcome.Appended(appended.upper(), claimed.requests()));
        }
        return commit;
    }

    private record Claimed(State state, List<MergeRequest> requests) {}

    private Claimed claim(
            State state, List<MergeRequest> own, long len, IdempotencyToken token, long nowMillis) {
        List<MergeRequest> requests = new ArrayList<>(own);
        if (takeOver && len > 0 && own.stream().allMatch(request -> request.len() == 0)) {
            int chance = Math.floorMod(token.hashCode(), 100);
            int count = percent / 100 + (chance < percent % 100 ? 1 : 0);
            state.trace().unclaimedMerges(nowMillis - staleMillis).stream()
                    .filter(this::isNewEnough)
                    .limit(count)
                    .forEach(requests::add);
        }
        boolean marks = record || state.peersKnowClaims() || requests.size() > own.size();
        if (!marks || requests.isEmpty()) {
            return new Claimed(state, requests);
        }
        Set<SpineId> ids = requests.stream().map(MergeRequest::id).collect(Collectors.toSet());
        return new Claimed(
                state.toBuilder().trace(state.trace().withCompactionClaims(ids, nowMillis)).build(),
                requests);
    }

    private boolean isNewEnough(MergeRequest request) {
        if (minVersion.isEmpty()) {
            return true;
        }
        String least = WriterKey.ofVersion(minVersion).text();
        return request.inputs().stream()
                .flatMap(input -> input.batch().parts())
                .allMatch(part -> isAtLeast(part, least));
    }

    /** Versions order as their keys do; keys of writer ids, which are older, come after. */
    private static boolean isAtLeast(RunPart part, String least) {
        PartKey key = null;
        if (part instanceof RunPart.Hollow hollow) {
            key = hollow.key();
        } else if (part instanceof RunPart.Many many) {
            key = many.key();
        }
        return key == null || (key.text().startsWith("n") && key.text().compareTo(least) >= 0);
    }
}
