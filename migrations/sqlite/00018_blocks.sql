-- +goose Up

-- Whom our actors do not want to hear. One that was ended stays for a while: what
-- takes it back says what it was.
CREATE TABLE blocks (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    handle   TEXT NOT NULL REFERENCES handles (handle), -- who blocks
    peer_id  TEXT NOT NULL,    -- whom; it may be forgotten otherwise
    account  TEXT NOT NULL,    -- name@host, as it was when blocked
    inbox_id INTEGER NOT NULL REFERENCES inboxes (id), -- of that actor alone
    made_at  DATETIME NOT NULL,
    ended_at DATETIME          -- NULL: it stands
);
CREATE UNIQUE INDEX blocks_peer ON blocks (peer_id, handle) WHERE ended_at IS NULL;
CREATE INDEX blocks_handle ON blocks (handle) WHERE ended_at IS NULL;

-- Domains with which the operators want nothing to do, each with all below it.
CREATE TABLE blocked_domains (
    domain     TEXT PRIMARY KEY, -- lower case, ASCII
    reason     TEXT NOT NULL,    -- for everybody
    note       TEXT NOT NULL,    -- for the operators
    blocked_at DATETIME NOT NULL
);

-- Whether a reply is not shown because its author, or the domain, is blocked.
ALTER TABLE replies ADD COLUMN silenced BOOLEAN NOT NULL DEFAULT FALSE;
-- The block that a Block or its Undo tells of; 0: none.
ALTER TABLE answers ADD COLUMN block_id INTEGER NOT NULL DEFAULT 0;
