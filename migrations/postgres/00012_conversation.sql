-- +goose Up

-- Where it is looked up what an inbox is owed: of whom it has followers and from
-- when on, whose own it is, and what was said about one post.
DROP INDEX followers_inbox;
CREATE INDEX followers_inbox ON followers (inbox_id, handle, since);
CREATE INDEX followers_peer ON followers (peer_id);
CREATE INDEX peers_inbox ON peers (inbox);
CREATE INDEX changes_post ON changes (after) WHERE field = 'post';

-- An actor's keys, newest last. The older ones are kept, because whoever has
-- not heard of a new one yet is told with the old one.
CREATE TABLE actor_keys (
    handle      TEXT NOT NULL REFERENCES handles (handle),
    number      BIGINT NOT NULL, -- from 1
    private_pem TEXT NOT NULL,    -- PKCS #8, RSA: signs requests
    proof_pem   TEXT NOT NULL,    -- PKCS #8, Ed25519: signs documents; '' until it is first needed
    since       BIGINT NOT NULL, -- the change that tells of it; 0 for the first
    made_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (handle, number)
);
INSERT INTO actor_keys SELECT handle, 1, private_pem, '', 0, made_at FROM keys;
DROP TABLE keys;
ALTER TABLE actor_keys RENAME TO keys;
CREATE INDEX keys_since ON keys (since);

-- Where a co-op speaks now, if it has an actor on a server of its own.
ALTER TABLE coops ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';
-- Whether others may feature and quote the co-op: true, false, or '' when nobody has said.
ALTER TABLE coops ADD COLUMN featurable TEXT NOT NULL DEFAULT '';
ALTER TABLE coops ADD COLUMN quotable TEXT NOT NULL DEFAULT '';

ALTER TABLE peers ADD COLUMN name TEXT NOT NULL DEFAULT '';       -- as people read it
ALTER TABLE peers ADD COLUMN url TEXT NOT NULL DEFAULT '';        -- its profile page
ALTER TABLE peers ADD COLUMN proof_keys TEXT NOT NULL DEFAULT ''; -- JSON: id of an Ed25519 key to its multibase form

ALTER TABLE posts ADD COLUMN language TEXT NOT NULL DEFAULT 'en'; -- BCP 47
ALTER TABLE posts ADD COLUMN in_reply_to TEXT NOT NULL DEFAULT ''; -- id of the note that it answers

-- Pictures that we publish, each kept once.
CREATE TABLE pictures (
    hash       TEXT PRIMARY KEY, -- SHA-256 of the data, hex
    media_type TEXT NOT NULL,    -- image/jpeg | image/png
    width      BIGINT NOT NULL, -- pixels
    height     BIGINT NOT NULL,
    data       BYTEA NOT NULL,
    added_at   TIMESTAMPTZ NOT NULL
);
CREATE TABLE post_pictures (
    post_id  BIGINT NOT NULL REFERENCES posts (id),
    position BIGINT NOT NULL, -- from 0
    hash     TEXT NOT NULL REFERENCES pictures (hash),
    alt      TEXT NOT NULL,
    PRIMARY KEY (post_id, position)
);
CREATE INDEX post_pictures_hash ON post_pictures (hash);

CREATE TABLE post_tags (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    tag     TEXT NOT NULL,    -- folded, without #
    PRIMARY KEY (post_id, tag)
);
CREATE INDEX post_tags_tag ON post_tags (tag, post_id);

-- Whom a post names.
CREATE TABLE post_mentions (
    post_id  BIGINT NOT NULL REFERENCES posts (id),
    account  TEXT NOT NULL,    -- name@host, as in the text
    actor_id TEXT NOT NULL,
    url      TEXT NOT NULL,    -- its profile page
    inbox_id BIGINT REFERENCES inboxes (id), -- NULL: an actor of ours
    PRIMARY KEY (post_id, account)
);

-- Which of our actors passed a co-op's post on to their own followers.
CREATE TABLE boosts (
    handle  TEXT NOT NULL REFERENCES handles (handle),
    post_id BIGINT NOT NULL REFERENCES posts (id),
    at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (handle, post_id)
);
CREATE INDEX boosts_post ON boosts (post_id);

-- Inboxes that are owed a change although nobody there follows: those of whom
-- a post names, and of whom it was answered, liked, passed on or quoted by. It
-- is owed until there is a receipt.
CREATE TABLE addressees (
    change_id BIGINT NOT NULL REFERENCES changes (id),
    inbox_id  BIGINT NOT NULL REFERENCES inboxes (id),
    PRIMARY KEY (inbox_id, change_id)
);
CREATE INDEX addressees_change ON addressees (change_id);

-- Answers that are owed to single inboxes, and what came of them.
CREATE TABLE answers (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inbox_id         BIGINT NOT NULL REFERENCES inboxes (id),
    handle           TEXT NOT NULL REFERENCES handles (handle), -- who answers
    type             TEXT NOT NULL,    -- Accept | Reject | Delete
    request          TEXT NOT NULL,    -- the activity that is answered, as received
    authorization_id BIGINT NOT NULL, -- that an Accept grants or a Delete takes back; 0: none
    made_at          TIMESTAMPTZ NOT NULL,
    sent_at          TIMESTAMPTZ          -- NULL: it is owed
);
CREATE INDEX answers_owed ON answers (inbox_id) WHERE sent_at IS NULL;

-- Leave that a co-op gave to be quoted or featured. Anyone may look it up.
CREATE TABLE authorizations (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle      TEXT NOT NULL REFERENCES handles (handle),
    type        TEXT NOT NULL,    -- QuoteAuthorization | FeatureAuthorization
    interacting TEXT NOT NULL,    -- id of the quoting note, or of the collection
    post_id     BIGINT NOT NULL, -- that is quoted; 0: the introduction, or the actor
    peer_id     TEXT NOT NULL,    -- who asked
    inbox_id    BIGINT NOT NULL REFERENCES inboxes (id),
    given_at    TIMESTAMPTZ NOT NULL,
    revoked_at  TIMESTAMPTZ,
    UNIQUE (handle, type, post_id, interacting)
);
CREATE INDEX authorizations_interacting ON authorizations (interacting);
CREATE INDEX authorizations_peer ON authorizations (peer_id);

-- What was heard, for the co-op to look at.
CREATE TABLE events (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle      TEXT NOT NULL REFERENCES handles (handle), -- whom it concerns
    at          TIMESTAMPTZ NOT NULL,
    type        TEXT NOT NULL,    -- of the activity; Undo Like for the Undo of a Like
    peer_id     TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    object      TEXT NOT NULL,    -- id of what it is about
    effect      TEXT NOT NULL     -- what came of it, for people
);
CREATE INDEX events_handle ON events (handle, id);
CREATE INDEX events_at ON events (at);
CREATE INDEX events_peer ON events (peer_id);

-- Likes and boosts of our posts.
CREATE TABLE reactions (
    handle      TEXT NOT NULL REFERENCES handles (handle), -- whose post
    post_id     BIGINT NOT NULL, -- 0: the introduction
    type        TEXT NOT NULL,    -- Like | Announce
    peer_id     TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    inbox_id    BIGINT NOT NULL REFERENCES inboxes (id),
    at          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (handle, post_id, type, peer_id)
);
CREATE INDEX reactions_peer ON reactions (peer_id);

-- Public notes of others in answer to our posts.
CREATE TABLE replies (
    id           TEXT PRIMARY KEY, -- the note's id
    handle       TEXT NOT NULL REFERENCES handles (handle), -- below whose post
    post_id      BIGINT NOT NULL, -- 0: the introduction
    in_reply_to  TEXT NOT NULL,    -- our post, or another answer to it
    peer_id      TEXT NOT NULL REFERENCES peers (id),
    inbox_id     BIGINT NOT NULL REFERENCES inboxes (id),
    url          TEXT NOT NULL,    -- its page
    warning      TEXT NOT NULL,    -- plain text before which the content stays hidden, or ''
    content      TEXT NOT NULL,    -- HTML, cleaned
    language     TEXT NOT NULL,    -- BCP 47 or ''
    published_at TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    heard_at     TIMESTAMPTZ NOT NULL,
    hidden_at    TIMESTAMPTZ
);
CREATE INDEX replies_post ON replies (handle, post_id, heard_at);
CREATE INDEX replies_peer ON replies (peer_id, handle, post_id);

-- What others reported to the operators.
CREATE TABLE reports (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    peer_id     TEXT NOT NULL,    -- mostly the other server's own actor
    activity_id TEXT NOT NULL,
    content     TEXT NOT NULL,    -- plain text
    at          TIMESTAMPTZ NOT NULL,
    resolved_at TIMESTAMPTZ,
    resolution  TEXT NOT NULL
);
CREATE INDEX reports_open ON reports (peer_id) WHERE resolved_at IS NULL;
CREATE TABLE report_objects (
    report_id BIGINT NOT NULL REFERENCES reports (id),
    position  BIGINT NOT NULL,
    handle    TEXT NOT NULL,      -- of ours that it concerns, or ''
    object    TEXT NOT NULL,      -- id
    PRIMARY KEY (report_id, position)
);
