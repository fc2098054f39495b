-- +goose Up

-- Public logs of entries: our own, which is number 0, and those that we mirror.
CREATE TABLE logs (
    id        INTEGER PRIMARY KEY,
    size      INTEGER NOT NULL, -- how many records there are
    change_id INTEGER NOT NULL  -- the last change of ours that they tell of; 0 for others' logs
);
INSERT INTO logs (id, size, change_id) VALUES (0, 0, 0);
CREATE TABLE log_records (
    log_id     INTEGER NOT NULL REFERENCES logs (id),
    leaf       INTEGER NOT NULL,  -- from 0
    handle     TEXT NOT NULL, -- whose entry it is about, or '' if it is about the log
    commitment BLOB NOT NULL,  -- 32 bytes
    salt       BLOB NOT NULL,  -- empty once the record was withdrawn, or held back
    record     TEXT,          -- JSON, as committed to; NULL when the salt is empty
    withdrawn  BOOLEAN NOT NULL, -- for good, by a later record
    PRIMARY KEY (log_id, leaf)
);
CREATE INDEX log_records_handle ON log_records (log_id, handle, leaf) WHERE record IS NOT NULL;
CREATE INDEX log_records_held ON log_records (log_id, leaf) WHERE record IS NULL AND NOT withdrawn; -- held back
CREATE TABLE log_tiles (
    log_id INTEGER NOT NULL REFERENCES logs (id),
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB NOT NULL, -- up to 256, of 32 bytes each
    PRIMARY KEY (log_id, level, number)
);
