package places

import (
	"bytes"
	"html/template"
	"strings"
)

// htmlTemplate escapes each value by where it stands, as html/template knows how to.
type htmlTemplate struct{ of *template.Template }

// parseHTML makes the standard library's template of ours. None of its other actions can get in: a text between places has no {{.
func parseHTML(t *Template) (*htmlTemplate, error) {
	var text strings.Builder
	for _, p := range t.parts {
		text.WriteString(p.text)
		if p.name != "" {
			text.WriteString(`{{index . "` + p.name + `"}}`)
		}
	}
	of, err := template.New("").Parse(text.String())
	if err != nil {
		return nil, err
	}
	// Where values would stand is judged when the template is filled for the first time.
	if err := of.Execute(new(bytes.Buffer), map[string]string{}); err != nil {
		return nil, err
	}
	return &htmlTemplate{of}, nil
}

func (h *htmlTemplate) fill(values map[string]string) []byte {
	var out bytes.Buffer
	_ = h.of.Execute(&out, values) // nothing in it can fail once it was filled
	return out.Bytes()
}
