-- +goose Up

-- PostgreSQL leaves room on the pages of inboxes. SQLite writes a row where it is.
SELECT 1;
