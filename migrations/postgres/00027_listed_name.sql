-- +goose Up
-- The front page shows active and inactive co-ops together in the order of their names.
CREATE INDEX listed_name ON listed (name_key, id DESC) WHERE shown_as = id;
