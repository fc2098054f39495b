-- +goose Up

ALTER TABLE claims ADD COLUMN page TEXT NOT NULL DEFAULT '';   -- path that the token links to; '' = the co-op's page
ALTER TABLE claims ADD COLUMN seen_at DATETIME;                -- when the proof was last found
UPDATE claims SET seen_at = CASE WHEN missed = 0 THEN checked_at ELSE proved_at END;

-- Co-ops that add themselves. Nothing of it is public before an operator's yes.
CREATE TABLE proposals (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    state      TEXT NOT NULL CHECK (state IN ('begun', 'proved', 'waiting', 'accepted', 'refused')),
    token      TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    website    TEXT NOT NULL,     -- that is to show the token
    summary    TEXT NOT NULL,
    services   TEXT NOT NULL,
    places     TEXT NOT NULL,
    remote     TEXT NOT NULL,
    languages  TEXT NOT NULL,
    founded    TEXT NOT NULL,
    contact    TEXT NOT NULL,     -- for the operators only
    namesake   BOOLEAN NOT NULL,  -- it says that it is another co-op than the one of the same name
    method     TEXT NOT NULL,     -- as in claims
    found_at   TEXT NOT NULL,
    person_id  INTEGER REFERENCES people (id),
    began_at   DATETIME NOT NULL,
    proved_at  DATETIME,
    sent_at    DATETIME,
    decided_at DATETIME,
    why        TEXT NOT NULL,     -- it was refused
    handle     TEXT NOT NULL      -- of the entry that it became; '' until then
);
CREATE INDEX proposals_state ON proposals (state, id);
CREATE INDEX proposals_person ON proposals (person_id);

-- What speaks for it that somebody is a co-op.
CREATE TABLE evidence (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    handle      TEXT NOT NULL,    -- of whom; '' while the co-op waits to be listed
    proposal_id INTEGER REFERENCES proposals (id),
    kind        TEXT NOT NULL CHECK (kind IN ('register', 'bylaws', 'network', 'vouch')),
    what        TEXT NOT NULL,    -- which register and number, which network
    link        TEXT NOT NULL,
    voucher     TEXT NOT NULL,    -- handle of the co-op that vouches; '' = the co-op says so itself
    state       TEXT NOT NULL CHECK (state IN ('stated', 'confirmed', 'refused', 'withdrawn')),
    stated_at   DATETIME NOT NULL,
    judged_at   DATETIME,
    why         TEXT NOT NULL     -- it was refused
);
CREATE INDEX evidence_handle ON evidence (handle);
CREATE INDEX evidence_proposal ON evidence (proposal_id);
CREATE INDEX evidence_voucher ON evidence (voucher);
CREATE INDEX evidence_stated ON evidence (id) WHERE state = 'stated';
CREATE UNIQUE INDEX evidence_vouched_once ON evidence (handle, voucher) WHERE kind = 'vouch' AND state <> 'withdrawn';
