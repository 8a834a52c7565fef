package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// conn is the writer's own connection, below database/sql: one goroutine uses it, so the pool, the locks and the
// conversions of database/sql would be paid for nothing on the hot path. Statements are prepared once.
type conn struct {
	raw     driver.Conn
	stmts   map[string]stmt
	args    []driver.NamedValue
	dest    []driver.Value
	ran     int  // statements that may have written
	faulted bool // a statement met a fault of the store
}

type stmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func newConn(raw driver.Conn) *conn { return &conn{raw: raw, stmts: map[string]stmt{}} }

func (c *conn) close() error {
	var err error
	for _, s := range c.stmts {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.raw.Close())
}

func (c *conn) prepare(query string) (stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	raw, err := c.raw.Prepare(query)
	if err != nil {
		return nil, c.fault(fmt.Errorf("preparing %q: %w", query, err))
	}
	s, ok := raw.(stmt)
	if !ok {
		return nil, fmt.Errorf("the driver's statement %T lacks the context calls", raw)
	}
	c.stmts[query] = s
	return s, nil
}

func (c *conn) bind(args []any) ([]driver.NamedValue, error) {
	c.args = c.args[:0]
	for i, a := range args {
		v, err := value(a)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return c.args, nil
}

// value turns an argument into what the driver takes. Empty nullable types are NULL.
func value(a any) (driver.Value, error) {
	switch v := a.(type) {
	case nil, int64, string, []byte, float64:
		return v, nil
	case int:
		return int64(v), nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case driver.Valuer:
		return v.Value()
	}
	return nil, fmt.Errorf("no database value for %T", a)
}

// exec runs a statement and says how many rows it changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	bound, err := c.bind(args)
	if err != nil {
		return 0, err
	}
	c.ran++
	res, err := s.ExecContext(context.Background(), bound)
	if err != nil {
		return 0, c.fault(err)
	}
	return res.RowsAffected()
}

// fault is that of the package, and notes it: SQLite may have given the transaction up.
func (c *conn) fault(err error) error {
	told := fault(err)
	c.faulted = c.faulted || told != err
	return told
}

// control runs a statement of the transaction itself, such as BEGIN: it writes nothing by itself.
func (c *conn) control(query string) error {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(context.Background(), nil)
	return err
}

// each runs a query and calls row for every row of the answer. row must not run statements of its own.
func (c *conn) each(query string, args []any, row func(scanner) error) (err error) {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	bound, err := c.bind(args)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), bound)
	if err != nil {
		return c.fault(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	n := len(rows.Columns())
	if cap(c.dest) < n {
		c.dest = make([]driver.Value, n)
	}
	dest := c.dest[:n]
	for {
		switch err := rows.Next(dest); err {
		case nil:
			if err := row(rawRow(dest)); err != nil {
				return err
			}
		case io.EOF:
			return nil
		default:
			return c.fault(err)
		}
	}
}

// script runs statements without arguments and without keeping them.
func (c *conn) script(text string) error {
	x, ok := c.raw.(driver.ExecerContext)
	if !ok {
		return fmt.Errorf("the driver's connection %T cannot run scripts", c.raw)
	}
	_, err := x.ExecContext(context.Background(), text, nil)
	return err
}
