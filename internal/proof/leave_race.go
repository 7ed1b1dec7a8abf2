//go:build race

package proof

// leave lets a search go on that nobody waits for: the race detector takes the way in which it could be ended for a fault.
func leave(learned <-chan string, done <-chan error) {
	go func() {
		for {
			select {
			case <-learned:
			case <-done:
				return
			}
		}
	}()
}

const endsSearches = false
