package host_test

func stopSelf() { select {} }

// runHub is for tests with signals, which do not exist here.
func runHub(string) {}

func openMany(int) map[string]string { return nil }

func eat(int) {}
