package graph_test

import (
	"slices"
	"testing"
	"time"
)

const consRotate = `mutation($id: ID!, $in: ConsumerSecretRotateInput!) { consumerSecretRotate(id: $id, input: $in) {
	consumer { version clientId secretRotatedAt oldSecretUntil } secret userErrors { code message field } } }`

func TestASecretIsReplacedThroughTheDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.do(s.admin, consRotate, vars{"id": s.consumer, "in": vars{"keepOldFor": "PT1H"}})
	if len(r.text("consumerSecretRotate", "secret")) < 32 || len(r.userErrors("consumerSecretRotate")) > 0 {
		t.Fatalf("it is answered with %v", r.Data)
	}
	at, errAt := time.Parse(time.RFC3339, r.text("consumerSecretRotate", "consumer", "secretRotatedAt"))
	until, errUntil := time.Parse(time.RFC3339, r.text("consumerSecretRotate", "consumer", "oldSecretUntil"))
	if errAt != nil || errUntil != nil || until.Sub(at) != time.Hour {
		t.Errorf("rotated at %s, the old one until %s", at, until)
	}
	for name, c := range map[string]struct {
		in   vars
		want []string
	}{
		"a time that is too long":               {vars{"keepOldFor": "P31D"}, []string{"INVALID keepOldFor"}},
		"a version that is not the current one": {vars{"expectedVersion": 99}, []string{"CONFLICT expectedVersion"}},
	} {
		r := s.do(s.admin, consRotate, vars{"id": s.consumer, "in": c.in})
		if got := r.userErrors("consumerSecretRotate"); !slices.Equal(got, c.want) || r.at("consumerSecretRotate", "secret") != nil {
			t.Errorf("%s is answered with %v", name, got)
		}
	}
	if r := s.do(s.admin, consRotate, vars{"id": s.consumer, "in": vars{}}); r.at("consumerSecretRotate", "consumer", "oldSecretUntil") != nil {
		t.Errorf("without a time the old secret stays: %v", r.Data)
	}
}

func TestAConsumerGetsAnExpiryDateAndLosesIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const update = `mutation($id: ID!, $in: ConsumerUpdateInput!) { consumerUpdate(id: $id, input: $in) { consumer { expiresAt lastUsedAt } userErrors { code message field } } }`
	set := func(in vars) reply { return s.do(s.admin, update, vars{"id": s.consumer, "in": in}) }
	want := time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000Z")
	if got := set(vars{"expiresAt": want}).text("consumerUpdate", "consumer", "expiresAt"); got != want {
		t.Errorf("it expires at %s, not %s", got, want)
	}
	if got := set(vars{"description": "left out"}).text("consumerUpdate", "consumer", "expiresAt"); got != want {
		t.Errorf("left out, it became %s", got)
	}
	for _, past := range []string{"2020-01-01T00:00:00Z", "0001-01-01T00:00:00Z"} {
		if got := set(vars{"expiresAt": past}).userErrors("consumerUpdate"); !slices.Equal(got, []string{"INVALID expiresAt"}) {
			t.Errorf("a date in the past is answered with %v", got)
		}
	}
	if r := set(vars{"expiresAt": nil}); r.at("consumerUpdate", "consumer", "expiresAt") != nil {
		t.Errorf("null left %v", r.Data)
	}
}
