// Package archtest holds the tests of the project as a whole: who may import whom, what is linked and under which
// licence, that the files around the code agree with it, and that nothing generated is stale.
package archtest
