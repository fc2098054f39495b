-- +goose Up

-- What search finds: our entries and those of mirrored directories, with what they are filtered and ordered by.
CREATE TABLE listed (
    id          INTEGER PRIMARY KEY,                   -- coops.id, or below 0
    mirror_id   INTEGER NOT NULL REFERENCES logs (id), -- whose entry it is; 0: ours
    handle      TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'defunct', 'unlisted')),
    name_key    TEXT NOT NULL,                         -- the beginning of the folded name
    website_key TEXT NOT NULL,                         -- equal means the same co-op at several homes; '' means none
    region      TEXT NOT NULL,
    remote      BOOLEAN NOT NULL,
    claimed     BOOLEAN NOT NULL,
    shown_as    INTEGER NOT NULL,                      -- its own id, or that of the same co-op's entry at another home; 0: hidden here
    UNIQUE (mirror_id, handle)
);
CREATE INDEX listed_status_name ON listed (status, name_key) WHERE shown_as = id;
CREATE INDEX listed_website_key ON listed (website_key) WHERE website_key <> '';
CREATE INDEX listed_shown_as ON listed (shown_as) WHERE shown_as <> id;
INSERT INTO listed SELECT id, 0, handle, status, substr(name_key, 1, 200), CASE WHEN length(website_key) > 1000 THEN '' ELSE website_key END,
    region, remote, claimed_at IS NOT NULL, id FROM coops WHERE status <> 'removed';

-- Counts each change of what is listed of mirrored directories, so that pages are made anew.
CREATE TABLE listing (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    edition INTEGER NOT NULL
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
    at     DATETIME NOT NULL,
    PRIMARY KEY (host, handle)
) WITHOUT ROWID;

CREATE TABLE listed_services (
    coop_id INTEGER NOT NULL REFERENCES listed (id),
    service TEXT NOT NULL,
    PRIMARY KEY (coop_id, service)
);
INSERT INTO listed_services SELECT coop_id, service FROM coop_services WHERE coop_id IN (SELECT id FROM listed);
DROP TABLE coop_services;
ALTER TABLE listed_services RENAME TO coop_services;
CREATE INDEX coop_services_service ON coop_services (service, coop_id);

CREATE TABLE listed_places (
    coop_id     INTEGER NOT NULL REFERENCES listed (id),
    position    INTEGER NOT NULL,
    city        TEXT NOT NULL,
    subdivision TEXT NOT NULL,
    country     TEXT NOT NULL,    -- ISO 3166-1 alpha-2; '': a mirrored entry names one that we do not know
    lat         REAL NOT NULL,    -- degrees, WGS 84
    lon         REAL NOT NULL,
    precision   TEXT NOT NULL,    -- what the point is the middle of: city | subdivision | country
    PRIMARY KEY (coop_id, position)
);
INSERT INTO listed_places SELECT coop_id, position, city, subdivision, country, lat, lon, precision FROM coop_places WHERE coop_id IN (SELECT id FROM listed);
DROP TABLE coop_places;
ALTER TABLE listed_places RENAME TO coop_places;
CREATE INDEX coop_places_country ON coop_places (country, coop_id);
