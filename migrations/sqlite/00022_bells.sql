-- +goose Up

-- Mirrors of our log among those who follow the directory's actor, and how much
-- of the log they were told of.
ALTER TABLE followers ADD COLUMN mirrors BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE followers ADD COLUMN rung INTEGER NOT NULL DEFAULT 0; -- how many records the log had
ALTER TABLE followers ADD COLUMN rung_at DATETIME;
CREATE INDEX followers_mirrors ON followers (inbox_id) WHERE mirrors;

-- How the directory's actor follows those of the directories that it mirrors.
ALTER TABLE mirrors ADD COLUMN follow TEXT NOT NULL DEFAULT '';       -- names the last Follow; '': there was none
ALTER TABLE mirrors ADD COLUMN following TEXT NOT NULL DEFAULT '' CHECK (following IN ('', 'asked', 'accepted', 'refused'));
ALTER TABLE mirrors ADD COLUMN followed_at DATETIME;                  -- when that was owed
ALTER TABLE mirrors ADD COLUMN inbox_id INTEGER NOT NULL DEFAULT 0;   -- to which it went
ALTER TABLE mirrors ADD COLUMN rung_at DATETIME;                      -- when the origin last rang
ALTER TABLE mirrors ADD COLUMN read_at DATETIME;                  -- when a process last began to read the log
