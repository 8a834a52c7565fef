package mapping_test

import (
	"slices"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
)

func TestAFollowUpGoesToWhoeverStandsAtTheSamePlace(t *testing.T) {
	t.Parallel()
	r := row{"phone": "+551", "mail": "jonas@x", "boss.phone": "+552", "boss.mail": "boss@x", "none": "",
		"crew.phone": []any{"+553", "+554"}, "crew.mail": []any{"a@x", "b@x"}, "others": []any{"c@x", "d@x", "e@x"}, "same": "boss@x"}
	field := func(path string) mapping.Recipient { return mapping.Recipient{Field: path} }
	all := func(list ...mapping.Recipient) mapping.Recipient { return mapping.Recipient{All: list} }
	for _, c := range []struct {
		name      string
		of, other mapping.Recipient
		text      string
		want      []string
	}{
		{"one and one", field("phone"), field("mail"), "+551", []string{"jonas@x"}},
		{"one and a constant", field("phone"), mapping.Recipient{Constant: "office@x"}, "+551", []string{"office@x"}},
		{"the second of several", all(field("phone"), field("boss.phone")), all(field("mail"), field("boss.mail")), "+552", []string{"boss@x"}},
		{"an element of a list", field("crew.phone"), field("crew.mail"), "+554", []string{"b@x"}},
		{"an element of a list that is not as long", field("crew.phone"), field("others"), "+554", []string{"c@x", "d@x", "e@x"}},
		{"several and one", all(field("phone"), field("boss.phone")), field("boss.mail"), "+551", []string{"boss@x"}},
		{"one and several", field("phone"), all(field("mail"), field("boss.mail")), "+551", []string{"jonas@x", "boss@x"}},
		{"of whom there is no number", all(field("none"), field("boss.phone")), all(field("mail"), field("boss.mail")), "", []string{"jonas@x"}},
		{"of a chain", mapping.Recipient{First: []mapping.Recipient{field("none"), field("boss.phone")}}, mapping.Recipient{First: []mapping.Recipient{field("none"), field("boss.mail")}}, "+552", []string{"boss@x"}},
		{"at two places", all(field("phone"), field("phone")), all(field("mail"), field("boss.mail")), "+551", []string{"jonas@x", "boss@x"}},
		{"who stands for two is one", all(field("phone"), field("phone")), all(field("same"), field("boss.mail")), "+551", []string{"boss@x"}},
		{"whom the row does not name any more", field("phone"), all(field("mail"), field("same")), "+559", []string{"jonas@x", "boss@x"}},
		{"nobody", field("phone"), field("none"), "+551", []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, to := range c.of.Counterparts(r, c.text, nil, c.other, nil) {
				if got = append(got, to.Text); (to.Text == "") != (to.Problem != nil) {
					t.Errorf("%q has the problem %v", to.Text, to.Problem)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("it goes to %q, want %q", got, c.want)
			}
		})
	}
}
