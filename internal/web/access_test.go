package web_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/web"
)

// withGraphQL is a house whose GraphQL is the real one, and which logs nothing.
func withGraphQL(b *testing.B) *house {
	h := open(b)
	log := slog.New(slog.DiscardHandler)
	h.Handler = web.New(web.Options{Auth: h.auth, Engine: h.engine, PublicURL: publicURL + "/", Log: log,
		GraphQL: graph.New(graph.Options{DB: h.db, Engine: h.engine, Catalog: catalog.Load(), Authenticate: h.auth.Caller, Log: log})})
	return h
}

// query asks a GraphQL operation that must be answered without an error, and says how long it took.
func (h *house) query(b *testing.B, body []byte) time.Duration {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+h.token)
	w := httptest.NewRecorder()
	began := time.Now()
	h.ServeHTTP(w, r)
	took := time.Since(began)
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), `"errors":`) {
		b.Fatalf("%d %s", w.Code, w.Body)
	}
	return took
}

func operation(b *testing.B, query string) []byte {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// groups makes permission groups that grant the whole matrix, up to a number of them.
func (h *house) groups(b *testing.B, many int) {
	var makers sync.WaitGroup
	for maker := range 50 { // side by side, so that one commit is for many
		makers.Go(func() {
			for i := 1 + maker; i < many; i += 50 {
				name := fmt.Sprintf("Group %05d", i)
				if _, err := h.db.GroupCreate(b.Context(), h.admin, hub.GroupInput{Description: &name, SelectAll: true}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	makers.Wait()
}

// BenchmarkAccess measures which part of a GraphQL request is spent on who asks and on what that may do: the token, which was
// verified before, its consumer with its group, and one permission. The first request does as little as any can.
func BenchmarkAccess(b *testing.B) {
	for name, query := range map[string]string{
		"of the least request": `{ queue { queued } }`,
		"of one group":         `{ groups(first: 1) { nodes { id description } } }`,
		"of a page of groups":  `{ groups(first: 50) { nodes { id version description note readOnly grants { module submodule actions } } pageInfo { hasNextPage endCursor } } }`,
	} {
		b.Run(name, func(b *testing.B) {
			h := withGraphQL(b)
			h.groups(b, 100)
			body := operation(b, query)
			var whole, access time.Duration
			for b.Loop() {
				whole += h.query(b, body)
				began := time.Now()
				c, _, err := h.auth.Caller(b.Context(), h.token, "en")
				if err == nil {
					err = c.Need(hub.RowUserAccounts, hub.See)
				}
				access += time.Since(began)
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(access.Nanoseconds())/float64(b.N), "access-ns/op")
			b.ReportMetric(100*float64(access)/float64(whole), "access-%")
		})
	}
}

// BenchmarkFirstPageOfGroups measures the first page of the list of groups, with the matrix of each, as a screen asks for it: how much
// longer it takes among 10,000 groups than among 100. With totalCount the whole list is counted, which a page alone does not need.
func BenchmarkFirstPageOfGroups(b *testing.B) {
	const fields = `{ nodes { id version description note readOnly grants { module submodule actions } updatedAt } pageInfo { hasNextPage endCursor } %s } }`
	few, many := withGraphQL(b), withGraphQL(b)
	few.groups(b, 100)
	many.groups(b, 10_000)
	for name, query := range map[string]string{
		"newest first":            fmt.Sprintf(`{ groups(first: 50) `+fields, ""),
		"by description":          fmt.Sprintf(`{ groups(first: 50, orderBy: {field: DESCRIPTION, direction: ASC}) `+fields, ""),
		"by description, counted": fmt.Sprintf(`{ groups(first: 50, orderBy: {field: DESCRIPTION, direction: ASC}) `+fields, "totalCount"),
		"newest, searched":        fmt.Sprintf(`{ groups(first: 50, filter: {search: "group 0"}) `+fields, ""),
	} {
		b.Run(name, func(b *testing.B) {
			body := operation(b, query)
			var among100, among10000 time.Duration
			for b.Loop() {
				among100 += few.query(b, body)
				among10000 += many.query(b, body)
			}
			b.ReportMetric(float64(among100.Microseconds())/float64(b.N), "us-among-100")
			b.ReportMetric(float64(among10000.Microseconds())/float64(b.N), "us-among-10000")
			b.ReportMetric(float64(among10000)/float64(among100), "ratio")
		})
	}
}
