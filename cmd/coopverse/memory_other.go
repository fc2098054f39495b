//go:build !linux

package main

// unmapProgram leaves it to the system what of the program's file is in memory.
func unmapProgram() {}
