package auth

import (
	"fmt"
	"testing"
	"time"
)

func TestTheCacheIsBoundedAndPrefersToForgetWhatExpired(t *testing.T) {
	t.Parallel()
	c, now := newCache(), time.Now()
	const many = 3 * cacheShards * cachePerShard
	for i := range many {
		c.put(fmt.Sprint("token", i), Claims{ConsumerKey: int64(i), ExpiresAt: now.Add(time.Hour)}, now)
	}
	size := 0
	for i := range c.shards {
		size += len(c.shards[i].tokens)
	}
	if size != cacheShards*cachePerShard {
		t.Errorf("after %d tokens it holds %d, want it full with %d", many, size, cacheShards*cachePerShard)
	}
	later := now.Add(time.Hour)
	c.put("last", Claims{ConsumerKey: 7, ExpiresAt: later.Add(time.Hour)}, later)
	if claims, ok := c.get("last", later); !ok || claims.ConsumerKey != 7 {
		t.Errorf("got %+v, %v", claims, ok)
	}
	if shard := c.shardOf("last"); len(shard.tokens) != 1 {
		t.Errorf("its shard still holds %d tokens that expired", len(shard.tokens)-1)
	}
}

func TestTheLimiterIsBounded(t *testing.T) {
	t.Parallel()
	l, now := newLimiter(), time.Now()
	for i := range maxBuckets + 100 {
		l.fail(fmt.Sprint("client", i), fmt.Sprint("address", i), now)
		l.succeed(fmt.Sprint("client", i), "address")
	}
	if len(l.buckets) > maxBuckets || len(l.known) > maxBuckets {
		t.Errorf("it holds %d buckets and knows %d pairs, want at most %d", len(l.buckets), len(l.known), maxBuckets)
	}
	l.fail("c", "a", now.Add(time.Hour))
	if len(l.buckets) != 2 {
		t.Errorf("an hour later it still holds %d buckets of others", len(l.buckets)-2)
	}
}
