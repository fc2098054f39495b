-- +goose Up

-- When the entries of a copy became entries of ours; NULL: they have not.
ALTER TABLE mirrors ADD COLUMN adopted_at DATETIME;
-- What the entry was called in the copy from which it was adopted, as handle@host, or ''.
ALTER TABLE coops ADD COLUMN adopted_from TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX coops_adopted_from ON coops (adopted_from) WHERE adopted_from <> '';
