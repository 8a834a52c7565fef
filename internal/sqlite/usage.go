package sqlite

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// usage asks who uses a thing before it goes: names and count are queries that take its key (and names a limit).
type usage struct {
	what   string  // "the group \"Planners\""
	user   string  // what one user is: "consumer"
	guard  hub.Row // of the users: who may not see them is told how many there are, and no name
	advice string
	names  string
	count  string
}

// namedUsers is how many users an error names; it counts the others.
const namedUsers = 5

// refuse is nil when nobody uses the thing, else IN_USE with the names of the users, for a caller who may see them.
func (u usage) refuse(r reader, c hub.Caller, key int64) error {
	names, err := readAll(r, func(row scanner) (s string, err error) {
		err = row.Scan(&s)
		return quoted(s), err
	}, u.names, key, namedUsers)
	if err != nil || len(names) == 0 {
		return err
	}
	n, err := number(r, u.count, key)
	if err != nil {
		return err
	}
	list := strings.Join(names, ", ")
	if n > len(names) {
		list += fmt.Sprintf(" and %d more", n-len(names))
	}
	users := u.user
	if n != 1 {
		users += "s"
	}
	if c.May(u.guard, hub.See) {
		users += ": " + list
	}
	return &hub.Error{Code: hub.CodeInUse, Path: "id", Message: fmt.Sprintf("%s is used by %d %s; %s", u.what, n, users, u.advice)}
}

// flowsUsing is the usage of what flows refer to: a kind of flow_uses, "consumer" or "integration".
func flowsUsing(kind, what string) usage {
	const from = " FROM flow_uses u JOIN flows f ON f.key = u.flow WHERE u.kind = '"
	return usage{what: what, user: "flow", guard: hub.RowHub, advice: "change or archive them first",
		names: "SELECT f.description" + from + kind + "' AND u.used = ? ORDER BY u.flow LIMIT ?",
		count: "SELECT count(*)" + from + kind + "' AND u.used = ?"}
}

// eventsRunning is the usage of a flow by events. Those that are not enabled count too: they are to run it again.
func eventsRunning(flow string) usage {
	const from = " FROM event_flows r JOIN events e ON e.key = r.event WHERE r.flow = ? AND e.archived_at IS NULL"
	return usage{what: "the flow " + quoted(flow), user: "event", guard: hub.RowEvents, advice: "take it out of them or archive them first",
		names: "SELECT e.description" + from + " ORDER BY r.event LIMIT ?",
		count: "SELECT count(*)" + from}
}

// quoted is a name as it stands in a message, shortened so that a few of them stay readable.
func quoted(name string) string {
	if name == "" {
		return "(without description)"
	}
	return strconv.Quote(hub.Clip(name, 60))
}
