package hub

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Action is what a permission allows on a row of the matrix.
type Action string

// The five columns of the permission matrix.
const (
	See    Action = "SEE"
	Add    Action = "ADD"
	Edit   Action = "EDIT"
	Remove Action = "REMOVE"
	Report Action = "REPORT"
)

// AllActions lists the columns of the matrix in their order on the screen.
var AllActions = []Action{See, Add, Edit, Remove, Report}

// Row is a row of the permission matrix: module and submodule, as keys of the catalogue ("work_management", "work_orders").
type Row struct {
	Module    string
	Submodule string
}

// String writes the row as module/submodule.
func (r Row) String() string { return r.Module + "/" + r.Submodule }

// The rows that guard what the hub itself keeps. The rows that guard records come from the catalogue.
var (
	RowUserAccounts   = Row{"settings", "user_accounts"}   // groups
	RowAPIConnections = Row{"settings", "api_connections"} // consumers and integrations
	RowEvents         = Row{"automator", "events"}         // events
	RowHub            = Row{"automator", "fracttal_hub"}   // flows, executions, deliveries, queue

	RowGeneral         = Row{"settings", "general"}          // how long things are kept
	RowTransactionsLog = Row{"settings", "transactions_log"} // the audit log
)

// Permission is one cell of the matrix: an action on a row.
type Permission struct {
	Module    string
	Submodule string
	Action    Action
}

// String writes the permission as module/submodule:ACTION.
func (p Permission) String() string { return p.Module + "/" + p.Submodule + ":" + string(p.Action) }

// Row is the row of the cell.
func (p Permission) Row() Row { return Row{p.Module, p.Submodule} }

// Permission is the cell of an action on the row.
func (r Row) Permission(a Action) Permission { return Permission{r.Module, r.Submodule, a} }

// Actions is a set of actions.
type Actions uint8

// ActionSet makes a set of actions; unknown ones are ignored.
func ActionSet(actions ...Action) Actions {
	var s Actions
	for _, a := range actions {
		if i := slices.Index(AllActions, a); i >= 0 {
			s |= 1 << i
		}
	}
	return s
}

// Has says whether the action is in the set.
func (s Actions) Has(a Action) bool {
	i := slices.Index(AllActions, a)
	return i >= 0 && s&(1<<i) != 0
}

// List writes the set out, in the order of the screen.
func (s Actions) List() []Action {
	list := make([]Action, 0, len(AllActions))
	for i, a := range AllActions {
		if s&(1<<i) != 0 {
			list = append(list, a)
		}
	}
	return list
}

// Grants is a permission matrix: which actions are granted on which row. A row without an entry grants nothing.
type Grants map[Row]Actions

// Grant is one row of the matrix with what it grants, as the API shows it.
type Grant struct {
	Module    string   `json:"module"`
	Submodule string   `json:"submodule"`
	Actions   []Action `json:"actions"`
}

// Only is the part of the matrix that is about one action.
func (g Grants) Only(a Action) Grants {
	out := Grants{}
	for row, set := range g {
		if set.Has(a) {
			out[row] = ActionSet(a)
		}
	}
	return out
}

// Permissions writes the matrix out cell by cell, in the order of [Grants.List].
func (g Grants) Permissions() []Permission {
	list := []Permission{}
	for _, grant := range g.List() {
		for _, a := range grant.Actions {
			list = append(list, Permission{grant.Module, grant.Submodule, a})
		}
	}
	return list
}

// List writes the matrix out, sorted by module and submodule; rows that grant nothing are left out.
func (g Grants) List() []Grant {
	list := make([]Grant, 0, len(g))
	for row, set := range g {
		if set != 0 {
			list = append(list, Grant{Module: row.Module, Submodule: row.Submodule, Actions: set.List()})
		}
	}
	slices.SortFunc(list, func(a, b Grant) int {
		return strings.Compare(a.Module+"/"+a.Submodule, b.Module+"/"+b.Submodule)
	})
	return list
}

// GrantsOf reads a list of grants into a matrix; a row that stands twice gets the union.
func GrantsOf(list []Grant) Grants {
	g := make(Grants, len(list))
	for _, grant := range list {
		if set := ActionSet(grant.Actions...); set != 0 {
			g[Row{grant.Module, grant.Submodule}] |= set
		}
	}
	return g
}

// MarshalJSON writes the matrix as its list of grants.
func (g Grants) MarshalJSON() ([]byte, error) { return json.Marshal(g.List()) }

// UnmarshalJSON reads a list of grants.
func (g *Grants) UnmarshalJSON(b []byte) error {
	var list []Grant
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*g = GrantsOf(list)
	return nil
}

// Allows says whether the matrix grants the action on the row.
func (g Grants) Allows(row Row, a Action) bool { return g[row].Has(a) }

// Without is what the matrix grants beyond another one.
func (g Grants) Without(other Grants) Grants {
	out := Grants{}
	for row, set := range g {
		if rest := set &^ other[row]; rest != 0 {
			out[row] = rest
		}
	}
	return out
}

// Covers says whether the matrix grants everything that other grants, and names what it lacks.
func (g Grants) Covers(other Grants) []Permission {
	var lacks []Permission
	for _, grant := range other.List() {
		row := Row{grant.Module, grant.Submodule}
		for _, a := range grant.Actions {
			if !g.Allows(row, a) {
				lacks = append(lacks, Permission{row.Module, row.Submodule, a})
			}
		}
	}
	return lacks
}

// Caller is who asks: a consumer with its group, as they are at the moment of the call, and the language it reads.
// Every method of the store that a door can reach takes one; its first line asks the Caller for the permission.
type Caller struct {
	Consumer *Consumer
	Group    *Group
	Scope    Grants // what its token is narrowed to; nil: all that the group grants
	Locale   string // BCP 47, one of the six languages; "en" if the caller did not say
	Via      Via    // by which way it came, for the audit log
}

// Grants is what the caller may do: what its group grants, and its token's scope too. It must not be changed.
func (c Caller) Grants() Grants {
	switch {
	case c.Consumer == nil || c.Group == nil || !c.Consumer.Enabled:
		return nil
	case c.Scope == nil:
		return c.Group.Grants
	}
	return c.Group.Grants.Narrow(c.Scope)
}

// May says whether the caller holds the permission now.
func (c Caller) May(row Row, a Action) bool {
	return c.Consumer != nil && c.Group != nil && c.Consumer.Enabled && c.Group.Grants.Allows(row, a) && (c.Scope == nil || c.Scope.Allows(row, a))
}

// Need returns nil if the caller holds the permission, else the error that says what is missing: UNAUTHENTICATED for
// nobody, FORBIDDEN with the permission and the group that lacks it for somebody.
func (c Caller) Need(row Row, a Action) error {
	if c.May(row, a) {
		return nil
	}
	return c.lacks(Permission{row.Module, row.Submodule, a})
}

// NeedAll is Need for everything that a matrix grants: nobody gives what they do not hold.
func (c Caller) NeedAll(g Grants) error {
	if err := c.NeedToken(); err != nil {
		return err
	}
	if missing := c.Grants().Covers(g); len(missing) > 0 {
		return c.lacks(missing...)
	}
	return nil
}

// NeedToken returns nil for any signed-in caller.
func (c Caller) NeedToken() error {
	if c.Consumer == nil || c.Group == nil || !c.Consumer.Enabled {
		return c.lacks()
	}
	return nil
}

func (c Caller) lacks(needs ...Permission) error {
	if c.Consumer == nil || c.Group == nil || !c.Consumer.Enabled {
		e := &Error{Code: CodeUnauthenticated, Message: "sign in: send a bearer token from POST /oauth/token"}
		if c.Consumer != nil {
			e.Consumer = c.Consumer.Key
		}
		return e
	}
	const most = 5 // in the message; Needs has them all
	var names []string
	scoped := true
	for i, p := range needs {
		if i < most {
			names = append(names, p.String())
		}
		scoped = scoped && c.Group.Grants.Allows(Row{p.Module, p.Submodule}, p.Action)
	}
	if n := len(needs) - most; n > 0 {
		names = append(names, fmt.Sprintf("and %d more", n))
	}
	message := fmt.Sprintf("the group %q lacks %s", c.Group.Description, strings.Join(names, ", "))
	if scoped {
		message = "the scope of the token lacks " + strings.Join(names, ", ") + "; the group grants it, so get a token with a wider scope or without one"
	}
	return &Error{Code: CodeForbidden, Needs: needs, Group: c.Group.Description, Consumer: c.Consumer.Key, Message: message}
}
