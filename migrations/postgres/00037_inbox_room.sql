-- +goose Up

-- Each delivery writes its inbox three times. While there is room on its page, what changes
-- no indexed column (a lease) leaves the four indexes alone. It holds for new pages, to which
-- rows move when they are written.
ALTER TABLE inboxes SET (fillfactor = 50);
