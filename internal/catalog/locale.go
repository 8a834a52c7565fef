package catalog

import (
	"golang.org/x/text/language"

	"github.com/recado-hub/recado/internal/hub"
)

// maxAcceptLanguage bounds the header that is looked at, in bytes: a longer one is nobody's list of languages.
const maxAcceptLanguage = 200

// offered are the languages of the product, English first, since the first one is taken where nothing fits.
var offered = func() []string {
	list := []string{"en"}
	for _, l := range hub.Locales {
		if l != "en" {
			list = append(list, l)
		}
	}
	return list
}()

var matcher = func() language.Matcher {
	tags := make([]language.Tag, len(offered))
	for i, l := range offered {
		tags[i] = language.MustParse(l)
	}
	return language.NewMatcher(tags)
}()

// LocaleOf picks the language of the product that fits an Accept-Language header best (RFC 9110 §12.5.4); English if none does.
func LocaleOf(acceptLanguage string) string {
	if acceptLanguage == "" || len(acceptLanguage) > maxAcceptLanguage {
		return offered[0]
	}
	_, i := language.MatchStrings(matcher, acceptLanguage)
	return offered[i]
}
