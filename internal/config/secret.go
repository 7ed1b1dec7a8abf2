package config

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// OpenSecret gives the secret that sessions and return codes hang on: the configured one, else the one kept in the data
// folder, which is made on the first run.
func (c *Config) OpenSecret() (string, error) {
	if c.Secret != "" {
		return c.Secret, nil
	}
	path := c.SecretFile()
	secret, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		secret, err = createSecret(path)
	}
	if err != nil {
		return "", fmt.Errorf("secret: %w (or set EKBOM_SECRET)", err)
	}
	return secret, nil
}

// SecretFile is where the secret is kept when none is configured.
func (c *Config) SecretFile() string { return filepath.Join(c.DataDir(), "secret") }

func readSecret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others; mend it with: chmod 600 %s", path, path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(content))
	if len(secret) < 32 {
		return "", fmt.Errorf("%s is too short to be a secret; restore it from a backup", path)
	}
	return secret, nil
}

// createSecret writes a whole new secret or nothing. When two servers start at once, both take the one that was first.
func createSecret(path string) (string, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, ".secret-*") // mode 0600
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(rand.Text() + rand.Text() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return readSecret(path)
}
