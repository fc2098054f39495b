package federation

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"coopverse/directory"
)

// readPause is how long a reader of the whole log may take for a piece of it.
const readPause = 30 * time.Second

// wholeLog answers with all records, as one page that begins with the first.
func (f *Federation) wholeLog(w http.ResponseWriter, r *http.Request, l servedLog) error {
	size, err := l.Size(r.Context())
	if err != nil {
		return err
	}
	head, err := l.head(r.Context(), size)
	if err != nil {
		return err
	}
	// Weak: compression changes bytes and not meaning. A record is only withdrawn
	// by a later one, so that the head names all that is written.
	hash := sha256.Sum256([]byte(head))
	etag := `W/"` + hex.EncodeToString(hash[:12]) + `"`
	w.Header().Set("ETag", etag)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if strings.Contains(r.Header.Get("If-None-Match"), strings.TrimPrefix(etag, "W/")) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Content-Disposition", `attachment; filename="log.ndjson"`)
	patient := func(b []byte) (int, error) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(readPause)) // where there is a connection
		return w.Write(b)
	}
	if err := writeLines(r.Context(), writerFunc(patient), l.Log, head, size); err != nil {
		f.logger.Warn("the whole log was cut off", "error", err)
		panic(http.ErrAbortHandler) // or half a log would look whole
	}
	return nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// WriteLog writes the whole public log as it is served at /data/log.ndjson, with
// what has changed until now.
func (f *Federation) WriteLog(ctx context.Context, w io.Writer) error {
	if _, err := f.directory.ExtendLog(ctx); err != nil {
		return err
	}
	own := f.directory.OwnLog()
	size, err := own.Size(ctx)
	if err != nil {
		return err
	}
	head, err := f.signedHead(ctx, size)
	if err != nil {
		return err
	}
	return writeLines(ctx, w, own, head, size)
}

// writeLines writes a head and the log's records below it, a page at a time.
func writeLines(ctx context.Context, w io.Writer, l directory.Log, head string, size int64) error {
	buffered := bufio.NewWriterSize(w, 32<<10)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false) // or records are not what was committed to
	if err := encoder.Encode(logPageHead{0, head}); err != nil {
		return err
	}
	for from := int64(0); from < size; from = nextPage(from) {
		lines, err := l.Lines(ctx, from, min(nextPage(from), size))
		if err != nil {
			return fmt.Errorf("after %d records: %w", from, err)
		}
		for _, line := range lines {
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
	}
	return buffered.Flush()
}
