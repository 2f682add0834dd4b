package io.persist.client;

import io.persist.batch.BatchConfig;
import io.persist.batch.RunSettings;
import io.persist.part.Compression;
import io.persist.part.ParquetSettings;
import io.persist.shard.Profile;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The sets of settings that tests of appending and reading run under: those of the original's tests
 * in both generations, and a few that change the bytes. Parts are tiny and one may be on its way.
 */
final class SettingVariants {
    private SettingVariants() {}

    /** A named configuration; the name shows in test reports. */
    record Variant(String name, PersistConfig config) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Variant> all() {
        Map<String, UnaryOperator<BatchConfig.Builder>> both = new LinkedHashMap<>();
        both.put("inline off", b -> b.inlineSingleMaxBytes(0).inlineTotalMaxBytes(0));
        both.put("inline on", b -> b.inlineSingleMaxBytes(4096).inlineTotalMaxBytes(1 << 20));
        both.put("inline always too much", b -> b.inlineTotalMaxBytes(0));
        both.put("flushed one by one", b -> b.inlineTotalMaxBytes(0).combineInlineWrites(false));
        both.put("dictionary", b -> b.parquet(new ParquetSettings(Compression.NONE, true)));
        both.put(
                "compressed",
                b -> b.parquet(new ParquetSettings(Compression.parse("zstd-3"), false)));
        both.put("run length 4", b -> b.runs(RunSettings.DEFAULT.withMaxRunLen(4)));
        both.put("two runs", b -> hollow(b).runs(RunSettings.DEFAULT.withMaxRuns(2)));
        both.put(
                "incremental compaction",
                b -> hollow(b).runs(RunSettings.DEFAULT.withMaxRuns(3).withIdentities(true)));
        both.put("no structured bounds", b -> hollow(b).structuredKeyLowerMaxBytes(0));
        both.put("bounds not validated", b -> b.validateBoundsOnWrite(false));
        Stream<Variant> eitherGeneration =
                both.entrySet().stream()
                        .flatMap(
                                e ->
                                        Stream.of(Profile.values())
                                                .map(
                                                        profile ->
                                                                variant(
                                                                        profile + " " + e.getKey(),
                                                                        profile,
                                                                        e.getValue(),
                                                                        p -> p)));
        Map<String, UnaryOperator<P128Settings.Builder>> older = new LinkedHashMap<>();
        older.put("row", p -> p.format("row"));
        older.put("both", p -> p.format("both"));
        older.put("both_v2", p -> p.format("both_v2"));
        older.put("columns in half of the parts", p -> p.columnarPercent(50));
        older.put("codec order", p -> p.structuredOrder(false));
        older.put("no sums", p -> p.diffsSum(false));
        older.put("schema not recorded", p -> p.recordSchemaId(false));
        older.put("dictionary", p -> p.dictionary(true));
        Stream<Variant> olderOnly =
                older.entrySet().stream()
                        .map(
                                e ->
                                        variant(
                                                "P128 only: " + e.getKey(),
                                                Profile.P128,
                                                b ->
                                                        hollow(b)
                                                                .runs(
                                                                        RunSettings.DEFAULT
                                                                                .withMaxRuns(2)),
                                                e.getValue()));
        return Stream.concat(eitherGeneration, olderOnly);
    }

    private static BatchConfig.Builder hollow(BatchConfig.Builder builder) {
        return builder.inlineSingleMaxBytes(0);
    }

    private static Variant variant(
            String name,
            Profile profile,
            UnaryOperator<BatchConfig.Builder> batch,
            UnaryOperator<P128Settings.Builder> p128) {
        BatchConfig.Builder tiny = BatchConfig.builder().targetBytes(10).maxOutstandingParts(1);
        return new Variant(
                name,
                TestClient.config()
                        .newShards(profile)
                        .batch(batch.apply(tiny).build())
                        .p128(p128.apply(P128Settings.builder()).build())
                        .validateBoundsOnRead(true)
                        .build());
    }
}
