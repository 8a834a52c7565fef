package hub

import (
	"slices"
	"strings"
)

// MaxScope is the most bytes that a scope can have: a token carries it, and travels in a header.
const MaxScope = 2048

// ParseScope reads the scope of a token (RFC 6749 §3.3): permissions as [Permission.String] writes them, with one space between
// them, in any order. It does not know which rows exist; whoever hands a scope out compares it with what the group grants.
// Errors are INVALID.
func ParseScope(s string) (Grants, error) {
	if len(s) > MaxScope {
		return nil, Invalid("scope", "the scope is longer than %d bytes; ask for less, or leave it out and use a group that grants less", MaxScope)
	}
	g := Grants{}
	for word := range strings.SplitSeq(s, " ") {
		row, action, ok := strings.Cut(word, ":")
		module, submodule, both := strings.Cut(row, "/")
		if !ok || !both || module == "" || submodule == "" || !slices.Contains(AllActions, Action(action)) {
			return nil, Invalid("scope", "%q is no scope: write module/submodule:ACTION, with one space between two of them", Clip(word, 60))
		}
		g[Row{module, submodule}] |= ActionSet(Action(action))
	}
	return g, nil
}

// Scope writes the matrix as a scope (RFC 6749 §3.3), sorted by module, submodule and column.
func (g Grants) Scope() string {
	var words []string
	for _, grant := range g.List() {
		for _, a := range grant.Actions {
			words = append(words, Permission{grant.Module, grant.Submodule, a}.String())
		}
	}
	return strings.Join(words, " ")
}

// Narrow is what both matrices grant.
func (g Grants) Narrow(to Grants) Grants {
	both := Grants{}
	for row, set := range g {
		if set &= to[row]; set != 0 {
			both[row] = set
		}
	}
	return both
}
