-- +goose Up

-- Domains that are spoken with when only these are, each with all below it.
CREATE TABLE allowed_domains (
    domain     TEXT PRIMARY KEY, -- lower case, ASCII
    note       TEXT NOT NULL,    -- for the operators
    allowed_at TIMESTAMPTZ NOT NULL
);
ALTER TABLE instance ADD COLUMN only_allowed BOOLEAN NOT NULL DEFAULT FALSE;

-- The keys by which actors are known who have said good-bye, or whose key became
-- somebody else's. With another key they wait for the operators.
CREATE TABLE pins (
    peer_id    TEXT PRIMARY KEY,
    public_pem TEXT NOT NULL,
    pinned_at  TIMESTAMPTZ NOT NULL,
    asked_at   TIMESTAMPTZ         -- when it last came with another key; NULL: never
);
