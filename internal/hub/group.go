package hub

import (
	"maps"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Group is a permission group: who is in it may do what its matrix grants. A read-only group grants SEE and nothing else.
type Group struct {
	Key         int64
	Version     int // counts the saves, from 1
	Description string
	Note        string
	ReadOnly    bool
	Grants      Grants
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// ID is the public id.
func (g *Group) ID() string { return ID(KindGroup, g.Key) }

// GroupInput is what creating or changing a group needs. A nil field leaves it as it is (on create: empty). The matrix is
// given by one of Grants, SelectAll and UnselectAll at most, or follows from ReadOnly.
type GroupInput struct {
	Description *string
	Note        *string
	ReadOnly    *bool // true: SEE wherever it exists and nothing else; such a group refuses any other matrix
	Grants      *[]Grant
	SelectAll   bool // every cell that exists
	UnselectAll bool // no cell
}

// GroupCloneInput is what cloning a group needs: the matrix comes from the group that is cloned.
type GroupCloneInput struct {
	Description string
	Note        *string // nil: empty

	IdempotencyKey *string // the caller's own, of this call; see Once
}

// Limits of texts that people write, in runes.
const (
	MaxDescription = 200
	MaxNote        = 2000
)

// Apply writes the input over the group and judges the result. matrix is every cell that exists: the catalogue answers it.
func (g *Group) Apply(in GroupInput, matrix Grants) error {
	Assign(&g.Description, in.Description)
	Assign(&g.Note, in.Note)
	Assign(&g.ReadOnly, in.ReadOnly)
	g.Description = strings.TrimSpace(g.Description)
	var problems []Problem
	problems = append(problems, checkText("description", g.Description, MaxDescription, true)...)
	problems = append(problems, checkText("note", g.Note, MaxNote, false)...)
	problems = append(problems, g.choose(in, matrix)...)
	if len(problems) > 0 {
		return WithProblems(problems)
	}
	return nil
}

// choose sets what the group grants.
func (g *Group) choose(in GroupInput, matrix Grants) []Problem {
	chosen, path, problems := in.matrix(matrix)
	if len(problems) > 0 {
		return problems
	}
	if !g.ReadOnly {
		if path != "" {
			g.Grants = chosen
		}
		return nil
	}
	see := matrix.Only(See)
	if path != "" && !maps.Equal(chosen, see) {
		return []Problem{{Code: ProblemSettingInvalid, Path: path, Message: "a read-only group grants SEE wherever it exists and nothing else" +
			difference(chosen, see) + "; leave the matrix out, or clear readOnly"}}
	}
	if path != "" || in.ReadOnly != nil {
		g.Grants = see
	}
	return nil
}

// matrix is what the input chooses, and where; the path is empty if it chooses nothing.
func (in GroupInput) matrix(whole Grants) (chosen Grants, path string, problems []Problem) {
	given := 0
	if in.Grants != nil {
		given++
		chosen, path, problems = GrantsOf(*in.Grants), "grants", checkGrants(*in.Grants, whole)
	}
	if in.SelectAll {
		given++
		chosen, path = maps.Clone(whole), "selectAll"
	}
	if in.UnselectAll {
		given++
		chosen, path = Grants{}, "unselectAll"
	}
	if given > 1 {
		return nil, path, []Problem{{Code: ProblemSettingInvalid, Path: path, Message: "the matrix is given by one of grants, selectAll and unselectAll, not by several"}}
	}
	return chosen, path, problems
}

// difference names the first row, sorted by name, on which a matrix is not the one that it should be.
func difference(g, want Grants) string {
	for _, grant := range g.List() {
		row := Row{grant.Module, grant.Submodule}
		if g[row]&^want[row] != 0 {
			return ", but " + row.String() + " grants more"
		}
	}
	for _, grant := range want.List() {
		row := Row{grant.Module, grant.Submodule}
		if g[row] != want[row] {
			return ", but " + row.String() + " does not grant it"
		}
	}
	return ""
}

func checkGrants(grants []Grant, matrix Grants) []Problem {
	var problems []Problem
	for i, grant := range grants {
		row := Row{grant.Module, grant.Submodule}
		cells, ok := matrix[row]
		if !ok {
			problems = append(problems, Problem{Code: ProblemSettingInvalid, Path: Path("grants", i),
				Message: "the permission matrix has no row " + row.String() + "; the rows are listed by catalog.permissions"})
			continue
		}
		for j, a := range grant.Actions {
			if !cells.Has(a) {
				problems = append(problems, Problem{Code: ProblemSettingInvalid, Path: Path("grants", i, "actions", j),
					Message: "the row " + row.String() + " has no cell " + string(a) + ", so it cannot be granted"})
			}
		}
	}
	return problems
}

// Assign sets a field from an optional input; nil leaves it as it is.
func Assign[T any](field *T, in *T) {
	if in != nil {
		*field = *in
	}
}

func checkText(path, s string, limit int, required bool) []Problem {
	switch {
	case required && blank(s):
		return []Problem{{Code: ProblemDescriptionEmpty, Path: path, Message: upperFirst(path) + " cannot be empty"}}
	case utf8.RuneCountInString(s) > limit:
		return []Problem{{Code: ProblemSettingInvalid, Path: path,
			Message: upperFirst(path) + " can have at most " + itoa(limit) + " characters"}}
	case !Printable(s) && (path != "note" || !Printable(lineBreaks.Replace(s))):
		return []Problem{{Code: ProblemSettingInvalid, Path: path, Message: upperFirst(path) + " holds control characters or bytes that are not text"}}
	}
	return nil
}

// lineBreaks takes out what a text of several lines may hold of control characters.
var lineBreaks = strings.NewReplacer("\n", "", "\r", "", "\t", "")

// Printable says whether a text is valid UTF-8 without control characters.
func Printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// blank says whether a reader would see nothing of a text: spaces and characters without width are nothing.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}
