package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"coopverse/directory/list"
)

type listCommands struct {
	Import listImportCommand `cmd:"" help:"Take in a version of the list."`
	Export listExportCommand `cmd:"" help:"Write the list with what has changed since."`
	Lint   listLintCommand   `cmd:"" help:"Name everything in a list that is irregular."`
}

// defunctFile is the list of defunct co-ops that lies beside a list.
const defunctFile = "DEFUNCT.md"

// readList reads and parses a list, or says what is wrong with the file.
func readList(path string) (*list.Document, error) {
	data, err := readListFile(path)
	if err != nil {
		return nil, err
	}
	doc, err := list.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return doc, nil
}

func readListFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, refuse("the list cannot be read: %v", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, refuse("%s is a folder; name the list's Markdown file in it", path)
	}
	data, err := io.ReadAll(io.LimitReader(file, list.MaxBytes+1))
	if err != nil {
		return nil, refuse("the list cannot be read: %v", err)
	}
	return data, nil
}

// readDefunct reads the list of defunct co-ops: the named one, else the one
// beside the list, else none.
func readDefunct(named, listPath string) (*list.Document, error) {
	if named != "" {
		return readList(named)
	}
	beside := filepath.Join(filepath.Dir(listPath), defunctFile)
	if _, err := os.Stat(beside); errors.Is(err, fs.ErrNotExist) || beside == filepath.Clean(listPath) {
		return nil, nil
	}
	return readList(beside)
}
