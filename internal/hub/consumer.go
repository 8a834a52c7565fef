package hub

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
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
	ExpiresAt   *time.Time // from then on it is as if disabled; nil: never
	ClientID    string     // what the product calls the consumer's key; generated
	CreatedAt   time.Time
	UpdatedAt   time.Time

	LastUsedAt      *time.Time // when it was last given a token, to the minute; nil: never
	SecretRotatedAt *time.Time // when its secret was last replaced; nil: it still has its first one
	OldSecretUntil  *time.Time // until when the secret before is valid too; nil: that one ended at once, or there is none

	// RateLimit is how many requests it may make in a minute, and CostBudget what its GraphQL operations may cost together in one. 0: there
	// is no end; nil: as the hub has it for everybody.
	RateLimit  *int
	CostBudget *int

	// TokensSince is the version from which on tokens count: those that were made for an older one were taken back. 0: none was.
	TokensSince int

	// SecretHash and OldSecretHash are read only where a secret is checked.
	SecretHash    []byte `json:"-"`
	OldSecretHash []byte `json:"-"`
}

// Expired says whether the consumer's time is over.
func (c *Consumer) Expired(now time.Time) bool {
	return c.ExpiresAt != nil && !now.Before(*c.ExpiresAt)
}

// Active says whether the consumer can be used: it is enabled, and its time is not over.
func (c *Consumer) Active(now time.Time) bool { return c.Enabled && !c.Expired(now) }

// HasSecret says whether a secret is the consumer's, or its old one while that is valid. Both are always compared, in
// constant time, so that the answer takes as long whichever it is. A nil consumer has none and takes as long, too.
func (c *Consumer) HasSecret(secret string, now time.Time) bool {
	current, old := noHash[:], noHash[:]
	if c != nil && len(c.SecretHash) == len(noHash) {
		current = c.SecretHash
	}
	if c != nil && len(c.OldSecretHash) == len(noHash) && c.OldSecretUntil != nil && now.Before(*c.OldSecretUntil) {
		old = c.OldSecretHash
	}
	given := HashSecret(secret)
	return subtle.ConstantTimeCompare(current, given)|subtle.ConstantTimeCompare(old, given) == 1
}

// noHash stands in for a hash that there is not. No text is known whose SHA-256 it is.
var noHash [sha256.Size]byte

// MaxOldSecret is the longest that a replaced secret can stay valid.
const MaxOldSecret = 30 * 24 * time.Hour

// SecretRotation says how a secret is replaced.
type SecretRotation struct {
	KeepOldFor   time.Duration // how long the one until now stays valid: 0 (not at all) to MaxOldSecret
	RevokeTokens bool          // whether all tokens that were given out until now end
}

// Rotate replaces the secret: the one until now stays valid for keepOldFor, 0 for not at all; one that is older still ends
// now. A time that is negative or over MaxOldSecret is INVALID.
func (c *Consumer) Rotate(hash []byte, keepOldFor time.Duration, now time.Time) error {
	if keepOldFor < 0 || keepOldFor > MaxOldSecret {
		return Invalid("keepOldFor", "the old secret can stay valid for 0 to 30 days (P30D), not for %s", keepOldFor)
	}
	c.OldSecretHash, c.OldSecretUntil = nil, nil
	if keepOldFor > 0 {
		until := now.Add(keepOldFor)
		c.OldSecretHash, c.OldSecretUntil = c.SecretHash, &until
	}
	c.SecretHash, c.SecretRotatedAt = hash, &now
	return nil
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
	ExpiresAt   **time.Time // nil in it: never
	RateLimit   **int       // nil in it: as the hub has it
	CostBudget  **int       // nil in it: as the hub has it
	MaxCost     int         // what one operation may cost at this hub, which no new budget goes below; 0: it is not asked
}

// MaxPerMinute is the most that a consumer can be limited to.
const MaxPerMinute = 1_000_000_000

// MaxName is the most runes that a name can have.
const MaxName = 100

// Apply writes the input over the consumer and judges the result. That the group exists, and that the caller may hand it
// out, is the store's to see. An expiry date that is given must lie after now.
func (c *Consumer) Apply(in ConsumerInput, now time.Time) error {
	Assign(&c.Name, in.Name)
	Assign(&c.Description, in.Description)
	Assign(&c.GroupKey, in.GroupKey)
	Assign(&c.HubEnabled, in.HubEnabled)
	Assign(&c.Enabled, in.Enabled)
	Assign(&c.RateLimit, in.RateLimit)
	budget := c.applyBudget(in.CostBudget, in.MaxCost)
	expiry := c.applyExpiry(in.ExpiresAt, now)
	c.Name = strings.TrimSpace(c.Name)
	problems := checkText("name", c.Name, MaxName, true)
	problems = append(problems, checkText("description", c.Description, MaxNote, false)...)
	problems = append(problems, expiry...)
	problems = append(problems, checkPerMinute("rateLimit", c.RateLimit)...)
	problems = append(problems, budget...)
	if c.GroupKey == 0 {
		problems = append(problems, Problem{Code: ProblemSettingInvalid, Path: "group", Message: "A consumer needs a permission group"})
	}
	if len(problems) > 0 {
		return WithProblems(problems)
	}
	return nil
}

func checkPerMinute(path string, n *int) []Problem {
	if n == nil || 0 <= *n && *n <= MaxPerMinute {
		return nil
	}
	return []Problem{{Code: ProblemSettingInvalid, Path: path, Message: fmt.Sprintf("A limit per minute is a number from 1 to %d, 0 for none, or null for what the hub has for everybody", MaxPerMinute)}}
}

// applyBudget sets the budget if one is given. One below what a single operation may cost would refuse some of them for good, in the end also
// the one that raises it again; only a budget that the consumer has already stays as it is.
func (c *Consumer) applyBudget(given **int, maxCost int) []Problem {
	before := c.CostBudget
	Assign(&c.CostBudget, given)
	n := c.CostBudget
	kept := n == nil || before != nil && *before == *n
	if kept || *n <= 0 || *n >= maxCost {
		return checkPerMinute("costBudget", n)
	}
	return []Problem{{Code: ProblemSettingInvalid, Path: "costBudget", Message: fmt.Sprintf("A budget of %d is less than the %d that one operation may cost at this hub; give %d or more, 0 for no limit, or null for what the hub has for everybody", *n, maxCost, maxCost)}}
}

// applyExpiry sets the expiry date, to the millisecond, if one is given.
func (c *Consumer) applyExpiry(given **time.Time, now time.Time) []Problem {
	if given == nil {
		return nil
	}
	switch at := *given; {
	case at == nil:
		c.ExpiresAt = nil
	case !at.After(now):
		return []Problem{{Code: ProblemSettingInvalid, Path: "expiresAt", Message: "The expiry date must lie in the future; to end a consumer now, disable it"}}
	case at.Year() > 9999:
		return []Problem{{Code: ProblemSettingInvalid, Path: "expiresAt", Message: "The expiry date lies after the year 9999; leave it out for a consumer that does not expire"}}
	default:
		t := at.UTC().Truncate(time.Millisecond)
		c.ExpiresAt = &t
	}
	return nil
}

// ConsumerSecret is a consumer with its new secret in plain text: the only time that it is ever seen.
type ConsumerSecret struct {
	Consumer *Consumer
	Secret   string
}
