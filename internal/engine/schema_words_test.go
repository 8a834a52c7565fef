package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

func TestOfPropertiesOfWhichOneIsEnoughOneProblemTells(t *testing.T) {
	t.Parallel()
	const text, html = `{"required":["text"]}`, `{"required":["html"]}`
	for _, c := range []struct{ name, schema, object, want string }{
		{"neither is there", `{"anyOf":[` + text + `,` + html + `]}`, `{}`, "text: one of these is required: text, html"},
		{"nor where exactly one may be", `{"oneOf":[` + text + `,` + html + `]}`, `{}`, "text: one of these is required: text, html"},
		{"one is there", `{"anyOf":[` + text + `,` + html + `]}`, `{"html":"x"}`, ""},
		{"deeper in the object", `{"properties":{"a":{"anyOf":[` + text + `,` + html + `]}}}`, `{"a":{}}`, "a.text: one of these is required: text, html"},
		{"another property is missing as well", `{"required":["subject"],"anyOf":[` + text + `,` + html + `]}`, `{}`, "subject: this is required; text: one of these is required: text, html"},
		{"an alternative needs two", `{"anyOf":[{"required":["text","charset"]},` + html + `]}`, `{}`, "text: this is required; charset: this is required; html: this is required"},
	} {
		found, err := new(Engine).checkObject(&hub.Connector{Name: "x"}, "p", json.RawMessage(c.schema), json.RawMessage(c.object), "CODE")
		var got []string
		for _, p := range found {
			got = append(got, fmt.Sprintf("%s: %s", p.Path, p.Message))
		}
		if err != nil || strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}
