package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/hub"
)

func TestAnErrorHasOnePlaceInAMutationAndOneElsewhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code   hub.Code
		inside bool // in userErrors of a mutation
	}{
		{hub.CodeInvalid, true}, {hub.CodeNotFound, true}, {hub.CodeConflict, true}, {hub.CodeInUse, true}, {hub.CodeTooLarge, true}, {hub.CodeUnavailable, true},
		{hub.CodeForbidden, false}, {hub.CodeUnauthenticated, false}, {hub.CodeInternal, false},
	} {
		err := fmt.Errorf("wrapped: %w", &hub.Error{Code: c.code, Path: "targets.0.mapping", Message: "it is wrong"})
		errs, top := userErrors(err)
		if c.inside {
			if top != nil || len(errs) != 1 || errs[0].Code != c.code || errs[0].Message != "it is wrong" || strings.Join(errs[0].Field, "/") != "targets/0/mapping" {
				t.Errorf("%s in a mutation: %+v %v", c.code, errs, top)
			}
		} else if !errors.Is(top, err) || len(errs) != 0 {
			t.Errorf("%s in a mutation: %+v %v", c.code, errs, top)
		}
		shaped := presenter{slog.New(slog.DiscardHandler), ignore}.present(t.Context(), err)
		if shaped.Extensions["code"] != string(c.code) || shaped.Message != "targets.0.mapping: it is wrong" || shaped.Err != nil {
			t.Errorf("%s elsewhere: %+v", c.code, shaped)
		}
	}
	if errs, top := userErrors(nil); errs == nil || len(errs) != 0 || top != nil {
		t.Errorf("no error: %v %v", errs, top)
	}
}

func TestForbiddenSaysWhatIsMissingAndToWhom(t *testing.T) {
	t.Parallel()
	c := hub.Caller{Consumer: &hub.Consumer{Enabled: true}, Group: &hub.Group{Description: "Readers"}}
	shaped := presenter{slog.New(slog.DiscardHandler), ignore}.present(t.Context(), c.Need(hub.RowHub, hub.Edit))
	raw, err := json.Marshal(shaped.Extensions)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(raw), `{"code":"FORBIDDEN","group":"Readers","needs":[{"action":"EDIT","module":"automator","submodule":"fracttal_hub"}]}`; got != want {
		t.Errorf("the extensions are %s", got)
	}
}

func TestWhatGoesWrongInsideStaysInside(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p := presenter{slog.New(slog.NewTextHandler(&log, nil)), ignore}
	secret := errors.New("UNIQUE constraint failed: consumers.secret")
	for name, err := range map[string]error{"an error of the store": secret, "one on a field": gqlerror.WrapPath(nil, secret), "a panic": p.recovered(t.Context(), "UNIQUE constraint failed")} {
		shaped := p.present(t.Context(), err)
		raw, _ := json.Marshal(shaped)
		if shaped.Extensions["code"] != "INTERNAL" || bytes.Contains(raw, []byte("UNIQUE")) || shaped.Err != nil {
			t.Errorf("%s is shown as %s", name, raw)
		}
	}
	if !strings.Contains(log.String(), "UNIQUE constraint failed") || !strings.Contains(log.String(), "errors_test.go") {
		t.Errorf("the log has neither the error nor the stack: %s", log.String())
	}
	t.Run("and a client that went away is no error at all", func(t *testing.T) {
		log.Reset()
		if p.present(t.Context(), context.Canceled); log.Len() > 0 {
			t.Errorf("it is logged: %s", log.String())
		}
	})
	t.Run("and what took too long may be tried again", func(t *testing.T) {
		if got := p.present(t.Context(), fmt.Errorf("reading: %w", context.DeadlineExceeded)).Extensions["code"]; got != "UNAVAILABLE" {
			t.Errorf("the code is %v", got)
		}
	})
}

func TestAMissingThingIsNothingInAQuery(t *testing.T) {
	t.Parallel()
	if err := missing(hub.NotFound(hub.KindFlow, 1)); err != nil {
		t.Errorf("it is %v", err)
	}
	for _, err := range []error{errors.New("x"), hub.Invalid("id", "x"), nil} {
		if !errors.Is(missing(err), err) {
			t.Errorf("%v becomes %v", err, missing(err))
		}
	}
}

func TestACloseReasonFitsIntoItsFrame(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"short", strings.Repeat("long ", 100), strings.Repeat("ação ", 100)} {
		reason := closeReason("en", &hub.Error{Code: hub.CodeUnauthenticated, Message: message})
		if len(reason) > maxCloseReason || !strings.HasPrefix(reason, "UNAUTHENTICATED: ") {
			t.Errorf("%d bytes: %s", len(reason), reason)
		}
	}
}

// ignore takes denials that a test does not look at.
func ignore(hub.Denial) {}
