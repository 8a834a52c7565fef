package httpsource_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/httpsource"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

// endpoint is a REST service of 25 rows that answers in all ways of paging, and with faults to script.
type endpoint struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // path and query
	fault func(http.ResponseWriter, *http.Request) bool
}

const allRows = 25

func newEndpoint(tb testing.TB) *endpoint {
	tb.Helper()
	e := &endpoint{}
	e.Server = httptest.NewServer(e)
	tb.Cleanup(e.Close)
	return e
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = append(e.asked, r.URL.String())
	if e.fault != nil && e.fault(w, r) {
		return
	}
	q := r.URL.Query()
	size, _ := strconv.Atoi(q.Get("limit"))
	if size == 0 {
		size = 10
	}
	from := 0
	switch {
	case strings.HasSuffix(r.URL.Path, "/offset"):
		from, _ = strconv.Atoi(q.Get("offset"))
	case strings.HasSuffix(r.URL.Path, "/page"):
		n, _ := strconv.Atoi(q.Get("page"))
		from = (n - 1) * size
	case q.Get("after") != "":
		from, _ = strconv.Atoi(strings.TrimPrefix(q.Get("after"), "at:"))
	}
	var rows []object
	for i := from; i < min(from+size, allRows); i++ {
		rows = append(rows, object{"id": i, "asset": object{"code": fmt.Sprint("A", i)}, "a/b": "x"})
	}
	answer := object{"data": object{"items": rows}, "meta": object{"total": allRows}}
	if from+size < allRows {
		next := fmt.Sprint("at:", from+size)
		answer["meta"].(object)["next"] = next
		w.Header().Add("Link", `</first>; rel="first", <?after=`+next+`&x=1>; rel="prefetch next"`)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (e *endpoint) script(f func(http.ResponseWriter, *http.Request) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fault, e.asked = f, nil
}

func (e *endpoint) requests() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.asked...)
}

type object = map[string]any

func local(tb testing.TB) *outbound.Guard {
	tb.Helper()
	allowed, err := outbound.ParseAllowed("127.0.0.1")
	if err != nil {
		tb.Fatal(err)
	}
	return outbound.New(allowed)
}

// integration asks an address; more are further settings, and secrets by the names that are secret.
func integration(address string, more object) sdk.Integration {
	all := object{"url": address}
	maps.Copy(all, more)
	in := sdk.Integration{ID: "int_1", Name: "cmms", Language: "en", Secrets: map[string]string{}}
	for _, name := range []string{"token", "password", "oauth_client_secret"} {
		if text, ok := all[name].(string); ok {
			in.Secrets[name] = text
		}
		delete(all, name)
	}
	in.Settings, _ = json.Marshal(all)
	return in
}

func query(parameters object) sdk.Query {
	all := object{"rows": "/data/items"}
	maps.Copy(all, parameters)
	text, _ := json.Marshal(all)
	return sdk.Query{Action: "read_rows", Parameters: text}
}

// read is what a query answers, through the wire.
func read(tb testing.TB, g *outbound.Guard, in sdk.Integration, q sdk.Query) (rows []object, pages []sdk.Page, err error) {
	tb.Helper()
	err = sdktest.Connect(tb, httpsource.NewWith(g)).Query(tb.Context(), in, q, func(p sdk.Page) error {
		pages = append(pages, p)
		for _, raw := range p.Rows {
			var row object
			if err := json.Unmarshal(raw, &row); err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, pages, err
}

func TestSuite(t *testing.T) {
	e := newEndpoint(t)
	(&sdktest.Suite{
		Connector: httpsource.NewWith(local(t)), Integration: integration(e.URL, object{"auth": "BEARER", "token": "a-token-of-the-endpoint"}),
		BadIntegrations: map[string]sdk.Integration{
			"no address":               integration("", nil),
			"an address with a query":  integration(e.URL+"/?a=b", nil),
			"a user in the address":    integration("https://me:hidden-word@example.com", nil),
			"a private address":        integration("https://10.1.2.3/api", nil),
			"a name of this machine":   integration("https://localhost/api", nil),
			"nobody there":             integration("http://127.0.0.1:1", nil),
			"no token":                 integration(e.URL, object{"auth": "BEARER"}),
			"a token of two lines":     integration(e.URL, object{"auth": "BEARER", "token": "hidden\r\nword"}),
			"a header of the protocol": integration(e.URL, object{"auth": "HEADER", "header": "Host", "token": "hidden-word"}),
			"half of Basic":            integration(e.URL, object{"auth": "BASIC", "username": "me"}),
			"a colon in the name":      integration(e.URL, object{"auth": "BASIC", "username": "me:you", "password": "hidden-word"}),
			"another way":              integration(e.URL, object{"auth": "DIGEST"}),
			"OAuth without a server":   integration(e.URL, object{"auth": "OAUTH2", "oauth_client_id": "a", "oauth_client_secret": "hidden-word"}),
			"OAuth with this endpoint": integration(e.URL, object{"auth": "OAUTH2", "oauth_token_url": e.URL, "oauth_client_id": "a", "oauth_client_secret": "hidden-word"}),
			"settings as a list":       {ID: "int_1", Settings: json.RawMessage(`[1]`)},
		},
	}).Run(t)
}

func TestAUserNameWithAColonIsAProblemWhereItStands(t *testing.T) {
	t.Parallel()
	found, err := sdktest.Connect(t, httpsource.NewWith(local(t))).Check(t.Context(), integration("https://example.com", object{"auth": "BASIC", "username": "me:you", "password": "hidden-word"}))
	if err != nil || len(found) != 1 || found[0].Path != "settings.username" || !strings.Contains(found[0].Message, "colon") {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestEveryWayOfPagingReadsEveryRowOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parameters object
		requests   []string
	}{
		"offset":            {object{"path": "/offset", "paging": "OFFSET", "page_size": 10}, []string{"/offset?limit=10&offset=0", "/offset?limit=10&offset=10", "/offset?limit=10&offset=20"}},
		"offset with total": {object{"path": "/offset", "paging": "OFFSET", "page_size": 5, "total": "/meta/total"}, []string{"/offset?limit=5&offset=0", "/offset?limit=5&offset=5", "/offset?limit=5&offset=10", "/offset?limit=5&offset=15", "/offset?limit=5&offset=20"}},
		"page":              {object{"path": "/page", "paging": "PAGE", "page_size": 10, "query": object{"status": "open now"}}, []string{"/page?limit=10&page=1&status=open+now", "/page?limit=10&page=2&status=open+now", "/page?limit=10&page=3&status=open+now"}},
		"cursor":            {object{"paging": "CURSOR", "paging_parameter": "after", "next_cursor": "/meta/next"}, []string{"/", "/?after=at%3A10", "/?after=at%3A20"}},
		"link":              {object{"paging": "LINK"}, []string{"/", "/?after=at:10&x=1", "/?after=at:20&x=1"}},
		"none":              {object{"query": object{"limit": "50"}}, []string{"/?limit=50"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEndpoint(t)
			rows, pages, err := read(t, local(t), integration(e.URL, nil), query(c.parameters))
			if err != nil || len(rows) != allRows || rows[24]["id"] != 24.0 || !slices.Equal(e.requests(), c.requests) {
				t.Fatalf("%d rows of %v, %v", len(rows), e.requests(), err)
			}
			if pages[len(pages)-1].Next != "" {
				t.Errorf("the last page has the cursor %q", pages[len(pages)-1].Next)
			}
			if len(pages) == 1 {
				return
			}
			q := query(c.parameters)
			q.Cursor = pages[0].Next
			rest, _, err := read(t, local(t), integration(e.URL, nil), q)
			if err != nil || len(rest) != allRows-len(pages[0].Rows) || rest[0]["id"] != float64(len(pages[0].Rows)) {
				t.Errorf("from the cursor %q: %d rows, %v", q.Cursor, len(rest), err)
			}
			q = query(c.parameters)
			q.Limit = 12
			if some, _, err := read(t, local(t), integration(e.URL, nil), q); err != nil || len(some) != 12 {
				t.Errorf("with a limit of 12: %d rows, %v", len(some), err)
			}
		})
	}
}

func TestRowsAndFieldsAreWhereThePointersSay(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	rows, pages, err := read(t, local(t), integration(e.URL, nil), query(object{"fields": object{"code": "/asset/code", "note": "/a~1b", "missing": "/none/0"}, "key": "/id", "total": "/meta/total"}))
	if err != nil || len(rows) != 10 || !maps.Equal(rows[3], object{"code": "A3", "note": "x", "$key": "3"}) || pages[0].Total != allRows {
		t.Errorf("%v, %v", rows, err)
	}
	for _, c := range []struct {
		pointer   string
		ok, wrong bool
		want      any
	}{
		{"", true, false, nil}, {"/a", true, false, "x"}, {"/l/1", true, false, "two"}, {"/l/2", false, false, nil}, {"/l/01", false, false, nil}, {"/l/-1", false, false, nil},
		{"/~0~1", true, false, "odd"}, {"/", true, false, "empty"}, {"a", false, true, nil}, {"/~2", false, true, nil}, {"/a/b", false, false, nil},
	} {
		found, ok, wrong := httpsource.At(c.pointer, object{"a": "x", "l": []any{"one", "two"}, "~/": "odd", "": "empty"})
		if ok != c.ok || wrong != c.wrong || c.want != nil && found != c.want {
			t.Errorf("%q: %v %t %t", c.pointer, found, ok, wrong)
		}
	}
}

func TestTheTimesOfAQueryGoIntoTheEndpointsParameters(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	q := query(object{"since_parameter": "updated_after", "until_parameter": "updated_before"})
	q.Since = time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	if _, _, err := read(t, local(t), integration(e.URL+"/api", nil), q); err != nil || e.requests()[0] != "/api?updated_after=2026-12-01T08%3A00%3A00Z" {
		t.Errorf("%v, %v", e.requests(), err)
	}
}

func TestWaysToSignIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings object
		header   string
		value    string
	}{
		"none":   {nil, "Authorization", ""},
		"bearer": {object{"auth": "BEARER", "token": "abc"}, "Authorization", "Bearer abc"},
		"basic":  {object{"auth": "BASIC", "username": "me", "password": "p:w"}, "Authorization", "Basic bWU6cDp3"},
		"header": {object{"auth": "HEADER", "header": "X-Api-Key", "token": "abc"}, "X-Api-Key", "abc"},
	} {
		e := newEndpoint(t)
		got := ""
		e.script(func(_ http.ResponseWriter, r *http.Request) bool { got = r.Header.Get(c.header); return false })
		if _, _, err := read(t, local(t), integration(e.URL, c.settings), query(nil)); err != nil || got != c.value {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestATokenThatIsRefusedIsFetchedAnewOnce(t *testing.T) {
	t.Parallel()
	given := 0
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given++
		if id, secret, _ := r.BasicAuth(); id != "app" || secret != "hidden-word" || r.FormValue("scope") != "read" || r.FormValue("audience") != "cmms" {
			t.Errorf("%s %s %v", id, secret, r.Form)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","expires_in":3600}`, given)
	}))
	defer tokens.Close()
	e := newEndpoint(t)
	valid := "Bearer token-1"
	e.script(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") != valid {
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	})
	in := integration(e.URL, object{"auth": "OAUTH2", "oauth_token_url": tokens.URL, "oauth_client_id": "app", "oauth_client_secret": "hidden-word", "oauth_scope": "read", "oauth_audience": "cmms"})
	c := sdktest.Connect(t, httpsource.NewWith(local(t)))
	ask := func() error {
		return c.Query(t.Context(), in, query(object{"paging": "LINK"}), func(sdk.Page) error { return nil })
	}
	if err := ask(); err != nil || given != 1 {
		t.Fatalf("%v, %d tokens", err, given)
	}
	if err := ask(); err != nil || given != 1 {
		t.Errorf("the second query: %v, %d tokens", err, given)
	}
	valid = "Bearer token-2"
	if err := ask(); err != nil || given != 2 {
		t.Errorf("after the token was revoked: %v, %d tokens", err, given)
	}
	valid = "none"
	var wrong *sdk.SettingsError
	if err := ask(); !errors.As(err, &wrong) || wrong.Problems[0].Path != "secrets.oauth_client_secret" || given != 3 {
		t.Errorf("%v, %d tokens", err, given)
	}
}

func TestAnEndpointThatIsBusyIsAskedAgainWhenItSays(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	times := 0
	e.script(func(w http.ResponseWriter, _ *http.Request) bool {
		times++
		if times > 2 {
			return false
		}
		w.Header().Set("Retry-After", "0")
		w.WriteHeader([]int{429, 503}[times-1])
		return true
	})
	if rows, _, err := read(t, local(t), integration(e.URL, nil), query(nil)); err != nil || len(rows) != 10 || times != 3 {
		t.Errorf("%d rows, %v, asked %d times", len(rows), err, times)
	}
	// Longer than there is time is not waited for.
	e.script(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(429)
		return true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := httpsource.NewWith(local(t)).(sdk.Source).Query(ctx, integration(e.URL, nil), query(nil), func(sdk.Page) error { return nil })
	var later *sdk.RetryError
	if !errors.As(err, &later) || later.After != time.Hour || ctx.Err() != nil {
		t.Errorf("%v", err)
	}
}

func TestWhatAFlowMeansToAskIsJudgedWithoutAsking(t *testing.T) {
	t.Parallel()
	c := httpsource.NewWith(local(t)).(sdk.ActionChecker)
	for _, one := range []struct {
		action, parameters string
		names              []string
		path               string
	}{
		{"read_rows", `{"path": "/orders", "rows": "/data/items"}`, nil, ""},
		{"read_rows", `{"path": "/orders?x=1"}`, nil, "parameters.path"},
		{"read_rows", `{"rows": "/a~2b"}`, nil, "parameters.rows"},
		{"read_rows", `{"paging": "CURSOR"}`, nil, "parameters.next_cursor"},
		{"read_rows", `{"paging": "CURSOR"}`, []string{"next_cursor"}, ""},
		{"read_minds", `{}`, nil, "action"},
	} {
		found, err := c.CheckAction(t.Context(), integration("http://192.0.2.1", nil), sdk.ActionUse{Action: one.action, Parameters: json.RawMessage(one.parameters), Names: one.names})
		if err != nil || (one.path == "") != (len(found) == 0) || one.path != "" && found[0].Path != one.path {
			t.Errorf("%s %s: %+v, %v; want %q", one.action, one.parameters, found, err, one.path)
		}
	}
}

func TestWhatTheRateLimitHeadersSay(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	for _, c := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"Ratelimit": {`"default";r=0;t=30`}}, 30 * time.Second},
		{http.Header{"Ratelimit": {`"default";r=7;t=30`}}, 0},
		{http.Header{"Ratelimit": {"limit=100, remaining=0, reset=12"}}, 12 * time.Second},
		{http.Header{"Ratelimit-Remaining": {"0"}, "Ratelimit-Reset": {"5"}}, 5 * time.Second},
		{http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1800000009"}}, 9 * time.Second},
		{http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1700000000"}}, 0},
		{http.Header{"X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {"999999"}}, time.Hour},
		{http.Header{"X-Ratelimit-Remaining": {"3"}, "X-Ratelimit-Reset": {"60"}}, 0},
		{http.Header{"X-Ratelimit-Remaining": {"zero"}, "X-Ratelimit-Reset": {"60"}}, 0},
	} {
		if got := httpsource.Pause(c.header, now); got != c.want {
			t.Errorf("%v: %s, want %s", c.header, got, c.want)
		}
	}
}

func TestTheNextLink(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`<https://x/a?b=1,2>; rel="next"`: "https://x/a?b=1,2", `<a>; rel=prev, <b>; rel=next`: "b", `<a>; title="x"; rel="last next"`: "a", `<a>; rel="nextish"`: "", ``: "", `<a`: "", `garbage`: "",
	} {
		if got := httpsource.NextLink(header); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
	if got := httpsource.NextLink(`<a>; rel=prev`, `<b>; REL="Next"`); got != "b" {
		t.Errorf("two headers: %q", got)
	}
}

func TestWhatGoesWrongIsSaidWithoutTheEndpointsText(t *testing.T) {
	t.Parallel()
	other := newEndpoint(t)
	status := func(code int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Location", other.URL)
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "hidden-word")
			return true
		}
	}
	body := func(text string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool { _, _ = io.WriteString(w, text); return true }
	}
	link := func(to string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Link", "<"+to+`>; rel="next"`)
			return false
		}
	}
	for name, c := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request) bool
		q     sdk.Query
		path  string // of a problem
		says  string // of another error
	}{
		"a redirect":               {status(302), query(nil), "settings.url", ""},
		"no right":                 {status(403), query(nil), "settings.auth", ""},
		"nothing there":            {status(404), query(nil), "parameters.path", ""},
		"a wrong query":            {status(422), query(nil), "parameters", ""},
		"down":                     {status(503), query(nil), "", "busy or down (503"},
		"no JSON":                  {body("<html>hidden-word"), query(nil), "", "no JSON"},
		"no list":                  {body(`{"data":{"items":{}}}`), query(nil), "parameters.rows", ""},
		"no such place":            {body(`{}`), query(nil), "parameters.rows", ""},
		"rows that are no objects": {body(`[1,2]`), query(object{"rows": ""}), "parameters.rows", ""},
		"a link elsewhere":         {link(other.URL), query(object{"paging": "LINK"}), "", "another server"},
		"a link in a circle":       {link("/"), query(object{"paging": "LINK"}), "", "just asked for"},
		"a cursor in a circle":     {body(`{"data":{"items":[]},"meta":{"next":"same"}}`), query(object{"paging": "CURSOR", "next_cursor": "/meta/next"}), "", "just asked for"},
		"no action":                {nil, sdk.Query{Action: "call"}, "action", ""},
		"no pointer":               {nil, query(object{"rows": "data"}), "parameters.rows", ""},
		"a path upwards":           {nil, query(object{"path": "/../admin"}), "parameters.path", ""},
		"another paging":           {nil, query(object{"paging": "SCROLL"}), "parameters.paging", ""},
		"no cursor":                {nil, query(object{"paging": "CURSOR"}), "parameters.next_cursor", ""},
		"no object":                {nil, sdk.Query{Action: "read_rows", Parameters: json.RawMessage(`[]`)}, "parameters", ""},
		"a cursor of another kind": {nil, sdk.Query{Action: "read_rows", Cursor: "PAGE:2"}, "", "begin anew"},
	} {
		e := newEndpoint(t)
		e.script(c.fault)
		_, _, err := read(t, local(t), integration(e.URL, nil), c.q)
		var wrong *sdk.SettingsError
		switch {
		case err == nil || strings.Contains(err.Error(), "hidden-word"):
			t.Errorf("%s: %v", name, err)
		case c.path != "" && (!errors.As(err, &wrong) || wrong.Problems[0].Path != c.path || wrong.Problems[0].NextStep == ""):
			t.Errorf("%s: %v", name, err)
		case c.path == "" && (errors.As(err, &wrong) || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(other.requests()); n > 0 {
		t.Errorf("the other server was asked %d times", n)
	}
}

func TestWhoeverStopsAQueryStopsTheAsking(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	stop := errors.New("enough")
	c := sdktest.Connect(t, httpsource.NewWith(local(t)))
	pages := 0
	err := c.Query(t.Context(), integration(e.URL, nil), query(object{"paging": "OFFSET", "path": "/offset", "page_size": 1}), func(sdk.Page) error {
		pages++
		return stop
	})
	if !errors.Is(err, stop) || pages != 1 {
		t.Errorf("%v after %d pages", err, pages)
	}
}

func TestThisMachineIsNotAskedUnlessTheOperatorAllowsIt(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	in := integration(strings.Replace(e.URL, "127.0.0.1", "localhost", 1), nil)
	_, _, err := read(t, outbound.New(nil), in, query(nil))
	var wrong *sdk.SettingsError
	if !errors.As(err, &wrong) || wrong.Problems[0].Code != "ADDRESS_REFUSED" || len(e.requests()) > 0 {
		t.Errorf("%v", err)
	}
}
