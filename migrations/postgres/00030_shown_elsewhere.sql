-- +goose Up
-- Entries that are shown as that of another home, by the website that they have in common.
CREATE INDEX listed_shown_elsewhere ON listed (website_key) WHERE shown_as <> id;
