package catalog

import (
	"testing"
	"testing/fstest"

	"github.com/recado-hub/recado/internal/hub"
)

// someMessages are a few sentences in two languages; the others repeat English.
func someMessages(t *testing.T, list string) (*messages, error) {
	t.Helper()
	return readMessages(fstest.MapFS{"data/messages/a.json": {Data: []byte(list)}})
}

// entry is a sentence in all languages, of which only Portuguese and French matter.
func entry(english, portuguese, french string) string {
	return `{"en": "` + english + `", "pt-BR": "` + portuguese + `", "pt-PT": "` + portuguese + `", "es": "` + english + `", "fr": "` + french + `", "it": "` + english + `"}`
}

func TestASentenceIsSaidAgainWithItsValues(t *testing.T) {
	t.Parallel()
	m, err := someMessages(t, `[`+
		entry(`it is gone`, `não existe mais`, `il n'existe plus`)+`,`+
		entry(`there is no flow %s; choose one of flows`, `não há fluxo %s; escolha um de flows`, `choisissez un flux de flows ; %s n'existe pas`)+`,`+
		entry(`the flow %q reads %s, but this event is about %s`, `este evento é sobre %[3]s, mas o fluxo %[1]q lê %[2]s`, `le flux %q lit %s, cet événement parle de %s`)+`,`+
		entry(`there are %d terms and at most %d are allowed`, `há %d condições e o máximo é %d`, `%[2]d conditions au plus, il y en a %[1]d`)+`,`+
		entry(`the document cannot be explained: %s`, `o documento não pode ser explicado: %s`, `le document ne peut pas être expliqué : %s`)+`,`+
		entry(`100%% of %d`, `100%% de %d`, `100 %% de %d`)+`]`)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ locale, english, want string }{
		"without values":                      {"pt-BR", "it is gone", "não existe mais"},
		"with a value":                        {"pt-BR", "there is no flow flw_1; choose one of flows", "não há fluxo flw_1; escolha um de flows"},
		"with values in another order":        {"pt-BR", `the flow "a \"b\", but" reads x, but this event is about y`, `este evento é sobre y, mas o fluxo "a \"b\", but" lê x`},
		"with numbers in another order":       {"fr", "there are 120 terms and at most 100 are allowed", "100 conditions au plus, il y en a 120"},
		"with a percent sign":                 {"fr", "100% of 7", "100 % de 7"},
		"with a sentence inside of it":        {"fr", "the document cannot be explained: it is gone", "le document ne peut pas être expliqué : il n'existe plus"},
		"with words of somebody else inside":  {"fr", "the document cannot be explained: syntax", "le document ne peut pas être expliqué : syntax"},
		"that is not the hub's stays":         {"fr", "(#132001) Template name does not exist", "(#132001) Template name does not exist"},
		"that only begins like one stays":     {"fr", "there is no flow flw_1", "there is no flow flw_1"},
		"with a number that is none stays":    {"fr", "there are many terms and at most 3 are allowed", "there are many terms and at most 3 are allowed"},
		"in a language that nobody has stays": {"de", "there is no flow flw_1; choose one of flows", "there is no flow flw_1; choose one of flows"},
	} {
		t.Run("a sentence "+name, func(t *testing.T) {
			if got := m.say(c.locale, c.english, maxDepth); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTranslationsThatCannotBeFilledAreRefused(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]string{
		"a value is lost":           `[` + entry("there is no %s", "não existe", "il n'y a pas de %s") + `]`,
		"a value is shown twice":    `[` + entry("there is no %s", "%[1]s: %[1]s", "il n'y a pas de %s") + `]`,
		"a verb is another":         `[` + entry("there are %d", "há %s", "il y a %d") + `]`,
		"a verb is not understood":  `[` + entry("there are %x", "há %x", "il y a %x") + `]`,
		"a language is missing":     `[{"en": "gone"}]`,
		"a sentence is there twice": `[` + entry("gone", "foi", "parti") + `,` + entry("gone", "foi", "parti") + `]`,
	} {
		t.Run("a file where "+name, func(t *testing.T) {
			if _, err := someMessages(t, list); err == nil {
				t.Error("was taken")
			}
		})
	}
}

func TestEverySentenceIsRecognisedAsItself(t *testing.T) {
	t.Parallel()
	for english := range spoken().known {
		own, err := takeApart(english)
		if err != nil {
			t.Fatal(err)
		}
		values := make([]string, len(own.verbs))
		for i, verb := range own.verbs {
			values[own.order[i]] = map[byte]string{'q': `"a b"`, 'd': "-7", 's': "X", 'v': "X"}[verb]
		}
		for _, locale := range hub.Locales {
			translated, err := takeApart(spoken().known[english][locale])
			if err != nil || locale == "en" {
				continue
			}
			if got, want := spoken().say(locale, own.with(values), maxDepth-1), translated.with(values); got != want {
				t.Errorf("%s: %q is taken for another sentence: got %q, want %q", locale, english, got, want)
			}
		}
	}
}

func BenchmarkSay(b *testing.B) {
	for b.Loop() {
		Say("pt-BR", `the flow "Assignments" is not enabled`)
	}
}

func TestWhatPureRoomsSayIsSaidInOtherLanguages(t *testing.T) {
	t.Parallel()
	for english, want := range map[string]string{
		"there is no such country: use two capital letters of ISO 3166-1, such as BR":                          "não existe tal país: use duas letras maiúsculas da ISO 3166-1, como BR",
		"the phone number has the letter 'h' as its character 1: give digits only":                             "o número de telefone tem a letra 'h' no caractere 1: informe só dígitos",
		"the phone number has too few digits, 3: it needs 8 to 15, with its country code":                      "o número de telefone tem dígitos de menos, 3: precisa de 8 a 15, com o código do país",
		`at character 3: "25" is no hour of the day, which is 0 to 23; write the hour of the day as 8 or 8-18`: `no caractere 3: "25" não é hora do dia, que vai de 0 a 23; escreva o campo hora do dia como 8 ou 8-18`,
	} {
		if got := Say("pt-BR", english); got != want {
			t.Errorf("%q is said as %q, want %q", english, got, want)
		}
	}
}

func TestAPartOfASentenceIsNoSentence(t *testing.T) {
	t.Parallel()
	for _, theirs := range []string{"the number of values does not fit the template", "events: none were sent", "one of the texts is too long"} {
		if got := Say("pt-BR", theirs); got != theirs {
			t.Errorf("%q of somebody else becomes %q", theirs, got)
		}
	}
	if got, want := Say("pt-BR", "due is the number 5, but must be true or false"), "due é o número 5, mas deve ser true ou false"; got != want {
		t.Errorf("inside a sentence it is said as %q, want %q", got, want)
	}
}
