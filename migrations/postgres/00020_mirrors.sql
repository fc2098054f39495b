-- +goose Up

-- Other directories of which we keep a copy. A copy has the number of its log.
CREATE TABLE mirrors (
    id          BIGINT PRIMARY KEY REFERENCES logs (id),
    host        TEXT NOT NULL UNIQUE,
    origin      TEXT NOT NULL, -- https://coops.example
    source      TEXT NOT NULL, -- where its log is read: the origin, or another mirror's copy
    name        TEXT NOT NULL,
    key         TEXT NOT NULL, -- with which its heads are signed, as signed notes write it
    head        TEXT NOT NULL, -- the last one that was verified
    applied     BIGINT NOT NULL,  -- how many records the entries below show
    state       TEXT NOT NULL CHECK (state IN ('copying', 'current', 'frozen')),
    why         TEXT NOT NULL, -- it is frozen, or what went wrong the last time
    received    BIGINT NOT NULL,  -- bytes of records
    failures    BIGINT NOT NULL,  -- in a row
    added_at    TIMESTAMPTZ NOT NULL,
    verified_at TIMESTAMPTZ,          -- when the origin last showed a good head
    next_at     TIMESTAMPTZ NOT NULL  -- when it was last asked; after a failure, when it is asked again
);
CREATE TABLE mirrored_heads (
    mirror_id BIGINT NOT NULL REFERENCES mirrors (id),
    size      BIGINT NOT NULL,
    head      TEXT NOT NULL, -- as signed by the origin
    PRIMARY KEY (mirror_id, size)
);
CREATE TABLE mirrored_entries (
    mirror_id BIGINT NOT NULL REFERENCES mirrors (id),
    handle    TEXT NOT NULL,
    version   BIGINT NOT NULL,
    leaf      BIGINT NOT NULL, -- of the record that says so
    name      TEXT NOT NULL,
    entry     TEXT NOT NULL, -- JSON
    PRIMARY KEY (mirror_id, handle)
);
CREATE INDEX mirrored_entries_leaf ON mirrored_entries (mirror_id, leaf);
