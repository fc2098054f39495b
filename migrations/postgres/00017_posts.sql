-- +goose Up

ALTER TABLE posts ADD COLUMN markdown BOOLEAN NOT NULL DEFAULT FALSE; -- else the body is plain text

-- Posts that wait for their time. One that is published is deleted in the
-- transaction that publishes it.
CREATE TABLE scheduled_posts (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle      TEXT NOT NULL REFERENCES handles (handle),
    person_id   BIGINT NOT NULL,  -- who posts: a member, or it does not go out
    who         TEXT NOT NULL,     -- name at that time
    body        TEXT NOT NULL,
    markdown    BOOLEAN NOT NULL,
    language    TEXT NOT NULL,     -- BCP 47; '': as it reads
    in_reply_to TEXT NOT NULL,     -- id of the note that it answers, or ''
    boost       BOOLEAN NOT NULL,
    due_at      TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL, -- names what it says, so that nothing else is published
    try_at      TIMESTAMPTZ NOT NULL, -- when it is next tried
    tries       BIGINT NOT NULL,  -- that have failed
    failed_at   TIMESTAMPTZ,          -- since when it is not tried any more
    why         TEXT NOT NULL      -- the last try failed, or ''
);
CREATE INDEX scheduled_posts_handle ON scheduled_posts (handle, due_at);
CREATE INDEX scheduled_posts_try ON scheduled_posts (try_at) WHERE failed_at IS NULL;
CREATE TABLE scheduled_pictures (
    scheduled_id BIGINT NOT NULL REFERENCES scheduled_posts (id),
    position     BIGINT NOT NULL, -- from 0
    hash         TEXT NOT NULL REFERENCES pictures (hash),
    alt          TEXT NOT NULL,
    PRIMARY KEY (scheduled_id, position)
);
CREATE INDEX scheduled_pictures_hash ON scheduled_pictures (hash);

ALTER TABLE invitations ADD COLUMN made_by TEXT NOT NULL DEFAULT ''; -- name at that time
