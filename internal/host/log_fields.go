package host

import (
	"log/slog"
	"math"
	"regexp"
	"strings"
	"time"
)

// The names under which loggers write what every line has: hashicorp/go-hclog and the SDK, log/slog, and what is usual in other
// languages (pino, bunyan, zap, structlog, python-json-logger).
var (
	messageKeys = []string{"@message", "msg", "message", "event"}
	levelKeys   = []string{"@level", "level", "severity", "levelname"}
	timeKeys    = []string{"@timestamp", "time", "timestamp", "ts"}
)

// take gives the first of some fields that is there, and takes it out.
func take(fields map[string]any, keys []string) any {
	for _, key := range keys {
		if v, ok := fields[key]; ok {
			delete(fields, key)
			return v
		}
	}
	return nil
}

// leadingLevel finds a level at the beginning of a line of text, as "ERROR: ..." or "[warn] ...".
var leadingLevel = regexp.MustCompile(`^(?:\[(?i)(trace|debug|info|notice|warn|warning|error|critical|fatal)\]|(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)[:|\s])`)

// levelOf reads the level of a line: a word, as most loggers have it, with slog's "info+2", or a number as pino and bunyan have it. What
// is not known is INFO.
func levelOf(v any) slog.Level {
	switch v := v.(type) {
	case float64:
		switch {
		case v >= 50:
			return slog.LevelError
		case v >= 40:
			return slog.LevelWarn
		case v >= 30:
			return slog.LevelInfo
		}
		return slog.LevelDebug
	case string:
		return levelNamed(v)
	}
	return slog.LevelInfo
}

func levelNamed(name string) slog.Level {
	switch strings.ToLower(name) {
	case "trace":
		return slog.LevelDebug
	case "warning":
		return slog.LevelWarn
	case "err", "critical", "fatal", "panic", "dpanic", "emergency", "alert":
		return slog.LevelError
	}
	var l slog.Level
	if l.UnmarshalText([]byte(name)) != nil {
		return slog.LevelInfo
	}
	return l
}

// timeOf reads the time of a line: RFC 3339, or seconds or milliseconds since 1970. Without one it is now.
func timeOf(v any) time.Time {
	switch v := v.(type) {
	case string:
		if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return t
		}
	case float64:
		if v > 1e11 { // milliseconds since 1973, or seconds in the year 5138
			return time.UnixMilli(int64(math.Min(v, 1e15)))
		}
		if v > 0 {
			seconds, part := math.Modf(v)
			return time.Unix(int64(seconds), int64(part*1e9))
		}
	}
	return time.Now()
}

// attributeKey keeps a connector from speaking in another one's name, or over what every line of the hub's log has.
func attributeKey(key string) string {
	switch key {
	case "connector", slog.TimeKey, slog.LevelKey, slog.MessageKey, slog.SourceKey:
		return key + "_"
	}
	return key
}
