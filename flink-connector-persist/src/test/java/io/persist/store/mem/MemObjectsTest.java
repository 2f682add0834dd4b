package io.persist.store.mem;

import io.persist.store.ConditionalObjects;
import io.persist.testing.ConditionalObjectsContract;

class MemObjectsTest extends ConditionalObjectsContract {
    private final MemObjects objects = new MemObjects();

    @Override
    protected ConditionalObjects client() {
        return objects;
    }
}
