package condition

// moment is a text that is a timestamp as the moment that it names; anything else stays as it is.
func (v value) moment() value {
	if v.kind != text {
		return v
	}
	if sec, nano, ok := parseMoment(v.text); ok {
		return value{kind: instant, int: sec, nano: nano, text: v.text}
	}
	return v
}

// parseMoment reads a timestamp: RFC 3339, with a fraction of any length, after a point or a comma, of which nine digits count, and an offset of hours
// and minutes, of whole hours, or Z. time.Parse does the same, but allocates for each offset.
func parseMoment(s string) (sec int64, nano int32, ok bool) {
	const shape = "2006-01-02T15:04:05"
	if len(s) <= len(shape) || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, 0, false
	}
	year, month, day := digits(s[0:4]), digits(s[5:7]), digits(s[8:10])
	hour, minute, second := digits(s[11:13]), digits(s[14:16]), digits(s[17:19])
	if year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return 0, 0, false
	}
	nano, rest, ok := parseFraction(s[19:])
	if !ok {
		return 0, 0, false
	}
	offset, ok := parseOffset(rest)
	sec = daysSince1970(year, month, day)*86400 + int64(hour*3600+minute*60+second) - offset
	return sec, nano, ok
}

func parseFraction(s string) (nano int32, rest string, ok bool) {
	if s == "" || s[0] != '.' && s[0] != ',' {
		return 0, s, true
	}
	end := 1
	for weight := int32(100_000_000); end < len(s) && s[end] >= '0' && s[end] <= '9'; end++ {
		nano += int32(s[end]-'0') * weight
		weight /= 10
	}
	return nano, s[end:], end > 1
}

func parseOffset(s string) (seconds int64, ok bool) {
	if s == "Z" {
		return 0, true
	}
	if len(s) != 3 && (len(s) != 6 || s[3] != ':') || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	hours, minutes := digits(s[1:3]), 0
	if len(s) == 6 {
		minutes = digits(s[4:6])
	}
	if hours < 0 || hours > 23 || minutes < 0 || minutes > 59 {
		return 0, false
	}
	seconds = int64(hours*3600 + minutes*60)
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// digits reads a number that is written in digits alone; -1 if it is not.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts in the proleptic Gregorian calendar, with years that begin in March so that the leap day comes last.
func daysSince1970(year, month, day int) int64 {
	if month <= 2 {
		year, month = year-1, month+12
	}
	era := year / 400
	if year < 0 {
		era = -1 // January or February of the year 0
	}
	yearOfEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	return int64(era*146097+yearOfEra*365+yearOfEra/4-yearOfEra/100+dayOfYear) - 719468
}
