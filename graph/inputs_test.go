package graph

import (
	"strings"
	"testing"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

func TestThePathOfASecretLeadsIntoTheListOfSecrets(t *testing.T) {
	t.Parallel()
	list := []*model.SecretInput{{Name: "key"}, {Name: "app.secret"}}
	for path, want := range map[string]string{
		"secrets.key":        "secrets 0 name",
		"secrets.app.secret": "secrets 1 name",
		"secrets.forgotten":  "secrets",
		"secrets":            "secrets",
		"settings.base_url":  "settings base_url",
		"":                   "",
	} {
		errs, _ := userErrors(hub.Invalid(path, "x"))
		if got := strings.Join(ofSecrets(errs, list)[0].Field, " "); got != want {
			t.Errorf("%q leads to %q, not %q", path, got, want)
		}
	}
}
