package fetch

import (
	"net"
	"sync"
	"sync/atomic"
)

// connections bounds how many are open: when there are too many, those that are
// idle are closed. http.Transport bounds only those of HTTP/1.1.
type connections struct {
	open    atomic.Int64
	most    int64
	tooMany func() // closes those that are idle
}

// count counts a connection, if it is one, until it is closed.
func (c *connections) count(conn net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	if c.open.Add(1) > c.most {
		c.tooMany()
	}
	return &counted{Conn: conn, connections: c}, nil
}

type counted struct {
	net.Conn
	connections *connections
	closed      sync.Once
}

func (c *counted) Close() error {
	c.closed.Do(func() { c.connections.open.Add(-1) })
	return c.Conn.Close()
}
