package sdk_test

import (
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
)

func TestWordsHasAllLanguages(t *testing.T) {
	t.Parallel()
	l := sdk.Words("pt-BR", "pt-PT", "es", "en", "fr", "it")
	for _, tag := range sdk.Languages() {
		if l[tag] != tag {
			t.Errorf("%s has the text %q", tag, l[tag])
		}
	}
}

func TestObjectMakesASchemaInTheOrderOfItsProperties(t *testing.T) {
	t.Parallel()
	title := sdk.Labels{"en": "Token"}
	s := sdk.Object(sdk.Property{Name: "url", JSON: `{"type":"string"}`}, sdk.Property{Name: "a", Required: true, JSON: `{"type":"string","writeOnly":true}`, Title: title})
	const want = `{"type":"object","properties":{"url":{"type":"string"},"a":{"type":"string","writeOnly":true}},"required":["a"]}`
	if string(s.JSON) != want {
		t.Errorf("it is\n%s, want\n%s", s.JSON, want)
	}
	if s.Labels["a"].Title["en"] != "Token" {
		t.Errorf("the labels are %v", s.Labels)
	}
	if got := string(sdk.Object().JSON); got != `{"type":"object","properties":{},"required":[]}` {
		t.Errorf("without properties it is %s", got)
	}
}
