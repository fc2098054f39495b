-- +goose Up

-- The changes of a mirrored directory's key that its copy has followed, a JSON array, oldest first.
ALTER TABLE mirrors ADD COLUMN handovers TEXT NOT NULL DEFAULT '[]';
