-- +goose Up

-- The key with which a pinned actor last came, for the operators to compare; '':
-- from before it was kept, or it does not wait.
ALTER TABLE pins ADD COLUMN asked_pem TEXT NOT NULL DEFAULT '';
