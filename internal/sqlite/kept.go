package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// keptStatements is how many statements a connection of the pool keeps prepared, those that were asked last. A screen asks some ten; all of the
// hub's are some two hundred, and lists that are filtered and ordered in many ways have a text for each. One takes 5 to 20 KB.
const keptStatements = 128

// keeping is a connection of the pool that keeps the statements it has prepared: reading their text anew each time cost a tenth of what a
// list does. database/sql uses a connection from one goroutine at a time, and so needs nothing here to be locked.
type keeping struct {
	driver.Conn
	kept *simplelru.LRU[string, *keptStmt]
}

// keptStmt is a statement with what is known of its use: SQLite runs one of them once at a time.
type keptStmt struct {
	stmt
	asked bool // its rows are being read
	gone  bool // it is kept no longer: it is closed as soon as its rows are
}

func newKeeping(c driver.Conn) (*keeping, error) {
	kept, err := simplelru.NewLRU(keptStatements, func(_ string, s *keptStmt) {
		if s.gone = true; !s.asked {
			_ = s.Close() // it tells once more how it was last run, which whoever ran it knows
		}
	})
	return &keeping{c, kept}, err
}

// QueryContext runs a statement that is kept, and keeps it if it is not yet. One whose rows are still being read is prepared a second time.
func (c *keeping) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, ok := c.kept.Get(query)
	if !ok || s.asked {
		raw, err := c.Prepare(query)
		if err != nil {
			return nil, err
		}
		s = &keptStmt{stmt: raw.(stmt), gone: ok}
		if !ok {
			c.kept.Add(query, s)
		}
	}
	rows, err := s.stmt.QueryContext(ctx, args)
	if err != nil {
		_ = s.release() // its own error is that of the run
		return nil, err
	}
	s.asked = true
	return &keptRows{rows, s}, nil
}

// release ends the use of a statement.
func (s *keptStmt) release() error {
	s.asked = false
	if s.gone {
		return s.Close()
	}
	return nil
}

// keptRows are rows with the statement that brings them.
type keptRows struct {
	driver.Rows
	of *keptStmt
}

// Close frees the statement for whoever asks it next.
func (r *keptRows) Close() error { return errors.Join(r.Rows.Close(), r.of.release()) }

// BeginTx is that of the driver.
func (c *keeping) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

// ResetSession says whether the connection can be used once more.
func (c *keeping) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// IsValid says whether the pool may keep the connection: one that was interrupted is closed.
func (c *keeping) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

// Close closes what is kept, too.
func (c *keeping) Close() error {
	c.kept.Purge()
	return c.Conn.Close()
}
