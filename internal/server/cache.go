package server

import "sync"

// cache keeps what was worked out lately: at most twice size entries, whoever visits.
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
	if v, ok := c.find(key); ok {
		return v, nil
	}
	v, err := work()
	if err == nil {
		c.keep(key, v)
	}
	return v, err
}

func (c *cache[K, V]) find(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.young[key]
	if !ok {
		if v, ok = c.old[key]; ok {
			c.put(key, v)
		}
	}
	return v, ok
}

func (c *cache[K, V]) keep(key K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(key, v)
}

func (c *cache[K, V]) forget(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.young, key)
	delete(c.old, key)
}

// grow starts a new generation; what nobody asks for until the next one is forgotten.
func (c *cache[K, V]) grow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.old, c.young = c.young, map[K]V{}
}

func (c *cache[K, V]) put(key K, v V) {
	if len(c.young) >= c.size {
		c.old, c.young = c.young, make(map[K]V, c.size)
	}
	c.young[key] = v
}
