package hub

import (
	"strings"
	"time"
)

// Consumer is an OAuth 2.0 client with the grant type client credentials (RFC 6749 §4.4). Every caller of the API is one.
type Consumer struct {
	Key         int64
	Version     int
	Name        string
	Description string
	GroupKey    int64
	HubEnabled  bool // whether flows may read with its rights
	Enabled     bool
	ClientID    string // what the product calls the consumer's key; generated
	SecretHash  []byte `json:"-"`
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// ID is the public id.
func (c *Consumer) ID() string { return ID(KindConsumer, c.Key) }

// ConsumerInput is what creating or changing a consumer needs. A nil field leaves it as it is.
type ConsumerInput struct {
	Name        *string
	Description *string
	GroupKey    *int64
	HubEnabled  *bool
	Enabled     *bool
}

// MaxName is the most runes that a name can have.
const MaxName = 100

// Apply writes the input over the consumer and judges the result. That the group exists, and that the caller may hand it
// out, is the store's to see.
func (c *Consumer) Apply(in ConsumerInput) error {
	Assign(&c.Name, in.Name)
	Assign(&c.Description, in.Description)
	Assign(&c.GroupKey, in.GroupKey)
	Assign(&c.HubEnabled, in.HubEnabled)
	Assign(&c.Enabled, in.Enabled)
	c.Name = strings.TrimSpace(c.Name)
	problems := checkText("name", c.Name, MaxName, true)
	problems = append(problems, checkText("description", c.Description, MaxNote, false)...)
	if c.GroupKey == 0 {
		problems = append(problems, Problem{Code: ProblemSettingInvalid, Path: "group", Message: "A consumer needs a permission group"})
	}
	if len(problems) > 0 {
		return WithProblems(problems)
	}
	return nil
}

// ConsumerSecret is a consumer just made, with the secret in plain text: the only time that it is ever seen.
type ConsumerSecret struct {
	Consumer *Consumer
	Secret   string
}
