-- +goose Up

-- The one row that says whose database this is.
CREATE TABLE instance (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    origin     TEXT NOT NULL,     -- https://coops.example: every actor id begins with it, so it never changes
    created_at DATETIME NOT NULL
);

-- Every name that was ever given or is kept free. Rows are never deleted: a handle is never reused.
CREATE TABLE handles (
    handle   TEXT PRIMARY KEY,    -- [a-z0-9_]{1,30}
    kind     TEXT NOT NULL,       -- coop | directory | region | country | service
    taken_at DATETIME NOT NULL
);

-- A co-op as it is now: for each field the word that stands highest among its facts.
CREATE TABLE coops (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    handle         TEXT NOT NULL UNIQUE REFERENCES handles (handle),
    version        INTEGER NOT NULL,        -- counts the edits; the last change carries the same number
    status         TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'defunct', 'unlisted', 'removed')),
    name           TEXT NOT NULL,
    name_key       TEXT NOT NULL,           -- folded name: equal means the same co-op
    website        TEXT NOT NULL,
    website_key    TEXT NOT NULL,           -- host and path without www and scheme: equal means the same co-op
    summary        TEXT NOT NULL,
    notes          TEXT NOT NULL,           -- Markdown, as listed
    notes_language TEXT NOT NULL,           -- BCP 47
    listed_areas   TEXT NOT NULL,           -- the list's own words for services
    listed_place   TEXT NOT NULL,           -- the list's own words for places
    services       TEXT NOT NULL,           -- ids, comma separated, in the order of mention
    places         TEXT NOT NULL,           -- labels, semicolon separated
    region         TEXT NOT NULL,           -- europe, …, worldwide
    remote         BOOLEAN NOT NULL,
    founded        INTEGER NOT NULL,        -- year; 0: unknown
    members        TEXT NOT NULL,           -- 8, 150+
    languages      TEXT NOT NULL,           -- BCP 47, comma separated
    removed_reason TEXT NOT NULL,
    merged_into    TEXT NOT NULL,           -- handle of the entry that this one turned out to be
    listed_at      DATETIME NOT NULL,
    updated_at     DATETIME NOT NULL,
    claimed_at     DATETIME                 -- when the co-op proved who it is
);
CREATE INDEX coops_status_name ON coops (status, name_key);
CREATE INDEX coops_website_key ON coops (website_key);

-- Who says what: one row per co-op, field and source. A lower source keeps its word beneath a higher one.
CREATE TABLE facts (
    coop_id   INTEGER NOT NULL REFERENCES coops (id),
    field     TEXT NOT NULL,
    source    TEXT NOT NULL CHECK (source IN ('coop', 'curator', 'list', 'inferred')),
    value     TEXT NOT NULL,      -- '' is a word too: "this has no value"
    origin    TEXT NOT NULL,      -- which list, which person
    stated_at DATETIME NOT NULL,
    PRIMARY KEY (coop_id, field, source)
);

-- What pages filter by, derived from coops.services and coops.places.
CREATE TABLE coop_services (
    coop_id INTEGER NOT NULL REFERENCES coops (id),
    service TEXT NOT NULL,
    PRIMARY KEY (coop_id, service)
);
CREATE INDEX coop_services_service ON coop_services (service, coop_id);

CREATE TABLE coop_places (
    coop_id     INTEGER NOT NULL REFERENCES coops (id),
    position    INTEGER NOT NULL,
    city        TEXT NOT NULL,
    subdivision TEXT NOT NULL,
    country     TEXT NOT NULL,    -- ISO 3166-1 alpha-2
    lat         REAL NOT NULL,    -- degrees, WGS 84
    lon         REAL NOT NULL,
    precision   TEXT NOT NULL,    -- what the point is the middle of: city | subdivision | country
    PRIMARY KEY (coop_id, position)
);
CREATE INDEX coop_places_country ON coop_places (country, coop_id);

-- The change log: append-only, one row per difference, in the order in which changes became visible.
CREATE TABLE changes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    handle    TEXT NOT NULL REFERENCES handles (handle), -- whose entry
    version   INTEGER NOT NULL,   -- of the co-op: rows of one edit share it
    at        DATETIME NOT NULL,
    kind      TEXT NOT NULL,      -- added | changed | renamed | defunct | returned | unlisted | removed | merged
    field     TEXT NOT NULL,      -- '' for added, removed and merged
    before    TEXT NOT NULL,
    after     TEXT NOT NULL,
    source    TEXT NOT NULL,      -- coop | curator | list | inferred
    origin    TEXT NOT NULL,
    effective BOOLEAN NOT NULL    -- false: a higher source stands, the entry looks as before
);
CREATE INDEX changes_handle ON changes (handle, id);

-- The lists as they were read (encoding repaired), for export and for the sections beside the co-ops.
CREATE TABLE list_versions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL,
    sha256       TEXT NOT NULL,   -- of both bodies
    body         TEXT NOT NULL,
    defunct_body TEXT NOT NULL,
    imported_at  DATETIME NOT NULL
);

-- Which co-op each row of the newest list version is.
CREATE TABLE list_rows (
    document TEXT NOT NULL,       -- list | defunct
    line     INTEGER NOT NULL,    -- from 1
    coop_id  INTEGER NOT NULL REFERENCES coops (id),
    PRIMARY KEY (document, line)
);

-- Words are folded before they come here, so the tokenizer folds nothing.
CREATE VIRTUAL TABLE coop_search USING fts5 (name, services, place, body, tokenize = 'unicode61 remove_diacritics 0');
