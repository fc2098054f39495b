-- +goose Up

-- The changes of a mirrored directory's key that its copy has followed, a JSON array, oldest first.
ALTER TABLE mirrors ADD COLUMN handovers TEXT NOT NULL DEFAULT '[]';

-- Words that were searched for are taken out of the index when their entry is.
INSERT INTO coop_search (coop_search, rank) VALUES ('secure-delete', 1);
