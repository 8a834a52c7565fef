package host_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

func TestPreview(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	preview := func(ctx context.Context, name string) (*hub.MessagePreview, error) {
		in := integration("probe")
		in.Name = name
		return r.Preview(ctx, in, hub.Handover{Key: 7, Action: "ok", Recipient: "+15550001", Values: []string{"a", "b"}})
	}
	t.Run("tells what would be sent, without the secrets that the connector was given", func(t *testing.T) {
		p, err := preview(t.Context(), "fine")
		if err != nil || p.Text != "with ***" || p.Recipient != "+15550001" || len(p.Adjusted) != 1 || p.Adjusted[0].Sent != "s" ||
			len(p.Problems) != 1 || !p.Problems[0].Warning() || p.Problems[0].Path != "values[1]" {
			t.Fatalf("%+v, %v", p, err)
		}
		if request := string(p.Request); strings.Contains(request, token) || !strings.Contains(request, hub.ID(hub.KindDelivery, 7)) || !strings.Contains(request, `"Position":2`) {
			t.Errorf("the request is %s", request)
		}
	})
	t.Run("settings that cannot be used are problems", func(t *testing.T) {
		p, err := preview(t.Context(), "bad")
		if err != nil || len(p.Problems) != 1 || p.Problems[0].Path != "secrets.token" {
			t.Errorf("%+v, %v", p, err)
		}
	})
	t.Run("says without secrets that the connector failed", func(t *testing.T) {
		_, err := preview(t.Context(), "fail")
		wantCode(t, err, hub.CodeUnavailable, "cannot say with ***")
	})
	t.Run("ends with the caller's patience", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := preview(ctx, "hang")
		wantCode(t, err, hub.CodeUnavailable, "in time")
	})
}
