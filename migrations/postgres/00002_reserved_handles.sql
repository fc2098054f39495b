-- +goose Up

-- Names that no co-op can take: the directory's own, and those of later region, country and service actors.
INSERT INTO handles (handle, kind, taken_at) VALUES
('directory', 'directory', '2026-11-23 00:00:00+00:00');
