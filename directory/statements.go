package directory

import (
	"context"
	"database/sql/driver"

	"modernc.org/sqlite"
)

// maxStatements is how many statements a connection to SQLite keeps, at about 10 kB.
// There are fewer, but some have lists of any length in them.
const maxStatements = 300

// openingSQLite opens connections that keep their statements: SQLite takes longer to
// read most of ours than to do what they say. pgx does the same for PostgreSQL.
type openingSQLite struct{ driver.Connector }

func connectSQLite(dsn string) (driver.Connector, error) {
	connector, err := sqlite.NewConnector(dsn)
	return openingSQLite{connector}, err
}

// Connect opens a connection.
func (o openingSQLite) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := o.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteConn{everyConn: opened.(everyConn), kept: make(map[string]keptStatement)}, nil
}

// everyConn is what the driver promises that its connections are.
type everyConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteConn is a connection with the statements that nobody uses at the moment. As
// with all connections, one at a time speaks through it.
type sqliteConn struct {
	everyConn
	kept map[string]keptStatement // by their text
}

type keptStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// Unwrap is the connection of the driver, which asks for it.
func (c *sqliteConn) Unwrap() driver.Conn { return c.everyConn }

// take returns a statement for the caller alone.
func (c *sqliteConn) take(ctx context.Context, text string) (keptStatement, error) {
	if s, ok := c.kept[text]; ok {
		delete(c.kept, text)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.(keptStatement), nil
}

// keep keeps a statement that was taken, in the place of any other if there are too many.
func (c *sqliteConn) keep(text string, s keptStatement) error {
	if other, twice := c.kept[text]; twice {
		c.kept[text] = s
		return other.Close()
	}
	c.kept[text] = s
	if len(c.kept) <= maxStatements {
		return nil
	}
	for text, s := range c.kept {
		delete(c.kept, text)
		return s.Close()
	}
	return nil
}

// ExecContext implements driver.ExecerContext.
func (c *sqliteConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		_ = s.Close() // it says once more what the error was
		return nil, err
	}
	return result, c.keep(text, s)
}

// QueryContext implements driver.QueryerContext.
func (c *sqliteConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = s.Close() // it says once more what the error was
		return nil, err
	}
	return &keptRows{Rows: rows, done: func() error { return c.keep(text, s) }}, nil
}

// Close closes the connection with its statements.
func (c *sqliteConn) Close() error {
	for text, s := range c.kept {
		delete(c.kept, text)
		_ = s.Close()
	}
	return c.everyConn.Close()
}

// keptRows are rows whose statement is kept when they have been read.
type keptRows struct {
	driver.Rows
	done func() error
}

// Close ends the reading.
func (r *keptRows) Close() error {
	if err := r.Rows.Close(); err != nil || r.done == nil {
		return err
	}
	done := r.done
	r.done = nil
	return done()
}
