package hub

import (
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

// GroupInput is what creating or changing a group needs. A nil field leaves it as it is (on create: empty).
type GroupInput struct {
	Description *string
	Note        *string
	ReadOnly    *bool
	Grants      *[]Grant
}

// Limits of texts that people write, in runes.
const (
	MaxDescription = 200
	MaxNote        = 2000
)

// Apply writes the input over the group and judges the result. known says which actions exist on a row of the matrix
// (ok is false for a row that does not exist); the catalogue answers it.
func (g *Group) Apply(in GroupInput, known func(Row) (Actions, bool)) error {
	Assign(&g.Description, in.Description)
	Assign(&g.Note, in.Note)
	Assign(&g.ReadOnly, in.ReadOnly)
	g.Description = strings.TrimSpace(g.Description)
	var problems []Problem
	problems = append(problems, checkText("description", g.Description, MaxDescription, true)...)
	problems = append(problems, checkText("note", g.Note, MaxNote, false)...)
	if in.Grants != nil {
		g.Grants = GrantsOf(*in.Grants)
		problems = append(problems, checkGrants(*in.Grants, known)...)
	}
	if g.ReadOnly {
		for row, set := range g.Grants {
			if set&^ActionSet(See) != 0 {
				problems = append(problems, Problem{Code: ProblemSettingInvalid, Path: "grants",
					Message: "a read-only group can grant only SEE, but " + row.String() + " grants more; take those grants away or clear readOnly"})
				break
			}
		}
	}
	if len(problems) > 0 {
		return WithProblems(problems)
	}
	return nil
}

func checkGrants(grants []Grant, known func(Row) (Actions, bool)) []Problem {
	var problems []Problem
	for i, grant := range grants {
		row := Row{grant.Module, grant.Submodule}
		cells, ok := known(row)
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
