package sqlite

import (
	"database/sql/driver"
	"strings"
	"unicode/utf8"

	"modernc.org/sqlite"

	"github.com/recado-hub/recado/internal/hub"
)

// SQLite's own lower() and LIKE know the letters of ASCII alone, and our texts are Portuguese, Spanish, French: fold is
// lower() as other databases have it, and filed is how lists are sorted.
func init() {
	for name, turn := range map[string]func(string) string{"fold": hub.Fold, "filed": hub.Filed} {
		sqlite.MustRegisterDeterministicScalarFunction(name, 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			if s, ok := args[0].(string); ok {
				return turn(s), nil
			}
			return args[0], nil
		})
	}
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// folded asks for a part of a column that holds text in lower case already.
func (w *terms) folded(part string) error {
	part = strings.TrimSpace(part)
	if part == "" {
		return nil
	}
	if utf8.RuneCountInString(part) > hub.MaxDescription {
		return hub.Invalid("search", "the text to search for can have at most %d characters", hub.MaxDescription)
	}
	w.and(`folded LIKE ? ESCAPE '\'`, "%"+likeEscaper.Replace(hub.Fold(part))+"%")
	return nil
}

// search asks for a part of one of the columns, whatever the case of its letters. It reads every row, so it is for lists
// of configuration only.
func (w *terms) search(part string, columns ...string) error {
	part = strings.TrimSpace(part)
	if part == "" {
		return nil
	}
	if utf8.RuneCountInString(part) > hub.MaxDescription {
		return hub.Invalid("search", "the text to search for can have at most %d characters", hub.MaxDescription)
	}
	pattern := "%" + likeEscaper.Replace(hub.Fold(part)) + "%"
	alternatives := make([]string, len(columns))
	args := make([]any, len(columns))
	for i, c := range columns {
		alternatives[i] = "fold(" + c + `) LIKE ? ESCAPE '\'`
		args[i] = pattern
	}
	w.and("("+strings.Join(alternatives, " OR ")+")", args...)
	return nil
}

// enabled asks for things that are enabled, or that are not; nil asks nothing.
func (w *terms) enabled(on *bool) {
	if on != nil {
		w.and("enabled = ?", *on)
	}
}

// archived leaves archived things out unless they are asked for.
func (w *terms) archived(also bool) {
	if !also {
		w.and("archived_at IS NULL")
	}
}
