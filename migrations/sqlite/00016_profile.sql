-- +goose Up

-- What a co-op says of itself beyond the list. Lists have one member a line: a label or name, " | ", an address.
ALTER TABLE coops ADD COLUMN contact TEXT NOT NULL DEFAULT '';      -- mail or web address
ALTER TABLE coops ADD COLUMN hiring TEXT NOT NULL DEFAULT '';       -- yes, no, or the address of the jobs, which means yes
ALTER TABLE coops ADD COLUMN links TEXT NOT NULL DEFAULT '';
ALTER TABLE coops ADD COLUMN networks TEXT NOT NULL DEFAULT '';
ALTER TABLE coops ADD COLUMN products TEXT NOT NULL DEFAULT '';
ALTER TABLE coops ADD COLUMN extra TEXT NOT NULL DEFAULT '';        -- lines of the profile in the co-op's own words
ALTER TABLE coops ADD COLUMN logo TEXT NOT NULL DEFAULT '';         -- a picture's file, " | ", what it shows
ALTER TABLE coops ADD COLUMN header TEXT NOT NULL DEFAULT '';
-- Whether other servers may suggest the co-op, and let its posts be searched: true, false, or '' until somebody says.
ALTER TABLE coops ADD COLUMN discoverable TEXT NOT NULL DEFAULT '';
ALTER TABLE coops ADD COLUMN indexable TEXT NOT NULL DEFAULT '';

-- The pictures that an entry shows or has shown: what its history has can be put back.
CREATE TABLE entry_pictures (
    handle TEXT NOT NULL REFERENCES handles (handle),
    hash   TEXT NOT NULL REFERENCES pictures (hash),
    PRIMARY KEY (handle, hash)
);
CREATE INDEX entry_pictures_hash ON entry_pictures (hash);

-- Which version of the entry an act made; 0: none.
ALTER TABLE audit_entries ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
