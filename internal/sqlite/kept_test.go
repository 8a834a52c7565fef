package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"modernc.org/sqlite"
)

// prepares counts the statements of a connection.
type prepares struct {
	driver.Conn
	made, open int
}

func (c *prepares) Prepare(query string) (driver.Stmt, error) {
	s, err := c.Conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	c.made++
	c.open++
	return &preparedStmt{s.(stmt), c}, nil
}

func (c *prepares) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

type preparedStmt struct {
	stmt
	of *prepares
}

func (s *preparedStmt) Close() error {
	s.of.open--
	return s.stmt.Close()
}

// connecting connects a pool through prepares.
type connecting struct {
	driver.Connector
	last *prepares
}

func (c *connecting) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c.last = &prepares{Conn: raw}
	return newKeeping(c.last)
}

// oneConnection is a pool of a single connection that keeps its statements. When the test ends, all of them must be closed.
func oneConnection(t *testing.T) (*sql.DB, *connecting) {
	t.Helper()
	raw, err := sqlite.NewConnector(dsn(filepath.Join(t.TempDir(), File)))
	if err != nil {
		t.Fatal(err)
	}
	c := &connecting{Connector: raw}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil || c.last.open != 0 {
			t.Errorf("closing: %v, with %d statements left open", err, c.last.open)
		}
	})
	return db, c
}

func answers(t *testing.T, rows *sql.Rows, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(list)
}

const upTo = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"

func TestAStatementThatIsAskedAgainIsPreparedOnce(t *testing.T) {
	db, c := oneConnection(t)
	for n := range 5 {
		rows, err := db.Query(upTo, n+1)
		if got, want := answers(t, rows, err), fmt.Sprint([]int{1, 2, 3, 4, 5}[:n+1]); got != want {
			t.Errorf("%d: %s", n+1, got)
		}
	}
	if c.last.made != 1 {
		t.Errorf("it was prepared %d times", c.last.made)
	}
}

func TestAStatementWhoseRowsAreBeingReadCanBeAskedMeanwhile(t *testing.T) {
	db, c := oneConnection(t)
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	outer, err := tx.Query(upTo, 3)
	if err != nil {
		t.Fatal(err)
	}
	for outer.Next() {
		var n int
		if err := outer.Scan(&n); err != nil {
			t.Fatal(err)
		}
		rows, err := tx.Query(upTo, n)
		if got, want := answers(t, rows, err), fmt.Sprint([]int{1, 2, 3}[:n]); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if err := errors.Join(outer.Err(), outer.Close()); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(upTo, 2)
	if got := answers(t, rows, err); got != "[1 2]" || c.last.open != 1 {
		t.Errorf("%s, with %d statements open", got, c.last.open)
	}
}

func TestAConnectionKeepsNoMoreStatementsThanItMay(t *testing.T) {
	db, c := oneConnection(t)
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	long, err := tx.Query(upTo, 2)
	if err != nil {
		t.Fatal(err)
	}
	for n := range keptStatements + 10 {
		rows, err := tx.Query(fmt.Sprintf("SELECT %d", n))
		if got := answers(t, rows, err); got != fmt.Sprint([]int{n}) {
			t.Fatal(got)
		}
	}
	if c.last.open != keptStatements+1 { // and the one that is being read, though it is the oldest
		t.Errorf("%d statements are open", c.last.open)
	}
	if got := answers(t, long, nil); got != "[1 2]" {
		t.Errorf("the oldest one, whose rows were being read, has %s", got)
	}
	if c.last.open != keptStatements {
		t.Errorf("%d statements are open when it was read", c.last.open)
	}
}

func TestAStatementThatWasInterruptedOrFailedIsAskedAgain(t *testing.T) {
	db, _ := oneConnection(t)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		var n int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM ("+upTo+")", 1<<40).Scan(&n); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it connecting to %d: %v", n, err)
		}
		cancel()
		if err := db.QueryRow("SELECT count(*) FROM ("+upTo+")", 10).Scan(&n); err != nil || n != 10 {
			t.Errorf("then it connecting to %d: %v", n, err)
		}
		if err := db.QueryRow("SELECT abs(?)", -1<<63).Scan(&n); err == nil {
			t.Errorf("the least number has the absolute value %d", n)
		}
		if err := db.QueryRow("SELECT abs(?)", -7).Scan(&n); err != nil || n != 7 {
			t.Errorf("-7 has the absolute value %d: %v", n, err)
		}
	}
}
