-- +goose Up

-- Accounts of the fediverse with which people sign in. A row stays when its
-- account is removed, so that nobody else can bring the account along later.
CREATE TABLE accounts (
    actor_id   TEXT PRIMARY KEY,
    person_id  BIGINT NOT NULL REFERENCES people (id),
    name       TEXT NOT NULL,    -- name@host
    url        TEXT NOT NULL,    -- its profile page
    inbox      TEXT NOT NULL,    -- to which what is meant for the person is sent
    added_at   TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ,
    removed_at TIMESTAMPTZ          -- NULL: it signs the person in
);
CREATE INDEX accounts_person ON accounts (person_id);

-- What was asked of another server, or of whoever sends a code, until somebody
-- comes back with the answer, once.
CREATE TABLE account_requests (
    secret_hash TEXT PRIMARY KEY, -- SHA-256 of the state (OAuth) or of the code, hex
    expires_at  TIMESTAMPTZ NOT NULL,
    account     TEXT NOT NULL,    -- JSON: who has sent the code; '' until then
    used_at     TIMESTAMPTZ
);
CREATE INDEX account_requests_expiry ON account_requests (expires_at);

-- What we are to other servers that sign people in (RFC 6749, section 2).
CREATE TABLE oauth_clients (
    host       TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL,
    secret     TEXT NOT NULL,
    scope      TEXT NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL -- when the server last knew it
);

-- Whose website it is by the proof of an account: the actor's id, or ''.
ALTER TABLE claims ADD COLUMN account_id TEXT NOT NULL DEFAULT '';
