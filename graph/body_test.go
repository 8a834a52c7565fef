package graph

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

func TestABodyThatIsNotThereInTimeIsNoMalformedOne(t *testing.T) {
	t.Parallel()
	h := &handler{maxBody: 1000}
	for name, c := range map[string]struct {
		then   error
		status int
	}{
		"it stops until the time is up": {os.ErrDeadlineExceeded, http.StatusRequestTimeout},
		"it ends early":                 {io.ErrUnexpectedEOF, http.StatusBadRequest},
	} {
		r := httptest.NewRequest(http.MethodPost, "/graphql", io.MultiReader(strings.NewReader(`{"query":`), iotest.ErrReader(c.then)))
		r.Header.Set("Content-Type", "application/json")
		if _, failed := h.bodyParams(httptest.NewRecorder(), r); failed == nil || failed.status != c.status {
			t.Errorf("%s: it is refused with %+v", name, failed)
		}
	}
}
