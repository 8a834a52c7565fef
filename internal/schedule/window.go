package schedule

import "time"

// Window is a part of the day that comes again, such as the hours of the night. A time is within it if the clock on the wall shows
// so: where the clock leaps over its end, it ends with the leap; where the clock is set back into it, it comes once more.
type Window struct {
	From int // minutes after midnight, when it begins
	To   int // when it ends; on the next day, if that is not after From
	// Days are those on which it begins, by time.Weekday.
	Days [7]bool
}

const dayMinutes = 24 * 60

// mostAhead bounds for how long Ends looks ahead. A window that leaves any gap in a week is over before: the clock can leap over one gap
// in a row, not over two.
const mostAhead = 22 * 24 * time.Hour

// Ends is when a window that a time is within is over, in that zone: the first time from t on that is not within it. It is t itself if
// t is not. ok is false for a window that is never over.
func (w Window) Ends(t time.Time, zone *time.Location) (end time.Time, ok bool) {
	for end = t; end.Sub(t) < mostAhead; {
		left := w.left(wallOf(end, zone))
		if left == 0 {
			return end, true
		}
		next := end.Add(left)
		// Behind a change of the clock it shows something else.
		if _, change := end.In(zone).ZoneBounds(); !change.IsZero() && change.Before(next) {
			next = change
		}
		end = next
	}
	return t, false
}

// left is for how long a clock that shows a reading has to go on until the window ends; 0 if the reading is not within it.
func (w Window) left(reading wall) time.Duration {
	midnight := time.Date(reading.Year(), reading.Month(), reading.Day(), 0, 0, 0, 0, time.UTC)
	long := (w.To - w.From + dayMinutes) % dayMinutes
	if long == 0 {
		long = dayMinutes
	}
	for back := range 2 { // one that began yesterday may last until today
		day := midnight.AddDate(0, 0, -back)
		begin := day.Add(time.Duration(w.From) * time.Minute)
		end := begin.Add(time.Duration(long) * time.Minute)
		if w.Days[day.Weekday()] && !reading.Before(begin) && reading.Before(end) {
			return end.Sub(reading)
		}
	}
	return 0
}

// Longest is the longest time that a clock which is never set shows readings within the window, one after the other; a week and more if it
// is never over.
func (w Window) Longest() (longest time.Duration) {
	sunday := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	for d, is := range w.Days {
		begin := sunday.AddDate(0, 0, d).Add(time.Duration(w.From) * time.Minute)
		if !is {
			continue
		}
		end, ok := w.Ends(begin, time.UTC)
		if !ok {
			return mostAhead
		}
		longest = max(longest, end.Sub(begin))
	}
	return longest
}
