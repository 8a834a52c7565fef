package graph

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func TestAnAnswerHasThePartsThatThereAreAndTheErrorsFirst(t *testing.T) {
	t.Parallel()
	errs := gqlerror.List{{Message: `no "way" <out>`, Extensions: map[string]any{"code": "INVALID"}}}
	cost := map[string]any{"cost": operationCost{Requested: 3, Most: 9}}
	for want, response := range map[string]*graphql.Response{
		`{}`:                   {},
		`{"data":{"a":"<&>"}}`: {Data: json.RawMessage(`{"a":"<&>"}`)},
		`{"data":null,"extensions":{"cost":{"requested":3,"most":9}}}`:                                                                              {Data: json.RawMessage(`null`), Extensions: cost},
		`{"errors":[{"message":"no \"way\" <out>","extensions":{"code":"INVALID"}}]}`:                                                               {Errors: errs},
		`{"errors":[{"message":"no \"way\" <out>","extensions":{"code":"INVALID"}}],"data":{"a":1},"extensions":{"cost":{"requested":3,"most":9}}}`: {Errors: errs, Data: json.RawMessage(`{"a":1}`), Extensions: cost},
		unwritable: {Data: json.RawMessage(`{}`), Extensions: map[string]any{"never": func() {}}},
	} {
		got := appendResponse([]byte("before "), response)[len("before "):]
		var is, must any
		if err := json.Unmarshal(got, &is); err != nil {
			t.Errorf("%s is no JSON: %v", got, err)
		}
		if err := json.Unmarshal([]byte(want), &must); err != nil || !reflect.DeepEqual(is, must) || len(response.Errors) > 0 && string(got[:9]) != `{"errors"` {
			t.Errorf("it is %s, not %s", got, want)
		}
		if string(encode(response)) != string(got) {
			t.Errorf("by itself it is %s, not %s", encode(response), got)
		}
	}
}
