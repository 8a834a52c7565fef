package sqlite

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

type migration struct {
	version int
	name    string
	script  string
}

func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var list []migration
	for i, path := range names { // Glob sorts
		name := strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql")
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.Atoi(number)
		if err != nil || i > 0 && version <= list[i-1].version {
			return nil, fmt.Errorf("migration %s is out of order: its number must be above that of the one before", name)
		}
		script, err := migrationFiles.ReadFile(path)
		if err != nil {
			return nil, err
		}
		list = append(list, migration{version, name, string(script)})
	}
	return list, nil
}

// migrate brings the database forward, one transaction for each step. There is no way back; a database that is ahead of
// this program is refused.
func migrate(ctx context.Context, path string) (err error) {
	list, err := migrations()
	if err != nil {
		return err
	}
	c, err := connect(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.script("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT"); err != nil {
		return fmt.Errorf("%s is not a database that can be used: %w", path, err)
	}
	var current int
	applied := map[int]bool{}
	if err := c.each("SELECT version FROM migrations ORDER BY version", nil, func(r scanner) error {
		err := r.Scan(&current)
		applied[current] = true
		return err
	}); err != nil {
		return err
	}
	if newest := list[len(list)-1].version; current > newest {
		return fmt.Errorf("the database %s is of a newer version (%d) than this program knows (%d); use the newer program", path, current, newest)
	}
	for _, m := range list {
		if applied[m.version] {
			continue
		}
		if m.version < current { // what comes after it may not fit any more
			return fmt.Errorf("the database %s is of version %d but lacks the migration %s: it was made by a program that is not in this one's line", path, current, m.name)
		}
		if err := m.run(c); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

func (m migration) run(c *conn) error {
	if err := c.script("BEGIN IMMEDIATE;\n" + m.script); err != nil {
		return errors.Join(err, c.script("ROLLBACK"))
	}
	if _, err := c.exec("INSERT INTO migrations (version, name, at) VALUES (?, ?, ?)", m.version, m.name, time.Now().UnixMilli()); err != nil {
		return errors.Join(err, c.script("ROLLBACK"))
	}
	return c.script("COMMIT")
}
