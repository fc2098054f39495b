-- +goose Up

-- Other servers, as whoever brings them news knows them. A server that fails is
-- left alone, with all its inboxes.
CREATE TABLE peer_hosts (
    host          TEXT PRIMARY KEY, -- as inboxes have it
    signature     TEXT NOT NULL CHECK (signature IN ('', 'cavage', 'rfc9421')), -- the kind that it took last; '': not known
    failures      BIGINT NOT NULL, -- in a row, at any of its inboxes
    failing_since TIMESTAMPTZ,
    closed_until  TIMESTAMPTZ          -- it is left alone until then, and then asked at one inbox; NULL: it is open
);
CREATE INDEX inboxes_host ON inboxes (host);
