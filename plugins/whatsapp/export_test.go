package whatsapp

import (
	"fmt"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

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

// Age makes everything that a sender's connector has read of templates a minute older.
func Age(s sdk.Sender) {
	var c *connector
	switch s := s.(*heldSender).Sender.(type) {
	case *metaSender:
		c = s.connector
	case *twilioSender:
		c = s.connector
	}
	c.templates.mu.Lock()
	defer c.templates.mu.Unlock()
	for _, e := range c.templates.known {
		e.at = e.at.Add(-time.Minute)
	}
}
