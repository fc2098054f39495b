-- +goose Up

-- People who sign in for a co-op, or as operators.
CREATE TABLE people (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     TEXT NOT NULL,
    added_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE passkeys (
    id         TEXT PRIMARY KEY, -- the credential's id, base64url
    person_id  BIGINT NOT NULL REFERENCES people (id),
    name       TEXT NOT NULL,    -- so that people know it from their others
    credential TEXT NOT NULL,    -- JSON, as the WebAuthn library keeps it
    added_at   TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ
);
CREATE INDEX passkeys_person ON passkeys (person_id);

-- What a browser was told in confidence.
CREATE TABLE sessions (
    token  TEXT PRIMARY KEY, -- SHA-256 of what the browser holds
    data   BYTEA NOT NULL,
    expiry TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);
CREATE TABLE sign_ins (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES people (id),
    how       TEXT NOT NULL,    -- passkey
    agent     TEXT NOT NULL,    -- the browser, as it calls itself
    at        TIMESTAMPTZ NOT NULL,
    seen_at   TIMESTAMPTZ NOT NULL,
    ended_at  TIMESTAMPTZ
);
CREATE INDEX sign_ins_person ON sign_ins (person_id) WHERE ended_at IS NULL;

-- Who speaks for a co-op; those of the directory's own actor are the operators.
CREATE TABLE members (
    handle    TEXT NOT NULL REFERENCES handles (handle),
    person_id BIGINT NOT NULL REFERENCES people (id),
    role      TEXT NOT NULL CHECK (role IN ('owner', 'editor')),
    since     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (handle, person_id)
);
CREATE INDEX members_person ON members (person_id);
CREATE TABLE invitations (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE, -- SHA-256 of the link's token, hex
    handle     TEXT NOT NULL REFERENCES handles (handle),
    role       TEXT NOT NULL CHECK (role IN ('owner', 'editor')),
    made_at    TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ,
    person_id  BIGINT -- who used it
);
CREATE INDEX invitations_handle ON invitations (handle);

-- Requests to be an owner of an entry.
CREATE TABLE claims (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle       TEXT NOT NULL REFERENCES handles (handle),
    website      TEXT NOT NULL,     -- that is to show the token
    token        TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL CHECK (state IN ('begun', 'proved', 'waiting', 'granted', 'ended')),
    method       TEXT NOT NULL,     -- rel-me | meta | file | dns, or '' until it is proved
    found_at     TEXT NOT NULL,     -- address at which the token was seen
    person_id    BIGINT REFERENCES people (id),
    began_at     TIMESTAMPTZ NOT NULL,
    proved_at    TIMESTAMPTZ,
    effective_at TIMESTAMPTZ,       -- until when owners can end one that waits
    checked_at   TIMESTAMPTZ,       -- when it was last looked at
    missed       INTEGER NOT NULL,  -- how many times in a row it was not found then
    lapsed_at    TIMESTAMPTZ,       -- since when it counts as not found any more
    why          TEXT NOT NULL      -- it ended, or what was last seen
);
CREATE INDEX claims_handle ON claims (handle, state);

-- What people with a role have done.
CREATE TABLE audit_entries (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        TIMESTAMPTZ NOT NULL,
    person_id BIGINT,           -- NULL: the command line, or the program by itself
    who       TEXT NOT NULL,    -- name at that time
    act       TEXT NOT NULL,
    handle    TEXT NOT NULL REFERENCES handles (handle),
    detail    TEXT NOT NULL
);
CREATE INDEX audit_entries_handle ON audit_entries (handle, id);
