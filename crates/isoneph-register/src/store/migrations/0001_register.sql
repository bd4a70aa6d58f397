-- One row a transaction that changed something. `at_micros`: microseconds since 1970-01-01T00:00:00Z, never before the
-- row that precedes it.
CREATE TABLE revision (
    id        BIGINT NOT NULL PRIMARY KEY,
    at_micros BIGINT NOT NULL,
    who       TEXT   NOT NULL,
    note      TEXT   NOT NULL
);

-- The objects as they stand, each as JSON.
CREATE TABLE object (
    kind     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    revision BIGINT NOT NULL REFERENCES revision (id),
    body     TEXT   NOT NULL,
    PRIMARY KEY (kind, name)
);

-- Every change of every object: NULL before means that it was made, NULL after that it was removed.
CREATE TABLE history (
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    revision    BIGINT NOT NULL REFERENCES revision (id),
    body_before TEXT,
    body_after  TEXT,
    source      TEXT   NOT NULL,
    PRIMARY KEY (kind, name, revision)
);

CREATE INDEX history_revision ON history (revision);
CREATE INDEX revision_at ON revision (at_micros);
