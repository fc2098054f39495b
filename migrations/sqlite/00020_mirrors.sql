-- +goose Up

-- Other directories of which we keep a copy. A copy has the number of its log.
CREATE TABLE mirrors (
    id          INTEGER PRIMARY KEY REFERENCES logs (id),
    host        TEXT NOT NULL UNIQUE,
    origin      TEXT NOT NULL, -- https://coops.example
    source      TEXT NOT NULL, -- where its log is read: the origin, or another mirror's copy
    name        TEXT NOT NULL,
    key         TEXT NOT NULL, -- with which its heads are signed, as signed notes write it
    head        TEXT NOT NULL, -- the last one that was verified
    applied     INTEGER NOT NULL,  -- how many records the entries below show
    state       TEXT NOT NULL CHECK (state IN ('copying', 'current', 'frozen')),
    why         TEXT NOT NULL, -- it is frozen, or what went wrong the last time
    received    INTEGER NOT NULL,  -- bytes of records
    failures    INTEGER NOT NULL,  -- in a row
    added_at    DATETIME NOT NULL,
    verified_at DATETIME,          -- when the origin last showed a good head
    next_at     DATETIME NOT NULL  -- when it was last asked; after a failure, when it is asked again
);
CREATE TABLE mirrored_heads (
    mirror_id INTEGER NOT NULL REFERENCES mirrors (id),
    size      INTEGER NOT NULL,
    head      TEXT NOT NULL, -- as signed by the origin
    PRIMARY KEY (mirror_id, size)
) WITHOUT ROWID;
CREATE TABLE mirrored_entries (
    mirror_id INTEGER NOT NULL REFERENCES mirrors (id),
    handle    TEXT NOT NULL,
    version   INTEGER NOT NULL,
    leaf      INTEGER NOT NULL, -- of the record that says so
    name      TEXT NOT NULL,
    entry     TEXT NOT NULL, -- JSON
    PRIMARY KEY (mirror_id, handle)
);
CREATE INDEX mirrored_entries_leaf ON mirrored_entries (mirror_id, leaf);
