package whatsapp

import "fmt"

// EveryCode lists the codes of both catalogues, of a range both ends.
func EveryCode() []string {
	var out []string
	for name, list := range map[string]catalogue{"Meta": metaCodes, "Twilio": twilioCodes} {
		for _, v := range list {
			out = append(out, fmt.Sprint(name, " ", v.from))
			if v.to != 0 {
				out = append(out, fmt.Sprint(name, " ", v.to))
			}
		}
	}
	return out
}
