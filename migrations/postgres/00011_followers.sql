-- +goose Up

-- The keys with which our actors sign, made when first needed.
CREATE TABLE keys (
    handle      TEXT PRIMARY KEY REFERENCES handles (handle),
    private_pem TEXT NOT NULL,    -- PKCS #8
    made_at     TIMESTAMPTZ NOT NULL
);

-- Actors of other servers, as last fetched.
CREATE TABLE peers (
    id           TEXT PRIMARY KEY, -- the actor's id
    inbox        TEXT NOT NULL,
    shared_inbox TEXT NOT NULL,    -- '' when it has none
    handle       TEXT NOT NULL,    -- name@host, as its server writes it
    key_id       TEXT NOT NULL,
    public_pem   TEXT NOT NULL,
    fetched_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX peers_key_id ON peers (key_id);

-- A listener: one inbox of another server and how far it has been told. This
-- is the queue; there is no row for each delivery that is to be made.
CREATE TABLE inboxes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url           TEXT NOT NULL UNIQUE,
    host          TEXT NOT NULL,
    taken         BIGINT NOT NULL,  -- number of the last change it has taken
    due_at        TIMESTAMPTZ,          -- when to try next; NULL: nothing is owed
    wakes         BIGINT NOT NULL,  -- counts how often something new was owed
    leased_until  TIMESTAMPTZ,          -- a process is at it until then
    leased_by     TEXT NOT NULL,
    failures      INTEGER NOT NULL,  -- in a row
    failing_since TIMESTAMPTZ,
    gone          BOOLEAN NOT NULL,  -- the last answer was that there is no such inbox
    last_error    TEXT NOT NULL
);
CREATE INDEX inboxes_due ON inboxes (due_at);

-- Who follows whom. A follower is owed the changes that came after its Follow.
CREATE TABLE followers (
    handle       TEXT NOT NULL REFERENCES handles (handle), -- who is followed
    peer_id      TEXT NOT NULL REFERENCES peers (id),
    inbox_id     BIGINT NOT NULL REFERENCES inboxes (id),  -- where changes go: the shared inbox if there is one
    own_inbox_id BIGINT NOT NULL REFERENCES inboxes (id),  -- where the Accept goes
    follow_id    TEXT NOT NULL,
    follow       TEXT NOT NULL,    -- the Follow as received, for the Accept
    since        BIGINT NOT NULL, -- the last change before the first Follow
    followed_at  TIMESTAMPTZ NOT NULL,
    accepted_at  TIMESTAMPTZ,         -- when the Accept was delivered; NULL: it is owed
    PRIMARY KEY (handle, peer_id)
);
CREATE INDEX followers_inbox ON followers (inbox_id, handle);
CREATE INDEX followers_accept ON followers (own_inbox_id) WHERE accepted_at IS NULL;

-- What came of telling an inbox about a change: one row for each that is over.
CREATE TABLE receipts (
    change_id BIGINT NOT NULL REFERENCES changes (id),
    inbox_id  BIGINT NOT NULL REFERENCES inboxes (id),
    outcome   TEXT NOT NULL,      -- told | refused | given up | withdrawn
    status    INTEGER NOT NULL,   -- HTTP status; 0: no answer
    detail    TEXT NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (change_id, inbox_id)
);

-- Activities that were taken in, so that a second copy has no effect.
CREATE TABLE heard (
    peer_id     TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (peer_id, activity_id)
);
CREATE INDEX heard_at ON heard (at);

-- What our actors say to people.
CREATE TABLE posts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle       TEXT NOT NULL REFERENCES handles (handle),
    body         TEXT NOT NULL,    -- plain text, paragraphs separated by a blank line
    automatic    BOOLEAN NOT NULL, -- made from changes, not written by a person
    published_at TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    deleted_at   TIMESTAMPTZ
);
CREATE INDEX posts_handle ON posts (handle, id);

-- How far the change log has been looked through for inboxes to wake.
CREATE TABLE delivery (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    swept BIGINT NOT NULL
);
INSERT INTO delivery (id, swept) VALUES (1, 0);
