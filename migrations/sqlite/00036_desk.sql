-- +goose Up

-- Whether the public sees a blocked domain with stars in its middle.
ALTER TABLE blocked_domains ADD COLUMN obfuscated BOOLEAN NOT NULL DEFAULT FALSE;

-- What a server did not take. Most receipts are of what was.
CREATE INDEX receipts_untold ON receipts (inbox_id, change_id) WHERE outcome <> 'told';
