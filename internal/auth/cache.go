package auth

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"
)

// The cache is split so that callers on several processors seldom meet. Its size bounds memory (a token has about half a
// kilobyte) and is far above the number of tokens that live at one time.
const (
	cacheShards   = 16 // a power of two
	cachePerShard = 640
)

// cache remembers the tokens that were verified, until they expire. Only valid tokens enter it, so what strangers send
// cannot push anything out.
type cache struct {
	seed   maphash.Seed
	shards [cacheShards]shard
}

type shard struct {
	mu     sync.RWMutex
	tokens map[string]Claims // by the whole token: a hit is a match of every byte
}

func newCache() *cache {
	c := &cache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].tokens = map[string]Claims{}
	}
	return c
}

func (c *cache) shardOf(token string) *shard {
	return &c.shards[maphash.String(c.seed, token)%cacheShards]
}

// get finds what a token says, if it was verified before and has not expired at the given time.
func (c *cache) get(token string, now time.Time) (Claims, bool) {
	s := c.shardOf(token)
	s.mu.RLock()
	claims, ok := s.tokens[token]
	s.mu.RUnlock()
	return claims, ok && now.Before(claims.ExpiresAt)
}

// put remembers a token. A full shard first forgets what has expired, and if that is nothing, any one token: forgetting
// costs its next use a verification and nothing else.
func (c *cache) put(token string, claims Claims, now time.Time) {
	s := c.shardOf(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tokens) >= cachePerShard {
		for t, old := range s.tokens {
			if !now.Before(old.ExpiresAt) {
				delete(s.tokens, t)
			}
		}
	}
	if len(s.tokens) >= cachePerShard {
		for t := range s.tokens {
			delete(s.tokens, t)
			break
		}
	}
	s.tokens[strings.Clone(token)] = claims // the token may be part of a larger text, which must not stay with it
}
