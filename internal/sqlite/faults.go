package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
)

// Call is a call to SQLite, as a test sees it that plays what can go wrong below.
type Call struct {
	Query string
	Read  bool // by the pool, beside the transactions of the writer
	Done  bool // SQLite has done it, and nobody knows yet
}

// disturbedConn asks a test before and after each call whether it fails. A database that is opened without such a test has none.
type disturbedConn struct {
	driver.Conn
	calls func(Call) error
	read  bool
}

func disturbed(c driver.Conn, read bool, calls func(Call) error) driver.Conn {
	if calls == nil {
		return c
	}
	return &disturbedConn{c, calls, read}
}

// Prepare gives a statement that is disturbed, too.
func (c *disturbedConn) Prepare(query string) (driver.Stmt, error) {
	s, err := c.Conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	return &disturbedStmt{stmt: s.(stmt), c: c, call: Call{Query: query, Read: c.read}}, nil
}

// BeginTx is that of the driver.
func (c *disturbedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

type disturbedStmt struct {
	stmt
	c    *disturbedConn
	call Call
}

// ExecContext runs the statement, if nothing is in the way, and loses its answer if that is to happen.
func (s *disturbedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.before(); err != nil {
		return nil, err
	}
	res, err := s.stmt.ExecContext(ctx, args)
	if err != nil {
		return nil, err
	}
	return res, s.after()
}

// QueryContext is ExecContext for what answers with rows.
func (s *disturbedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.before(); err != nil {
		return nil, err
	}
	return s.stmt.QueryContext(ctx, args)
}

// before asks whether the statement fails. One that fails so badly that SQLite gives its transaction up takes that along
// (sqlite.org/lang_transaction.html, "response to errors within a transaction").
func (s *disturbedStmt) before() error {
	err := s.c.calls(s.call)
	var up interface{ GivesUp() bool }
	if errors.As(err, &up) && up.GivesUp() && !s.call.Read {
		if undo, undoErr := s.c.Conn.Prepare("ROLLBACK"); undoErr == nil {
			_, _ = undo.(stmt).ExecContext(context.Background(), nil) // outside of a transaction there is none
			_ = undo.Close()
		}
	}
	return err
}

func (s *disturbedStmt) after() error {
	done := s.call
	done.Done = true
	return s.c.calls(done)
}
