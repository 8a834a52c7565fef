package catalog

import (
	"strings"

	"golang.org/x/text/language"

	"github.com/recado-hub/recado/internal/hub"
)

// maxAcceptLanguage bounds what is looked at of the header, in bytes: what follows nobody reads.
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

// LocaleOf picks the language of the product that fits an Accept-Language header best (RFC 9110 §12.5.4): by the weights of the header, and
// from the narrower to the wider language (RFC 4647 §3.4), so that es-MX is es, and pt is pt-BR. English if none does.
func LocaleOf(acceptLanguage string) string {
	if acceptLanguage == "" {
		return offered[0]
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(acceptLanguage) > maxAcceptLanguage {
		tags, _, _ = language.ParseAcceptLanguage(readable(acceptLanguage)) // of what was read each by itself
	}
	_, i, _ := matcher.Match(tags...)
	return offered[i]
}

// readable is what can be read at the beginning of a header: of one that is too long, or of which a part is malformed, the rest still says
// something.
func readable(header string) string {
	if len(header) > maxAcceptLanguage {
		header = header[:maxAcceptLanguage]
		header = header[:max(strings.LastIndexByte(header, ','), 0)]
	}
	var good []string
	for part := range strings.SplitSeq(header, ",") {
		if _, _, err := language.ParseAcceptLanguage(part); err == nil {
			good = append(good, part)
		}
	}
	return strings.Join(good, ",")
}
