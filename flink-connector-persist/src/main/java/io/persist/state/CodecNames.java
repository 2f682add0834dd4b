package io.persist.state;

/** The codecs a shard was created with. */
public record CodecNames(String key, String val, String time, String diff) {
    @Override
    public String toString() {
        return "(" + key + ", " + val + ", " + time + ", " + diff + ")";
    }
}
