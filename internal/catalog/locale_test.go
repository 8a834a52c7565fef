package catalog_test

import (
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
)

func TestTheLanguageOfAnAnswerIsTheOneThatFitsBest(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                                     "en",
		"pt":                                   "pt-BR",
		"PT-br":                                "pt-BR",
		"pt-Latn-BR":                           "pt-BR",
		"pt-PT":                                "pt-PT",
		"pt-AO":                                "pt-PT", // as CLDR has it
		"es-MX":                                "es",
		"es-419":                               "es",
		"fr-CA":                                "fr",
		"it-CH":                                "it",
		"en-GB":                                "en",
		"de":                                   "en",
		"*":                                    "en",
		"de, fr;q=0.5":                         "fr",
		"de-CH, it;q=0.3, fr;q=0.7":            "fr",
		"pt-BR;q=0.8, pt-PT;q=0.9":             "pt-PT",
		"en;q=0.1, pt;q=0.9":                   "pt-BR",
		"es-MX, en;q=0.5":                      "es",
		"fr;q=0, it;q=0.1":                     "it",
		"fr;q=0":                               "en",
		"*;q=0.5, it;q=0.1":                    "it",
		"pt-BR;q=abc, fr":                      "fr",
		"not_a_language_at_all!, it;q=0.2":     "it",
		";;;,,,":                               "en",
		"it" + strings.Repeat(", x-none", 100): "it",
		strings.Repeat("x", 1000) + ", it":     "en",
	} {
		if got := catalog.LocaleOf(header); got != want {
			t.Errorf("%.60q is answered in %s, not in %s", header, got, want)
		}
	}
}
