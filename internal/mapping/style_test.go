package mapping_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
)

func TestValuesReadInTheLanguageOfTheFlow(t *testing.T) {
	t.Parallel()
	at := "2026-09-07T14:05:09Z"
	for _, c := range []struct{ locale, moment, yes, no, number, long, grouped, percent string }{
		{"pt-BR", "7 de set. de 2026, 14:05", "Sim", "Não", "12,5", "segunda-feira, 7 de setembro de 2026 às 14:05", "1.234,5", "12%"},
		{"pt-PT", "07/09/2026, 14:05", "Sim", "Não", "12,5", "segunda-feira, 7 de setembro de 2026 às 14:05", "1234,5", "12%"},
		{"es", "7 sept 2026, 14:05", "Sí", "No", "12,5", "lunes, 7 de septiembre de 2026, 14:05", "1234,5", "12\u00a0%"},
		{"en", "Sep 7, 2026, 2:05 PM", "Yes", "No", "12.5", "Monday, September 7, 2026 at 2:05 PM", "1,234.5", "12%"},
		{"fr", "7 sept. 2026, 14:05", "Oui", "Non", "12,5", "lundi 7 septembre 2026 à 14:05", "1\u202f234,5", "12\u00a0%"},
		{"it", "7 set 2026, 14:05", "Sì", "No", "12,5", "lunedì 7 settembre 2026 alle ore 14:05", "1234,5", "12%"},
	} {
		t.Run("in "+c.locale, func(t *testing.T) {
			t.Parallel()
			s := style(t, c.locale, "")
			for _, v := range []struct {
				value any
				fact  mapping.Fact
				want  string
			}{
				{at, mapping.Fact{Type: "TIMESTAMP"}, c.moment}, {at, mapping.Fact{Type: "TEXT"}, at}, {true, mapping.Fact{}, c.yes}, {false, mapping.Fact{}, c.no},
				{json.Number("12.50"), mapping.Fact{}, c.number}, {12.5, mapping.Fact{}, c.number}, {json.Number("1496"), mapping.Fact{}, "1496"}, {int64(1234567), mapping.Fact{}, "1234567"},
				{"HIGH", mapping.Fact{Type: "ENUM", Labels: map[string]string{"HIGH": "label"}}, "label"}, {"LOW", mapping.Fact{Type: "ENUM", Labels: map[string]string{"HIGH": "label"}}, "LOW"},
				{json.Number("1"), mapping.Fact{Type: "ENUM", Labels: map[string]string{"1": "label"}}, "label"}, {[]any{true, "a", nil, 2.5}, mapping.Fact{}, c.yes + ", a, " + strings.Replace(c.number, "12", "2", 1)},
				{nil, mapping.Fact{Type: "TIMESTAMP"}, ""}, {"not yet", mapping.Fact{Type: "TIMESTAMP"}, "not yet"},
			} {
				if got, ok := s.Text(v.value, v.fact); !ok || got != v.want {
					t.Errorf("%#v of %s reads %q, want %q", v.value, v.fact.Type, got, v.want)
				}
			}
			r := row{"at": at, "n": 1234.5}
			for expression, want := range map[string]string{`{"format_date":[{"var":"at"},"full_datetime"]}`: c.long, `{"number_format":{"var":"n"}}`: c.grouped, `{"number_format":[12,0,0,"%"]}`: c.percent} {
				if got := one(t, s, r, expression); got != want {
					t.Errorf("%s is %q, want %q", expression, got, want)
				}
			}
			if _, ok := s.Text(map[string]any{}, mapping.Fact{}); ok {
				t.Error("an object has a text")
			}
		})
	}
}

func TestWithoutALocaleValuesReadAsData(t *testing.T) {
	t.Parallel()
	moment := mapping.Fact{Type: "TIMESTAMP"}
	values := []any{"2026-09-17T14:00:34.404671+00:00", true, 12.5, []any{"a", false}}
	for _, s := range []*mapping.Style{nil, style(t, "", "")} {
		for _, v := range values {
			want, _ := mapping.Text(v)
			if got, ok := s.Text(v, moment); !ok || got != want {
				t.Errorf("%v reads %q", v, got)
			}
		}
	}
	lisbon := style(t, "", "Europe/Lisbon")
	t.Run("a zone alone moves timestamps to its hour and leaves them data", func(t *testing.T) {
		t.Parallel()
		for in, want := range map[string]string{"2026-09-17T14:00:34.404671+00:00": "2026-09-17T15:00:34.404671+01:00", "2026-09-17": "2026-09-17"} {
			if got, _ := lisbon.Text(in, moment); got != want {
				t.Errorf("%s reads %q, want %q", in, got, want)
			}
		}
		if got, _ := lisbon.Text(true, mapping.Fact{}); got != "true" {
			t.Errorf("true reads %q", got)
		}
	})
}

func TestDaysAreAddedAcrossAChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, zone, from, days, want string }{
		{"the hour stays when summer ends in Lisbon", "Europe/Lisbon", "2026-10-24T12:00:00Z", "1", "2026-10-25T13:00:00Z"},
		{"the hour stays when summer begins in Lisbon", "Europe/Lisbon", "2026-03-28T12:00:00Z", "1", "2026-03-29T12:00:00+01:00"},
		{"an hour that does not exist becomes the one after the gap", "Europe/Rome", "2026-03-28T01:30:00Z", "1", "2026-03-29T03:30:00+02:00"},
		{"midnight that does not exist becomes one o'clock of the same day", "America/Sao_Paulo", "2018-11-03T03:00:00Z", "1", "2018-11-04T01:00:00-02:00"},
		{"of an hour that comes twice it is the first", "Europe/Rome", "2026-10-24T00:30:00Z", "1", "2026-10-25T02:30:00+02:00"},
		{"of midnight that comes twice in São Paulo it is the first", "America/Sao_Paulo", "2018-02-17T01:30:00Z", "1", "2018-02-17T23:30:00-02:00"},
		{"back across a change", "Europe/Paris", "2026-10-26T11:00:00Z", "-2", "2026-10-24T12:00:00+02:00"},
		{"Brazil has had no summer time since 2019", "America/Sao_Paulo", "2026-10-17T15:00:00Z", "60", "2026-12-16T12:00:00-03:00"},
		{"a leap day", "UTC", "2028-02-28T10:00:00Z", "1", "2028-02-29T10:00:00Z"},
		{"a date alone knows no clocks", "America/Sao_Paulo", "2018-11-03", "1", "2018-11-04"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := one(t, style(t, "", c.zone), row{"at": c.from}, fmt.Sprintf(`{"add_days":[{"var":"at"},%s]}`, c.days)); got != c.want {
				t.Errorf("%s and %s days is %s, want %s", c.from, c.days, got, c.want)
			}
		})
	}
	for _, c := range []written{
		{`{"format_date":["2018-11-04T02:59:59Z","dd/MM HH:mm:ss XXX","America/Sao_Paulo"]}`, "03/11 23:59:59 -03:00"}, {`{"format_date":["2018-11-04T03:00:00Z","dd/MM HH:mm:ss XXX","America/Sao_Paulo"]}`, "04/11 01:00:00 -02:00"},
		{`{"format_date":["2026-10-25T00:30:00Z","HH:mm x","Europe/Rome"]}`, "02:30 +02"}, {`{"format_date":["2026-10-25T01:30:00Z","HH:mm x","Europe/Rome"]}`, "02:30 +01"}, {`{"format_date":["2026-01-01T00:00:00Z","yyyy-MM-dd h a X"]}`, "2026-01-01 12 AM Z"},
	} {
		if got := one(t, nil, row{}, c.expression); got != c.want {
			t.Errorf("%s is %q, want %q", c.expression, got, c.want)
		}
	}
}

func TestOnlyLocalesZonesAndCountriesThatExistAreTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ locale, zone, country, message string }{
		{"de", "", "", "no such locale"}, {"pt", "", "", "no such locale"}, {"", "Local", "", "no such time zone"}, {"", "America/Atlantis", "", "no such time zone"}, {"", "../etc/passwd", "", "no such time zone"},
		{"", "", "br", "no such country"}, {"", "", "XX", "no such country"}, {"", "", "001", "no such country"},
	} {
		if _, err := mapping.NewStyle(c.locale, c.zone, c.country); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
