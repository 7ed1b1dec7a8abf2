//go:build !race

package proof

// leave ends a search that nobody waits for.
func leave(learned chan string, _ <-chan error) { close(learned) }

// endsSearches says that leave ends them.
const endsSearches = true
