package httpsource

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// readRows is the one action.
const readRows = "read_rows"

const rowsSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "path": {"type": "string", "pattern": "^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$", "maxLength": 500},
    "query": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 2000}, "maxProperties": 50},
    "rows": {"type": "string", "pattern": "^(/.*)?$", "maxLength": 500},
    "fields": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^(/.*)?$", "maxLength": 500}, "maxProperties": 200},
    "key": {"type": "string", "pattern": "^/.*$", "maxLength": 500},
    "paging": {"type": "string", "enum": ["NONE", "OFFSET", "PAGE", "CURSOR", "LINK"], "default": "NONE",
      "x-recado-options": {
        "NONE": {"pt-BR": "Uma página só", "pt-PT": "Uma só página", "es": "Una sola página", "en": "One page only", "fr": "Une seule page", "it": "Una sola pagina"},
        "OFFSET": {"pt-BR": "Por deslocamento", "pt-PT": "Por deslocamento", "es": "Por desplazamiento", "en": "By offset", "fr": "Par décalage", "it": "Per scostamento"},
        "PAGE": {"pt-BR": "Por número de página", "pt-PT": "Por número de página", "es": "Por número de página", "en": "By page number", "fr": "Par numéro de page", "it": "Per numero di pagina"},
        "CURSOR": {"pt-BR": "Por cursor", "pt-PT": "Por cursor", "es": "Por cursor", "en": "By cursor", "fr": "Par curseur", "it": "Per cursore"},
        "LINK": {"pt-BR": "Pelo cabeçalho Link", "pt-PT": "Pelo cabeçalho Link", "es": "Por el encabezado Link", "en": "By the Link header", "fr": "Par l'en-tête Link", "it": "Dall'intestazione Link"}}},
    "page_size": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    "size_parameter": {"type": "string", "minLength": 1, "maxLength": 100},
    "paging_parameter": {"type": "string", "minLength": 1, "maxLength": 100},
    "first_page": {"type": "integer", "minimum": 0, "maximum": 1, "default": 1},
    "next_cursor": {"type": "string", "pattern": "^/.*$", "maxLength": 500},
    "total": {"type": "string", "pattern": "^/.*$", "maxLength": 500},
    "since_parameter": {"type": "string", "minLength": 1, "maxLength": 100},
    "until_parameter": {"type": "string", "minLength": 1, "maxLength": 100}
  },
  "if": {"properties": {"paging": {"const": "CURSOR"}}, "required": ["paging"]},
  "then": {"required": ["next_cursor"]},
  "additionalProperties": false
}`

// keyMember is the member of a row that names it where none of its fields does.
const keyMember = "$key"

// Values of the parameter `paging`.
const (
	pagingNone   = "NONE"
	pagingOffset = "OFFSET"
	pagingPage   = "PAGE"
	pagingCursor = "CURSOR"
	pagingLink   = "LINK"
)

// parameters say what is asked for and how the answer is read, checked.
type parameters struct {
	Path       string            `json:"path"`
	Query      map[string]string `json:"query"`
	Rows       string            `json:"rows"`
	Fields     map[string]string `json:"fields"`
	Key        string            `json:"key"`
	Paging     string            `json:"paging"`
	PageSize   int               `json:"page_size"`
	SizeName   string            `json:"size_parameter"`
	PagingName string            `json:"paging_parameter"`
	FirstPage  int               `json:"first_page"`
	NextCursor string            `json:"next_cursor"`
	Total      string            `json:"total"`
	SinceName  string            `json:"since_parameter"`
	UntilName  string            `json:"until_parameter"`

	rows, key, next, total pointer
	fields                 []field
}

// field is one that a row gets, and from where in the endpoint's row.
type field struct {
	name string
	from pointer
}

// usualNames are the parameters by which a page is asked for if none is named.
var usualNames = map[string]string{pagingOffset: "offset", pagingPage: "page", pagingCursor: "cursor"}

// parseParameters reads the parameters of the action. All problems are found at once.
func parseParameters(action string, raw json.RawMessage) (*parameters, sdk.Problems) {
	p := &parameters{Paging: pagingNone, PageSize: 100, FirstPage: 1}
	var found sdk.Problems
	if action != readRows {
		found.Add("UNKNOWN_ACTION", "action", "the connector has no action "+strconv.Quote(action), "Choose one of the connector's actions.")
	}
	if len(raw) > 0 && json.Unmarshal(raw, p) != nil {
		found.Add("MALFORMED", "parameters", "the parameters are not an object of the declared shape", "Give each parameter the type that the form asks for.")
		return nil, found
	}
	if p.Path != "" && !goodPath(p.Path) {
		found.Add("INVALID", "parameters.path", "must be a path such as /orders, without query, escapes and dots that lead upwards", "Put the query into its own parameter.")
	}
	p.parsePaging(&found)
	p.rows, p.key = pointerAt("rows", p.Rows, &found), pointerAt("key", p.Key, &found)
	p.next, p.total = pointerAt("next_cursor", p.NextCursor, &found), pointerAt("total", p.Total, &found)
	for name, from := range p.Fields {
		p.fields = append(p.fields, field{name, pointerAt("fields", from, &found)})
	}
	slices.SortFunc(p.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	if len(found) > 0 {
		return nil, found
	}
	return p, nil
}

var pathPattern = regexp.MustCompile(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$`)

func goodPath(path string) bool {
	segments := strings.Split(path, "/")
	return pathPattern.MatchString(path) && !slices.Contains(segments, ".") && !slices.Contains(segments, "..")
}

func (p *parameters) parsePaging(found *sdk.Problems) {
	if !slices.Contains([]string{pagingNone, pagingOffset, pagingPage, pagingCursor, pagingLink}, p.Paging) {
		found.Add("INVALID", "parameters.paging", "must be NONE, OFFSET, PAGE, CURSOR or LINK", "Choose how the endpoint answers in pages.")
		return
	}
	if p.PageSize < 1 || p.PageSize > 1000 {
		found.Add("INVALID", "parameters.page_size", "must be from 1 to 1000", "Leave it empty for 100.")
	}
	if p.Paging == pagingCursor && p.NextCursor == "" {
		found.Add("REQUIRED", "parameters.next_cursor", "cannot be empty with CURSOR", "Give the JSON Pointer of the next cursor in the answer, such as /meta/next.")
	}
	if p.PagingName == "" {
		p.PagingName = usualNames[p.Paging]
	}
	if p.SizeName == "" && (p.Paging == pagingOffset || p.Paging == pagingPage) {
		p.SizeName = "limit"
	}
}

func pointerAt(name, text string, found *sdk.Problems) pointer {
	p, ok := parsePointer(text)
	if !ok {
		found.Add("INVALID", "parameters."+name, "is no JSON Pointer", "Write it as /data/items; a / in a name is ~1, a ~ is ~0.")
	}
	return p
}

// pointer is a JSON Pointer (RFC 6901); an empty one is the whole.
type pointer []string

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

func parsePointer(text string) (pointer, bool) {
	if text == "" {
		return nil, true
	}
	rest, ok := strings.CutPrefix(text, "/")
	if !ok || strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(text), "~") {
		return nil, false
	}
	list := strings.Split(rest, "/")
	for i := range list {
		list[i] = unescape.Replace(list[i])
	}
	return list, true
}

// in is what stands at the pointer; ok is false if nothing does.
func (p pointer) in(v any) (found any, ok bool) {
	for _, name := range p {
		switch in := v.(type) {
		case map[string]any:
			if v, ok = in[name]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(in) || strconv.Itoa(i) != name {
				return nil, false
			}
			v = in[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// row is what the hub gets for a row of the endpoint: its fields, or as it is if none are named.
func (p *parameters) row(v any) (json.RawMessage, error) {
	in, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a row is no object")
	}
	out := in
	if len(p.fields) > 0 {
		out = make(map[string]any, len(p.fields)+1)
		for _, f := range p.fields {
			if found, ok := f.from.in(v); ok {
				out[f.name] = found
			}
		}
	}
	if key, ok := p.key.in(v); ok && p.key != nil {
		text, isText := key.(string)
		if !isText {
			text = fmt.Sprint(key)
		}
		out[keyMember] = text
	}
	return json.Marshal(out)
}

// target is what is asked first.
func (p *parameters) target(base *url.URL) *url.URL {
	u := *base
	if p.Path != "" {
		u = *base.JoinPath(p.Path)
	}
	q := u.Query()
	for name, value := range p.Query {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return &u
}
