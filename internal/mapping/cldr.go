package mapping

// locale is what a language says about dates and numbers. The data is that of the Unicode CLDR, version 48, but for the space
// before AM and PM, which is a plain one here: not every telephone shows the narrow one.
type locale struct {
	months, shortMonths     [12]string
	weekdays, shortWeekdays [7]string // from Sunday
	halves                  [2]string // AM and PM
	dates                   [4]string // patterns: short, medium, long, full
	time                    string    // pattern of hours and minutes
	joins                   [4]string // what stands between date and time, a pattern by style of the date
	group, decimal          string    // marks of a number
	leastGrouped            int       // digits before the point from which they are grouped
	percent                 string    // between a number and its percent sign
	unit                    string    // between a number and its unit
	yes, no                 string
	more                    [3]string // of a list: and, 1 more, # more than were named; not of the CLDR
}

const (
	noBreak       = "\u00a0"
	narrowNoBreak = "\u202f"
)

var (
	portugueseMonths   = [12]string{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"}
	portugueseShort    = [12]string{"jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."}
	portugueseWeekdays = [7]string{"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"}
	portugueseJoins    = [4]string{", ", ", ", " 'às' ", " 'às' "}
)

// locales are the six languages of the product. Nothing changes them.
var locales = map[string]*locale{
	"pt-BR": {
		months: portugueseMonths, shortMonths: portugueseShort, weekdays: portugueseWeekdays,
		shortWeekdays: [7]string{"dom.", "seg.", "ter.", "qua.", "qui.", "sex.", "sáb."}, halves: [2]string{"AM", "PM"},
		dates: [4]string{"dd/MM/y", "d 'de' MMM 'de' y", "d 'de' MMMM 'de' y", "EEEE, d 'de' MMMM 'de' y"}, time: "HH:mm", joins: portugueseJoins,
		group: ".", decimal: ",", leastGrouped: 4, unit: noBreak, yes: "Sim", no: "Não", more: [3]string{"e", "mais 1", "mais #"},
	},
	"pt-PT": {
		months: portugueseMonths, shortMonths: portugueseShort, weekdays: portugueseWeekdays,
		shortWeekdays: [7]string{"domingo", "segunda", "terça", "quarta", "quinta", "sexta", "sábado"}, halves: [2]string{"a.m.", "p.m."},
		dates: [4]string{"dd/MM/yy", "dd/MM/y", "d 'de' MMMM 'de' y", "EEEE, d 'de' MMMM 'de' y"}, time: "HH:mm", joins: portugueseJoins,
		group: noBreak, decimal: ",", leastGrouped: 5, unit: noBreak, yes: "Sim", no: "Não", more: [3]string{"e", "mais 1", "mais #"},
	},
	"es": {
		months:        [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		shortMonths:   [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
		weekdays:      [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		shortWeekdays: [7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"}, halves: [2]string{"a." + noBreak + "m.", "p." + noBreak + "m."},
		dates: [4]string{"d/M/yy", "d MMM y", "d 'de' MMMM 'de' y", "EEEE, d 'de' MMMM 'de' y"}, time: "H:mm",
		joins: [4]string{", ", ", ", " 'a las' ", ", "},
		group: ".", decimal: ",", leastGrouped: 5, percent: noBreak, unit: noBreak, yes: "Sí", no: "No", more: [3]string{"y", "1 más", "# más"},
	},
	"en": {
		months:        [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		shortMonths:   [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		weekdays:      [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		shortWeekdays: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}, halves: [2]string{"AM", "PM"},
		dates: [4]string{"M/d/yy", "MMM d, y", "MMMM d, y", "EEEE, MMMM d, y"}, time: "h:mm a",
		joins: [4]string{", ", ", ", " 'at' ", " 'at' "},
		group: ",", decimal: ".", leastGrouped: 4, unit: noBreak, yes: "Yes", no: "No", more: [3]string{"and", "1 more", "# more"},
	},
	"fr": {
		months:        [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		shortMonths:   [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		weekdays:      [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		shortWeekdays: [7]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."}, halves: [2]string{"AM", "PM"},
		dates: [4]string{"dd/MM/y", "d MMM y", "d MMMM y", "EEEE d MMMM y"}, time: "HH:mm",
		joins: [4]string{" ", ", ", " 'à' ", " 'à' "},
		group: narrowNoBreak, decimal: ",", leastGrouped: 4, percent: noBreak, unit: narrowNoBreak, yes: "Oui", no: "Non", more: [3]string{"et", "1 autre", "# autres"},
	},
	"it": {
		months:        [12]string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
		shortMonths:   [12]string{"gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"},
		weekdays:      [7]string{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"},
		shortWeekdays: [7]string{"dom", "lun", "mar", "mer", "gio", "ven", "sab"}, halves: [2]string{"AM", "PM"},
		dates: [4]string{"dd/MM/yy", "d MMM y", "d MMMM y", "EEEE d MMMM y"}, time: "HH:mm",
		joins: [4]string{", ", ", ", " 'alle ore' ", " 'alle ore' "},
		group: ".", decimal: ",", leastGrouped: 5, unit: noBreak, yes: "Sì", no: "No", more: [3]string{"e", "1 altro", "# altri"},
	},
}
