package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// drainTime is how long open requests may take after a signal to stop.
const drainTime = 20 * time.Second

func newLogger(w io.Writer, json bool, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if json {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// newServer limits how long a client may take, so that slow ones hold nothing up.
func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    64 << 10,
	}
}

// serveUntil serves until ctx ends, then lets open requests finish.
func serveUntil(ctx context.Context, logger *slog.Logger, server *http.Server, listener net.Listener) error {
	server.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Info("draining", "for", drainTime)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := server.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		logger.Warn("some requests did not finish in time", "after", drainTime)
		err = server.Close()
	}
	if err == nil {
		logger.Info("stopped")
	}
	return err
}
