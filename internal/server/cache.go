package server

import "sync"

// cache keeps what was worked out lately. It holds between size and twice size entries, whoever visits.
type cache[K comparable, V any] struct {
	mu         sync.Mutex
	size       int
	young, old map[K]V
}

func newCache[K comparable, V any](size int) *cache[K, V] {
	return &cache[K, V]{size: size, young: map[K]V{}}
}

// get gives the entry of a key, made by work when there is none.
func (c *cache[K, V]) get(key K, work func() (V, error)) (V, error) {
	c.mu.Lock()
	v, ok := c.young[key]
	if !ok {
		if v, ok = c.old[key]; ok {
			c.put(key, v)
		}
	}
	c.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := work()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(key, v)
	return v, nil
}

// put starts a new generation when the young one is full; what nobody asked for since is forgotten.
func (c *cache[K, V]) put(key K, v V) {
	if len(c.young) >= c.size {
		c.old, c.young = c.young, make(map[K]V, c.size)
	}
	c.young[key] = v
}
