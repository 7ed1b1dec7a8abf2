//go:build !race

package proof

// leave ends a search that nobody waits for.
func leave(learned chan string, _ <-chan struct{}) { close(learned) }

// endsSearches says that leave ends them.
const endsSearches = true
