package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a JSON document. Documents of the fediverse are at most 7 levels
// deep and have a few hundred values; a page of a collection has thousands.
const (
	maxDepth  = 32
	maxValues = 20_000
)

// Plain checks that a document is one JSON object which everybody reads in the
// same way. Two programs, or two parts of ours, that find different things in
// it would let one thing be checked and another be done. Use it also for what
// is received.
//
// Refused are objects that say the same name twice, in whatever case, since
// encoding/json takes the last one and is blind to case (names of a @context,
// which we do not read, may differ in case only); @graph, @included and
// @reverse, with which a JSON-LD reader finds other objects than a JSON reader;
// text that is not UTF-8; more than 32 levels or 20,000 values; and anything
// after the object. What is too deep is refused before it is read.
func Plain(document []byte) error {
	if !utf8.Valid(document) {
		return errors.New("json is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var open []level
	for values := 0; ; values++ {
		token, err := decoder.Token()
		switch {
		case err != nil:
			return fmt.Errorf("json: %w", err)
		case values > maxValues:
			return fmt.Errorf("json of more than %d values", maxValues)
		case values == 0 && token != json.Delim('{'):
			return errors.New("json is not an object")
		}
		if open, err = follow(open, token); err != nil {
			return err
		}
		if len(open) == 0 {
			break
		}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("json with something after it")
	}
	return nil
}

// level is an object or an array that has been opened and not yet closed.
type level struct {
	names   map[string]bool // said so far; nil for an array
	value   bool            // a name was said, and its value is next
	name    string          // that was said last
	context bool            // within a @context
}

// follow takes the next token into account.
func follow(open []level, token json.Token) ([]level, error) {
	if token == json.Delim('}') || token == json.Delim(']') {
		return open[:len(open)-1], nil
	}
	context := false
	if len(open) > 0 {
		inner := &open[len(open)-1]
		if inner.names != nil && !inner.value {
			return open, inner.say(token.(string))
		}
		inner.value = false
		context = inner.context || inner.name == "@context"
	}
	delimiter, opens := token.(json.Delim)
	if !opens {
		return open, nil
	}
	if len(open) == maxDepth {
		return nil, fmt.Errorf("json of more than %d levels", maxDepth)
	}
	next := level{context: context}
	if delimiter == '{' {
		next.names = map[string]bool{}
	}
	return append(open, next), nil
}

// say notes a name of an object.
func (l *level) say(name string) error {
	switch name {
	case "@graph", "@included", "@reverse":
		return fmt.Errorf("json with %s", name)
	}
	l.name, l.value = name, true
	if !l.context {
		name = fold(name)
	}
	if l.names[name] {
		return fmt.Errorf("json that says %.40q twice", l.name)
	}
	l.names[name] = true
	return nil
}

// fold makes equal what encoding/json takes for equal.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		for {
			next := unicode.SimpleFold(r)
			if next <= r {
				return next
			}
			r = next
		}
	}, name)
}
