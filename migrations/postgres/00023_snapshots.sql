-- +goose Up

-- The newest record of a log that is a snapshot.
ALTER TABLE logs ADD COLUMN snapshot BIGINT;
-- The snapshot with which a copy began, until it has also what had ended before it.
ALTER TABLE mirrors ADD COLUMN snapshot BIGINT;

-- The record that ended this one: a later one about the same entry. NULL while it
-- stands, as what is about the log does for good. The record's own number if it
-- never stood for anything, as a removal, or ended before anybody noted by what.
ALTER TABLE log_records ADD COLUMN ended BIGINT;
UPDATE log_records SET handle = record::json #>> '{removed,handle}', ended = leaf
WHERE handle = '' AND record IS NOT NULL AND record::json #>> '{removed,handle}' IS NOT NULL;
DROP INDEX log_records_handle;
CREATE INDEX log_records_handle ON log_records (log_id, handle, leaf);
UPDATE log_records SET ended = (
    SELECT MIN(later.leaf) FROM log_records later
    WHERE later.log_id = log_records.log_id AND later.handle = log_records.handle AND later.leaf > log_records.leaf
) WHERE ended IS NULL AND handle <> '';
UPDATE log_records SET ended = leaf WHERE ended IS NULL AND withdrawn;
CREATE INDEX log_records_standing ON log_records (log_id, handle) WHERE ended IS NULL;

-- Held back is what stands; what had ended before a snapshot is only skipped.
DROP INDEX log_records_held;
CREATE INDEX log_records_held ON log_records (log_id, leaf) WHERE record IS NULL AND NOT withdrawn AND ended IS NULL;
CREATE INDEX log_records_skipped ON log_records (log_id, leaf) WHERE record IS NULL AND NOT withdrawn AND ended IS NOT NULL;
