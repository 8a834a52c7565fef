package hub_test

import (
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func has(c *hub.Consumer, secret string) bool { return c.HasSecret(secret, noon) }

func TestAConsumerIsActiveUntilItExpires(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		consumer hub.Consumer
		want     bool
	}{
		{"without an expiry date", hub.Consumer{Enabled: true}, true},
		{"before it", hub.Consumer{Enabled: true, ExpiresAt: ptr(noon.Add(time.Millisecond))}, true},
		{"at that moment", hub.Consumer{Enabled: true, ExpiresAt: ptr(noon)}, false},
		{"after it", hub.Consumer{Enabled: true, ExpiresAt: ptr(noon.Add(-time.Hour))}, false},
		{"disabled, before it", hub.Consumer{ExpiresAt: ptr(noon.Add(time.Hour))}, false},
	} {
		if got := c.consumer.Active(noon); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestAReplacedSecretIsValidForTheTimeThatWasAskedFor(t *testing.T) {
	t.Parallel()
	first, second, third := hub.NewSecret(), hub.NewSecret(), hub.NewSecret()
	c := &hub.Consumer{SecretHash: hub.HashSecret(first)}
	valid := func(at time.Time, want ...string) {
		t.Helper()
		for i, secret := range []string{first, second, third} {
			wanted := false
			for _, w := range want {
				wanted = wanted || w == secret
			}
			if got := c.HasSecret(secret, at); got != wanted {
				t.Errorf("secret %d at %s: %v", i+1, at.Format(time.TimeOnly), got)
			}
		}
	}
	rotate := func(secret string, keep time.Duration) {
		t.Helper()
		if err := c.Rotate(hub.HashSecret(secret), keep, noon); err != nil || !c.SecretRotatedAt.Equal(noon) {
			t.Fatalf("%+v, %v", c, err)
		}
	}
	rotate(second, time.Hour)
	valid(noon, first, second)
	valid(noon.Add(time.Hour-time.Millisecond), first, second)
	valid(noon.Add(time.Hour), second)
	rotate(third, time.Minute) // the first one ends, though its hour is not over
	valid(noon, second, third)
	rotate(first, 0)
	valid(noon, first)
	if c.OldSecretUntil != nil || c.OldSecretHash != nil {
		t.Errorf("something is left of the old secret: %+v", c)
	}
	for _, keep := range []time.Duration{-time.Second, hub.MaxOldSecret + time.Second} {
		if err := c.Rotate(hub.HashSecret(second), keep, noon); hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("the old one for %s: %v", keep, err)
		}
	}
	valid(noon, first)
}
