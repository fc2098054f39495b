-- +goose Up

-- What search finds: our entries and those of mirrored directories, with what they are filtered and ordered by.
CREATE TABLE listed (
    id          BIGINT PRIMARY KEY,                   -- coops.id, or below 0
    mirror_id   BIGINT NOT NULL REFERENCES logs (id), -- whose entry it is; 0: ours
    handle      TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'defunct', 'unlisted')),
    name_key    TEXT NOT NULL,                        -- the beginning of the folded name
    website_key TEXT NOT NULL,                        -- equal means the same co-op at several homes; '' means none
    region      TEXT NOT NULL,
    remote      BOOLEAN NOT NULL,
    claimed     BOOLEAN NOT NULL,
    shown_as    BIGINT NOT NULL,                      -- its own id, or that of the same co-op's entry at another home; 0: hidden here
    UNIQUE (mirror_id, handle)
);
CREATE INDEX listed_status_name ON listed (status, name_key) WHERE shown_as = id;
CREATE INDEX listed_website_key ON listed (website_key) WHERE website_key <> '';
CREATE INDEX listed_shown_as ON listed (shown_as) WHERE shown_as <> id;
INSERT INTO listed SELECT id, 0, handle, status, substr(name_key, 1, 200), CASE WHEN length(website_key) > 1000 THEN '' ELSE website_key END,
    region, remote, claimed_at IS NOT NULL, id FROM coops WHERE status <> 'removed';

-- Counts each change of what is listed of mirrored directories, so that pages are made anew.
CREATE TABLE listing (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    edition BIGINT NOT NULL
);
INSERT INTO listing VALUES (1, 0);

-- What our operators say of mirrored entries. It outlives the copy, and leaves this directory by no way.
CREATE TABLE overlays (
    host   TEXT NOT NULL,     -- the home of the entry
    handle TEXT NOT NULL,
    hidden BOOLEAN NOT NULL,
    tags   TEXT NOT NULL,     -- one a line
    note   TEXT NOT NULL,
    who    TEXT NOT NULL,     -- said so last, as the audit log names them
    at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (host, handle)
);

-- In places, country '' is one that a mirrored entry names and we do not know.
ALTER TABLE coop_services DROP CONSTRAINT coop_services_coop_id_fkey, ADD FOREIGN KEY (coop_id) REFERENCES listed (id);
ALTER TABLE coop_places DROP CONSTRAINT coop_places_coop_id_fkey, ADD FOREIGN KEY (coop_id) REFERENCES listed (id);
ALTER TABLE coop_search DROP CONSTRAINT coop_search_coop_id_fkey, ADD FOREIGN KEY (coop_id) REFERENCES listed (id);
