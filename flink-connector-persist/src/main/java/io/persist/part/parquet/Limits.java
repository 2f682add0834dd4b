package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

/**
 * What a file of a given size may claim to hold. Runs and dictionaries make small files of many
 * rows legitimate, so these bounds are wide; they keep a file of nonsense from taking memory that
 * no writer of parts could have meant. Everything below them is allocated as values are found.
 *
 * @param fileBytes size of the whole file
 */
record Limits(int fileBytes) {
    /** A part is cut at a target size that counts 16 bytes a row; this is sixteen times that. */
    private static final long MAX_ROWS = 1 << 27;

    /** Writers cut pages at 20,000 rows, and each page of each column takes about 40 bytes. */
    private static final long ROWS_PER_BYTE = 1 << 10;

    private static final long LEVELS_PER_BYTE = 1 << 16;
    private static final long MAX_LEVELS = 1 << 28;

    /** Twice the usual target size of a part, which may lie in one column. */
    private static final long COLUMN_BYTES = 1 << 28;

    private static final long COLUMN_BYTES_PER_BYTE = 1 << 12;

    int checkRows(long rows) throws CorruptDataException {
        long most = Math.min(MAX_ROWS, ROWS_PER_BYTE * fileBytes);
        if (rows <= 0 || rows > most) {
            throw new CorruptDataException(
                    "expected between 1 and " + most + " rows, found " + rows);
        }
        return (int) rows;
    }

    /** Checks the number of level pairs of a column, which lists make more than there are rows. */
    int checkLevels(Slice in, long levels) throws CorruptDataException {
        long most = Math.min(MAX_LEVELS, LEVELS_PER_BYTE * fileBytes);
        if (levels < 0 || levels > most) {
            throw in.corrupt("at most " + most + " values", levels);
        }
        return (int) levels;
    }

    void checkColumnBytes(Slice in, long bytes) throws CorruptDataException {
        long most =
                Math.min(
                        ByteSink.MAX_SIZE,
                        Math.max(COLUMN_BYTES, COLUMN_BYTES_PER_BYTE * fileBytes));
        if (bytes < 0 || bytes > most) {
            throw in.corrupt("at most " + most + " bytes of values in a column", bytes);
        }
    }
}
