package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// unmapProgram takes the program's file out of the process's memory: much of it is
// read to start or under load, and not again for long. The system keeps it in its
// cache for as long as there is room, and maps what is used when it is used.
func unmapProgram() {
	mappings, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return // then it stays
	}
	var first, last uintptr
	var fixed bool // of a file, and can never be written to
	for line := range strings.Lines(string(mappings)) {
		switch words := strings.Fields(line); {
		case !strings.HasSuffix(words[0], ":"):
			_, err := fmt.Sscanf(words[0], "%x-%x", &first, &last)
			fixed = err == nil && strings.HasPrefix(words[1], "r-") && len(words) > 5 && strings.HasPrefix(words[5], "/")
		// Where the loader has written, the file would not bring it back.
		case fixed && words[0] == "Anonymous:" && words[1] == "0":
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, first, last-first, syscall.MADV_DONTNEED)
		}
	}
}
