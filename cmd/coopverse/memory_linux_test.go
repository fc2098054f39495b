package main

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestProgramIsUnmapped shows that less of the program's file is in memory after it
// was let go, and that the program runs on.
func TestProgramIsUnmapped(t *testing.T) {
	before := mapped(t)
	unmapProgram()
	if after := mapped(t); after > before*3/4 {
		t.Errorf("of %d kB mapped of files %d are left", before, after)
	}
}

// mapped is how much of files is in this process's memory, in kB.
func mapped(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`RssFile:\s+(\d+) kB`).FindSubmatch(text)
	if found == nil {
		t.Skip("the system does not say what is mapped of files")
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
