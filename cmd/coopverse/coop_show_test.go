package main

import (
	"bytes"
	"regexp"
	"testing"
	"time"

	"coopverse/directory"
)

// Who speaks for an entry and whether they are a co-op is shown apart, each with
// how that is known and since when.
func TestShowKeepsControlAndEvidenceApart(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	printEntry(streams{out: &out}, directory.Entry{
		Control: &directory.Control{Website: "https://acme.coop", Method: "dns", ProvedAt: at, SeenAt: &at, LapsedAt: &at, Unproved: "https://acme.example"},
		Evidence: []directory.Evidence{
			{Kind: directory.ByDomain, What: "acme.coop", StatedAt: at},
			{Kind: directory.ByNetwork, What: "CICOPA", StatedAt: at, JudgedAt: &at},
			{Kind: directory.ByVouching, What: "Brook", Voucher: "brook", StatedAt: at},
		},
	})
	for _, want := range []string{
		`https://acme\.coop +dns +proved 2026-11-03 +last seen 2026-11-03, lapsed 2026-11-03, not proved for https://acme\.example`,
		`domain +acme\.coop +2026-11-03 +names under \.coop are given to co-ops only`,
		`network +CICOPA +2026-11-03 +said by the co-op, seen by an operator 2026-11-03`, `vouch +Brook +2026-11-03 +said by @brook`,
	} {
		if !regexp.MustCompile(want).Match(out.Bytes()) {
			t.Errorf("no %s in:\n%s", want, out.String())
		}
	}
}
